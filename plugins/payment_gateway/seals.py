"""Seals of an account counted in the database: three unproved replies in a row stop its new orders (domain.md section 8)."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import and_, case, update
from sqlalchemy.orm import Session

from app.alarms import GATEWAY_STOPPED, raise_alarm
from app.audit import MONEY_DECIDED, record
from app.database import Scope, now, unit_of_work
from app.domain.actor import Actor
from app.domain.text import N_

from .accounts import STOPPED_AFTER, GatewayAccount


class AccountSeals:
    """The watch of one call or a few: knows the count as the account's row had it, so that a right seal costs nothing.

    `unproved` tells whether a reply of these calls could not be verified. Each event that must be kept is one short unit
    of work, after the call; nothing is held while the bank is asked.
    """

    def __init__(self, account: GatewayAccount) -> None:
        self.account_id, self.merchant_id = account.id, account.merchant_id
        self.bad, self.unproved = account.bad_seals, False

    def verified(self) -> None:
        """Start the count again; what was stopped stays so until it is lifted."""
        if not self.bad:
            return
        with self._unit() as session:
            row = GatewayAccount.__table__
            session.execute(update(row).where(row.c.id == self.account_id, row.c.bad_seals > 0).values(bad_seals=0))
        self.bad = 0

    def unverified(self) -> None:
        """Count one reply more; the third in a row stops the account's new orders and raises an alarm."""
        self.unproved = True
        with self._unit() as session:
            account = GatewayAccount
            stops = and_(account.bad_seals + 1 >= STOPPED_AFTER, account.paused_at.is_(None))
            self.bad, paused_at, label = session.execute(
                update(account)
                .where(account.id == self.account_id)
                .values(
                    bad_seals=account.bad_seals + 1,
                    paused_at=case((stops, now()), else_=account.paused_at),
                )
                .returning(account.bad_seals, account.paused_at, account.bank_merchant_id)
                .execution_options(synchronize_session=False)
            ).one()
            if paused_at is not None and self.bad == STOPPED_AFTER:
                text = N_("Three answers of the bank for %(account)s could not be verified: new orders are stopped.")
                raise_alarm(session, self.merchant_id, GATEWAY_STOPPED, text, {"account": label})

    def lift(self, actor: Actor | str | None) -> bool:
        """Let new orders go on, because a verified reply was just had; True when they had been stopped."""
        with self._unit() as session:
            account = session.get(GatewayAccount, self.account_id, with_for_update=True)
            if account is None:
                return False
            stopped = account.paused_at is not None
            account.bad_seals, account.paused_at = 0, None
            if stopped:
                what = f"gateway account {account.id} reconnected"
                record(session, actor, MONEY_DECIDED, what, merchant_id=account.merchant_id)
        self.bad = 0
        return stopped

    def _unit(self) -> AbstractContextManager[Session]:
        return unit_of_work(Scope((self.merchant_id,)))
