"""Try an account's connection: ask for a sale that cannot exist; a verified "not found" proves address, id and key."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.database import Scope, unit_of_work
from app.domain.actor import Actor
from app.domain.text import N_
from app.ports import Outcome

from .account_access import gateway_for, unusable
from .accounts import GatewayAccount
from .gateway_secrets import AccountUnusable
from .seals import AccountSeals

SECONDS = 10.0


class Verdict(StrEnum):
    """How the test of a connection ended; new orders that had been stopped go on after VERIFIED only."""

    VERIFIED = "VERIFIED"
    LIFTED = "LIFTED"
    UNUSABLE = "UNUSABLE"
    UNREACHABLE = "UNREACHABLE"
    UNPROVED = "UNPROVED"
    NO_ANSWER = "NO_ANSWER"

    @property
    def right(self) -> bool:
        """Whether the connection can be relied on."""
        return self in (Verdict.VERIFIED, Verdict.LIFTED)


LABELS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.VERIFIED: N_("The bank answered, and its seal is right."),
        Verdict.LIFTED: N_("The bank answered, and its seal is right: new orders go on."),
        Verdict.UNUSABLE: N_("The account cannot be used: its secret, its address or its adapter is wrong."),
        Verdict.UNREACHABLE: N_("The bank cannot be reached at this address."),
        Verdict.UNPROVED: N_("The bank answered, but its seal is wrong or missing: key and version must be checked."),
        Verdict.NO_ANSWER: N_("The bank gave no usable answer."),
    }
)


def try_connection(account: GatewayAccount, actor: Actor | str | None = None) -> Verdict:
    """Ask the bank about an unknown reference, within 10 seconds; a verified 25 lifts the stop of new orders.

    `actor` stands in the audit when a stop was lifted. Hold no database connection while calling it. Never raises for a
    bank or an account that does not work: the verdict says so.
    """
    seals = AccountSeals(account)
    try:
        gateway = gateway_for(account, seals)
    except AccountUnusable:
        return Verdict.UNUSABLE
    view = gateway.inquire(f"TEST{secrets.token_hex(12)}", time.monotonic() + SECONDS)
    if view.found is False:
        return Verdict.LIFTED if seals.lift(actor) else Verdict.VERIFIED
    if seals.unproved:
        return Verdict.UNPROVED
    return Verdict.UNREACHABLE if view.raw.get("outcome") == Outcome.FAILED else Verdict.NO_ANSWER


def try_all(actor: Actor | str | None = None) -> Iterator[tuple[GatewayAccount, Verdict]]:
    """Test every active account of every merchant, as `egestion doctor` does; lifts the stops it can."""
    with unit_of_work(Scope(admin=True)) as session:
        accounts = session.scalars(
            select(GatewayAccount)
            .where(GatewayAccount.active)
            .options(joinedload(GatewayAccount.contract))
            .order_by(GatewayAccount.id)
        ).all()
    for account in accounts:
        yield account, try_connection(account, actor)


def examination() -> Iterator[tuple[str, bool, str]]:
    """Tell the doctor how each account's connection is; stopped new orders go on where the bank proves itself again."""
    for account, verdict in try_all("doctor"):
        found = unusable(account) if verdict == Verdict.UNUSABLE else None
        text = LABELS[verdict] if found is None else found.detail()
        name = f"gateway account {account.bank_merchant_id}, contract {account.contract.number} ({account.url})"
        yield name, verdict.right, text
