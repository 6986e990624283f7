"""The runs by the clock: what is due is found every few seconds, workers are called to help, lateness is told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app.alarms import REMITTANCE_LATE, raise_alarm
from app.database import NOTHING, Scope, is_away, now, unit_of_work
from app.domain.days import add_days, local_day
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
_not_begun: set[int] = set()  # contracts whose last try failed


def due_contracts() -> list[tuple[int, int]]:
    """Return (contract, merchant) of every contract whose run has something to do now."""
    with unit_of_work(NOTHING) as session:
        return [(row[0], row[1]) for row in session.execute(_DUE, {"at": now(), "most": MOST})]


def remit_due() -> int:
    """Do every contract's run as far as it goes now; returns how many contracts had something to do.

    Needs neither queue nor workers: they only help where much is due. Lateness is told by `begin_due`, which runs beside it.
    """
    due = due_contracts()
    for contract_id, merchant_id in due:
        _run(merchant_id, contract_id, call_help=True)
    return len(due)


def begin_due() -> int:
    """Begin what is due and tell of what is late, also while a round of `remit_due` goes on: a round with a slow bank may
    have begun long before. Returns how many contracts had something to do."""
    due = due_contracts()
    for contract_id, merchant_id in due:
        _begin(merchant_id, contract_id)
    _not_begun.intersection_update(contract_id for contract_id, _ in due)
    return len(due)


def help_run(contract_id: int) -> None:
    """What a doorbell starts in a worker: the same run; the sales are shared out by their locks."""
    for each, merchant_id in due_contracts():
        if each == contract_id:
            _run(merchant_id, contract_id, call_help=False)


def _run(merchant_id: int, contract_id: int, *, call_help: bool) -> None:
    if _away_until.get(contract_id, 0.0) > monotonic():
        return
    try:
        round_ = begin(merchant_id, contract_id)
        if call_help and round_.count >= HELP_FROM:
            for _ in range(HELPERS):
                ring(JOB, contract_id)
        tally = send(merchant_id, contract_id, round_)
        if tally.away:
            _away_until[contract_id] = monotonic() + PAUSE
    except Exception as error:  # one contract holds up no other
        if is_away(error):
            raise  # no other contract can be served either
        log.error("remittance_failed", contract=contract_id, error=type(error).__name__, exc_info=error)


def _begin(merchant_id: int, contract_id: int) -> None:
    """Make what has to leave a remittance being sent, and tell of it if it should have left."""
    try:
        begin(merchant_id, contract_id)
        _not_begun.discard(contract_id)
    except Exception as error:
        if is_away(error):
            raise
        log.error("remittance_not_begun", contract=contract_id, error=type(error).__name__, exc_info=error)
        if contract_id in _not_begun:  # once alone may be a deadlock: the next round is soon
            _tell(_tell_not_begun, merchant_id, contract_id)
        _not_begun.add(contract_id)
    _tell(tell_late, merchant_id, contract_id)


def _tell(do: Callable[[Session, int, int, datetime], None], merchant_id: int, contract_id: int) -> None:
    try:
        with unit_of_work(Scope((merchant_id,))) as session:
            do(session, merchant_id, contract_id, now())
    except Exception as error:
        if is_away(error):
            raise
        log.error("lateness_not_told", contract=contract_id, error=type(error).__name__, exc_info=error)


def _tell_not_begun(session: Session, merchant_id: int, contract_id: int, at: datetime) -> None:
    """Raise one alarm for a contract and day when not even its remittance could be begun in time."""
    contract = session.get_one(Contract, contract_id)
    zone = ZoneInfo(session.get_one(Merchant, merchant_id).zone)
    today = local_day(at, zone)
    for day in (add_days(today, -1), today):
        limit = datetime.combine(day, contract.cut_off, zone) + DONE_WITHIN
        if at < limit or (
            day < today and (local_day(limit, zone) < today or not _was_due(session, contract_id, day, zone))
        ):
            continue  # of yesterday only what was due before midnight, where the cut-off is so late
        begun = select(Remittance.id).where(
            Remittance.merchant_id == merchant_id,
            Remittance.contract_id == contract_id,
            Remittance.day == day,
            Remittance.state != "OPEN",
        )
        if session.scalar(begun.limit(1)) is not None:
            continue
        params = {"number": contract.number, "day": day.isoformat()}
        same = (Alarm.merchant_id == merchant_id, Alarm.kind == REMITTANCE_LATE, Alarm.message == NOT_BEGUN)
        if params not in session.scalars(select(Alarm.params).where(*same)).all():
            raise_alarm(session, merchant_id, REMITTANCE_LATE, NOT_BEGUN, params)


def _was_due(session: Session, contract_id: int, day: date, zone: ZoneInfo) -> bool:
    """Return whether a contract's run had something to do at a day's end that it still has."""
    end = datetime.combine(day, time.max, zone)
    return contract_id in session.execute(_DUE, {"at": end, "most": MOST}).scalars()


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
