"""The runs by the clock: what is due is found every few seconds, workers are called to help, lateness is told once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app.alarms import REMITTANCE_LATE, raise_alarm
from app.database import NOTHING, Scope, is_away, now, unit_of_work
from app.domain.days import local_day
from app.domain.text import N_
from app.jobs import ring
from app.models import Alarm, Contract, Merchant, Remittance

from .run import begin, send

log = structlog.get_logger(__name__)
JOB = "remittance"
HELP_FROM = 40  # due sales from which workers are called
HELPERS = 4
DONE_WITHIN = timedelta(minutes=45)  # of the cut-off, or people are told
PAUSE = 30.0  # seconds a contract is left alone when its bank was away
MOST = 100_000
_DUE = text("SELECT id, merchant_id FROM due_remittances(:at, :most)")
NOT_BEGUN = N_("The remittance of contract %(number)s of %(day)s could not be begun; it is tried again and again.")
_away_until: dict[int, float] = {}
_beginning = Lock()  # the scheduler's two sweeps tell of a contract once


def due_contracts() -> list[tuple[int, int]]:
    """Return (contract, merchant) of every contract whose run has something to do now."""
    with unit_of_work(NOTHING) as session:
        return [(row[0], row[1]) for row in session.execute(_DUE, {"at": now(), "most": MOST})]


def remit_due() -> int:
    """Do every contract's run as far as it goes now; returns how many contracts had something to do.

    Needs neither queue nor workers: they only help where much is due.
    """
    due = due_contracts()
    _begin_all(due)  # first of all: a bank that hangs at one contract hides no other's lateness
    for contract_id, merchant_id in due:
        _run(merchant_id, contract_id, call_help=True)
    return len(due)


def begin_due() -> int:
    """Begin what is due and tell of what is late, also while a round of `remit_due` goes on: a round with a slow bank may
    have begun long before. Returns how many contracts had something to do."""
    due = due_contracts()
    _begin_all(due)
    return len(due)


def help_run(contract_id: int) -> None:
    """What a doorbell starts in a worker: the same run; the sales are shared out by their locks."""
    for each, merchant_id in due_contracts():
        if each == contract_id:
            _run(merchant_id, contract_id, call_help=False)


def _run(merchant_id: int, contract_id: int, *, call_help: bool) -> None:
    if _away_until.get(contract_id, 0.0) > time.monotonic():
        return
    try:
        round_ = begin(merchant_id, contract_id)
        if call_help and round_.count >= HELP_FROM:
            for _ in range(HELPERS):
                ring(JOB, contract_id)
        tally = send(merchant_id, contract_id, round_)
        if tally.away:
            _away_until[contract_id] = time.monotonic() + PAUSE
    except Exception as error:  # one contract holds up no other
        if is_away(error):
            raise  # no other contract can be served either
        log.error("remittance_failed", contract=contract_id, error=type(error).__name__, exc_info=error)


def _begin_all(due: Sequence[tuple[int, int]]) -> None:
    with _beginning:
        for contract_id, merchant_id in due:
            _begin(merchant_id, contract_id)


def _begin(merchant_id: int, contract_id: int) -> None:
    """Make what has to leave a remittance being sent, and tell of it if it should have left."""
    try:
        begin(merchant_id, contract_id)
        with unit_of_work(Scope((merchant_id,))) as session:
            tell_late(session, merchant_id, contract_id, now())
    except Exception as error:
        if is_away(error):
            raise
        log.error("remittance_not_begun", contract=contract_id, error=type(error).__name__, exc_info=error)
        _tell_not_begun(merchant_id, contract_id, now())


def _tell_not_begun(merchant_id: int, contract_id: int, at: datetime) -> None:
    """Raise one alarm for a contract and day when not even its remittance could be begun in time."""
    try:
        with unit_of_work(Scope((merchant_id,))) as session:
            contract = session.get_one(Contract, contract_id)
            zone = ZoneInfo(session.get_one(Merchant, merchant_id).zone)
            day = local_day(at, zone)
            if at < datetime.combine(day, contract.cut_off, zone) + DONE_WITHIN:
                return
            params = {"number": contract.number, "day": day.isoformat()}
            same = (Alarm.merchant_id == merchant_id, Alarm.kind == REMITTANCE_LATE, Alarm.message == NOT_BEGUN)
            if params not in session.scalars(select(Alarm.params).where(*same)).all():
                raise_alarm(session, merchant_id, REMITTANCE_LATE, NOT_BEGUN, params)
    except Exception as error:
        if is_away(error):
            raise
        log.error("lateness_not_told", contract=contract_id, error=type(error).__name__, exc_info=error)


def tell_late(session: Session, merchant_id: int, contract_id: int, at: datetime) -> None:
    """Raise one alarm for each remittance still being sent 45 minutes after the cut-off of its day."""
    zone = ZoneInfo(session.get_one(Merchant, merchant_id).zone)
    sending = session.scalars(
        select(Remittance)
        .where(
            Remittance.merchant_id == merchant_id,
            Remittance.contract_id == contract_id,
            Remittance.state == "SENDING",
            Remittance.late_at.is_(None),
            Remittance.day <= local_day(at, zone),
        )
        .order_by(Remittance.number)  # as closing locks them
        .options(joinedload(Remittance.contract, innerjoin=True))
        .with_for_update(of=Remittance, key_share=True)
    ).all()
    for remittance in sending:
        cut_off = datetime.combine(remittance.day, remittance.contract.cut_off, zone)
        if at < cut_off + DONE_WITHIN:
            continue
        remittance.late_at = at
        message = N_("Remittance %(number)s of %(day)s is not finished; what is missing is sent as soon as possible.")
        number = f"{remittance.contract.number}-{remittance.number}"
        raise_alarm(
            session, merchant_id, REMITTANCE_LATE, message, {"number": number, "day": remittance.day.isoformat()}
        )
