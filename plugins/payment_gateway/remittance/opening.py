"""The beginning of a remittance's evening: OPEN becomes SENDING, and the next line opens the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import add_days, local_day
from app.models import Contract, Remittance

from .due import Due, count, due_now
from .lines import lock_contract, new_remittance


@dataclass(frozen=True, slots=True)
class Round:
    """What one pass over a contract does: the sales that are `due` leave with a remittance, or join the open one."""

    due: Due
    count: int
    remittance_id: int | None = None


def begin_round(session: Session, contract: Contract, zone_name: str, at: datetime, day: date | None = None) -> Round:
    """Return what is to be done at `at`, or as if the cut-off of `day` were past.

    Remittances whose cut-off is past become SENDING. What is due after cut-off leaves with the remittance of its day, of
    which there is another one when the first has gone already; what is late leaves with the open one, under the day on
    which it is really sent.
    """
    lock_contract(session, contract.id)
    zone = ZoneInfo(zone_name)
    today = local_day(at, zone)
    if day is None and at.astimezone(zone).time() >= contract.cut_off:
        evening: date | None = today
    else:
        evening = day
    _send_open(session, contract, evening or add_days(today, -1))
    due = due_now(contract, zone_name, at) if day is None else Due(day, day, today, patient=False)
    found = count(session, contract, due)
    if evening is None:
        return Round(due, found)
    sending = _sending(session, contract, evening)
    if sending is None and found:
        sending = new_remittance(session, contract, evening, "SENDING", at)
    return Round(due, found, sending.id if sending is not None else None)


def _send_open(session: Session, contract: Contract, until: date) -> None:
    remittance = session.scalar(
        select(Remittance)
        .where(
            Remittance.merchant_id == contract.merchant_id,
            Remittance.contract_id == contract.id,
            Remittance.state == "OPEN",
            Remittance.day <= until,
        )
        .with_for_update()
    )
    if remittance is not None:
        remittance.state = "SENDING"
        session.flush()


def _sending(session: Session, contract: Contract, day: date) -> Remittance | None:
    return session.scalar(
        select(Remittance)
        .where(
            Remittance.merchant_id == contract.merchant_id,
            Remittance.contract_id == contract.id,
            Remittance.state == "SENDING",
            Remittance.day == day,
        )
        .order_by(Remittance.number.desc())
        .limit(1)
    )
