"""Which sales of a contract have to leave, at this moment or with the remittance of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.database import real_now
from app.domain.days import add_days, local_day
from app.domain.states import OPEN_STATUSES, OperationName, OperationStatus, State
from app.models import Contract, Operation, Transaction

NOON = time(12)  # from here on what reaches its limit today is sent (domain.md section 2 "Dates")


@dataclass(frozen=True, slots=True)
class Due:
    """What leaves: planned until `until`, or at its limit by `last_chance`; never what was past its limit before `today`,
    for its authorisation may not hold any more: it lapses. `patient`: not what has to pause after a failure."""

    until: date
    last_chance: date
    today: date
    patient: bool = True

    def holds(self, sale: Transaction) -> bool:
        """Return whether a locked sale has to leave (whether something is under way on it is the caller's to see)."""
        if sale.state != State.TO_CAPTURE or sale.held or sale.capture_error or sale.capture_date is None:
            return False
        if self.patient and sale.capture_next_at is not None and sale.capture_next_at > real_now():
            return False
        if sale.limit_date is None:
            return sale.capture_date <= self.until
        return sale.limit_date >= self.today and (
            sale.capture_date <= self.until or sale.limit_date <= self.last_chance
        )

    def condition(self, contract: Contract) -> ColumnElement[bool]:
        """Return the same for a query over the sales of a contract."""
        planned = or_(
            Transaction.capture_date <= self.until,
            and_(Transaction.limit_date <= self.last_chance, Transaction.capture_date.is_not(None)),
        )
        conditions = [
            Transaction.merchant_id == contract.merchant_id,
            Transaction.contract_id == contract.id,
            Transaction.state == State.TO_CAPTURE,
            Transaction.held.is_(False),
            Transaction.capture_error.is_(None),
            planned,
            or_(Transaction.limit_date.is_(None), Transaction.limit_date >= self.today),
            ~_under_way(),
        ]
        if self.patient:
            conditions.append(or_(Transaction.capture_next_at.is_(None), Transaction.capture_next_at <= real_now()))
        return and_(*conditions)


def due_now(contract: Contract, zone_name: str, at: datetime) -> Due:
    """Return what the contract's run takes at this moment: after cut-off all of today; before it what is late, and from
    noon on what reaches its limit today."""
    zone = ZoneInfo(zone_name)
    today, wall = local_day(at, zone), at.astimezone(zone).time()
    yesterday = add_days(today, -1)
    if wall >= contract.cut_off:
        return Due(today, today, today)
    return Due(yesterday, today if wall >= NOON else yesterday, today)


def some(session: Session, contract: Contract, due: Due, after: int, most: int) -> Sequence[int]:
    """Return at most `most` ids of due sales above the id `after`, ascending."""
    return session.scalars(
        select(Transaction.id)
        .where(due.condition(contract), Transaction.id > after)
        .order_by(Transaction.id)
        .limit(most)
    ).all()


def count(session: Session, contract: Contract, due: Due) -> int:
    """Return how many sales are due."""
    return session.scalar(select(func.count()).select_from(Transaction).where(due.condition(contract))) or 0


def _under_way() -> ColumnElement[bool]:
    """Something whose outcome must be known first: an open operation, or a release the machine owes the bank."""
    return (
        select(Operation.id)
        .where(
            Operation.merchant_id == Transaction.merchant_id,
            Operation.transaction_id == Transaction.id,
            or_(
                Operation.status.in_(tuple(OPEN_STATUSES)),
                and_(
                    Operation.status == OperationStatus.WAITING,
                    Operation.created_by_id.is_(None),
                    Operation.name.in_((OperationName.CANCEL, OperationName.EXPIRED)),
                ),
            ),
        )
        .exists()
    )
