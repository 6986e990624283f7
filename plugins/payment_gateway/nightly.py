"""Asking again, every night for seven days, about orders given up as "not received" (97): the platform writes late."""

from __future__ import annotations

from datetime import date, time, timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.alarms import UNEXPLAINED_DIFFERENCE, raise_alarm
from app.database import NOTHING, Scope, is_away, now, unit_of_work
from app.domain.actor import machine
from app.domain.states import OperationName, State
from app.domain.text import N_
from app.models import Transaction
from app.ports import BankView, DailyTask

from .accounts import GatewayAccount
from .cases import open_case
from .conclusion import HOLDING, TAKEN
from .late import release_late_approval
from .resolution import ask

log = structlog.get_logger(__name__)
FOR_DAYS = timedelta(days=7)
MOST = 100_000
GIVEN_UP_AFTER = 8  # questions in a row without an answer
_MERCHANTS = text("SELECT id FROM merchants_at_work(:at, :most)")


class BankSilent(Exception):
    """The bank of these merchants answered nothing: the night's questions are to be asked again."""


def ask_again_about_refused(_day: date) -> None:
    """Ask the bank about every order given up within seven days; an approval seen now is cancelled, with an alarm.

    May run twice a night: what is being released already is left alone. A bank that answers nothing is left alone after a
    few questions; raises BankSilent at the end, so that the night is tried again.
    """
    silent = [merchant_id for merchant_id in merchants_at_work() if not _ask_again(merchant_id)]
    if silent:
        raise BankSilent(silent)


def _ask_again(merchant_id: int) -> bool:
    """Ask about a merchant's orders given up, each account's by itself; returns whether the banks of all have answered."""
    with unit_of_work(Scope((merchant_id,))) as session:
        given_up = _given_up(session)
    silent: dict[int, int] = {}  # questions in a row without an answer, by account
    for transaction_id, reference, account in given_up:
        if silent.get(account.id, 0) >= GIVEN_UP_AFTER:
            continue
        try:
            view = ask(account, reference)
            silent[account.id] = silent.get(account.id, 0) + 1 if view.found is None else 0
            _compare(merchant_id, transaction_id, view)
        except Exception as error:  # one that cannot be compared holds up no other
            if is_away(error):
                raise  # nothing else can be compared either
            log.error("nightly_inquiry_failed", transaction=transaction_id, exc_info=error)
    return not any(silent.values())


def merchants_at_work() -> list[int]:
    """Return every merchant that has ever worked."""
    with unit_of_work(NOTHING) as session:
        return list(session.execute(_MERCHANTS, {"at": now(), "most": MOST}).scalars())


def _given_up(session: Session) -> list[tuple[int, str, GatewayAccount]]:
    rows = session.execute(
        select(Transaction.id, Transaction.reference, GatewayAccount)
        .join(GatewayAccount, GatewayAccount.id == Transaction.gateway_account_id)
        .where(Transaction.state == State.REFUSED, Transaction.not_received_at >= now() - FOR_DAYS)
        .order_by(Transaction.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _compare(merchant_id: int, transaction_id: int, view: BankView) -> None:
    if not view.found or view.status not in (*HOLDING, *TAKEN):
        return
    with unit_of_work(Scope((merchant_id,))) as session:
        case = open_case(session, machine(merchant_id), transaction_id)
        sale = case.transaction
        if view.status in HOLDING:
            release_late_approval(case)
        elif not any(each.name == OperationName.CANCEL for each in case.operations):
            message = N_("%(reference)s was given up as not received, but the bank shows it as %(status)s.")
            params = {"reference": sale.reference, "status": view.status}
            raise_alarm(session, merchant_id, UNEXPLAINED_DIFFERENCE, message, params, sale.id)


TASK = DailyTask("late approvals", time(3, 0), "Europe/Paris", ask_again_about_refused)
