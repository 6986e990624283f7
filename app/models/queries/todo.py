"""What waits, by name: one condition, counted on the start page and shown by the list, so that both say the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from ...domain.days import day_bounds, local_day
from ...domain.states import OPEN_STATUSES, OperationStatus, State
from ..operation import Operation
from ..trace import Alarm
from ..transaction import Transaction
from .alarms import MOST_OPEN
from .calendar import WAITING, on_day
from .desk import MOST_REQUESTED
from .keyset import COUNT_LIMIT, of_merchants
from .merchants import MerchantFacts
from .uncertain import MOST_UNCERTAIN

TAKEN, REMIT, VALIDATE, CHALLENGE = "taken-today", "to-remit", "to-validate", "to-challenge"
CALL, UNCERTAIN = "to-call", "uncertain"
LAPSING_TODAY, LAPSING = "lapsing-today", "lapsing-tomorrow"
ALARMS, APPROVALS, INBOX = "alarms", "approvals", "inbox"
#: Lists of the desk show at most so many.
MOST = {ALARMS: MOST_OPEN, APPROVALS: MOST_REQUESTED, INBOX: MOST_UNCERTAIN}
#: Not taken, or nobody knows yet.
_NOT_TAKEN = (State.REFUSED, State.PENDING, State.REFERRAL)
Condition = Callable[[MerchantFacts, datetime], ColumnElement[bool]]


def _in(*states: State) -> Condition:
    return lambda _merchant, _at: Transaction.state.in_(states) if len(states) > 1 else Transaction.state == states[0]


def _taken(merchant: MerchantFacts, at: datetime) -> ColumnElement[bool]:
    start, end = day_bounds(local_day(at, merchant.zone_info), merchant.zone_info)
    return and_(Transaction.created_at >= start, Transaction.created_at < end, Transaction.state.not_in(_NOT_TAKEN))


def _lapsing_today(merchant: MerchantFacts, at: datetime) -> ColumnElement[bool]:
    today = local_day(at, merchant.zone_info)
    return on_day(WAITING, today, today)


def _lapsing(merchant: MerchantFacts, at: datetime) -> ColumnElement[bool]:
    tomorrow = local_day(at, merchant.zone_info) + timedelta(days=1)
    return on_day(WAITING, tomorrow, tomorrow - timedelta(days=1))


#: Which sales, by name, for merchants of one zone.
SALES: Mapping[str, Condition] = MappingProxyType(
    {
        TAKEN: _taken,
        REMIT: _in(State.TO_CAPTURE),
        VALIDATE: _in(State.TO_VALIDATE),
        CHALLENGE: _in(State.TO_CHALLENGE),
        CALL: _in(State.REFERRAL),
        UNCERTAIN: _in(State.PENDING),
        LAPSING_TODAY: _lapsing_today,
        LAPSING: _lapsing,
    }
)


def condition(name: str, merchants: Sequence[MerchantFacts], at: datetime) -> ColumnElement[bool]:
    """Return the condition of a name of SALES for these merchants, whose days are those of their zones."""
    zones: dict[str, list[MerchantFacts]] = {}
    for each in merchants:
        zones.setdefault(each.zone, []).append(each)
    parts = [and_(of_merchants(Transaction, group), SALES[name](group[0], at)) for group in zones.values()]
    return or_(*parts) if parts else false()


def counts(
    session: Session, names: Iterable[str], merchants: Sequence[MerchantFacts], at: datetime
) -> dict[str, tuple[int, bool]]:
    """Return {name: (how many, whether that is all of them)}, each counted as far as its list goes; one statement."""
    wanted = list(names)
    if not wanted or not merchants:
        return {}
    limits = {name: MOST.get(name, COUNT_LIMIT) for name in wanted}
    bounded = {name: _rows(name, merchants, at).limit(limits[name] + 1).subquery() for name in wanted}
    columns = [select(func.count()).select_from(rows).scalar_subquery() for rows in bounded.values()]
    found = session.execute(select(*columns)).one()
    return {name: (min(count, limits[name]), count <= limits[name]) for name, count in zip(wanted, found, strict=True)}


def _rows(name: str, merchants: Sequence[MerchantFacts], at: datetime) -> Select[tuple[int]]:
    one = literal(1).label("one")
    if name == ALARMS:
        return select(one).select_from(Alarm).where(of_merchants(Alarm, merchants), Alarm.acknowledged_at.is_(None))
    if name in (APPROVALS, INBOX):
        statuses = [OperationStatus.REQUESTED] if name == APPROVALS else sorted(OPEN_STATUSES)
        return (
            select(one).select_from(Operation).where(of_merchants(Operation, merchants), Operation.status.in_(statuses))
        )
    return select(one).select_from(Transaction).where(condition(name, merchants, at))
