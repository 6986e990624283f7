"""A remittance looked at: its lines page by page, what of it is not done, and what it comes to by scheme and operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from ...domain.errors import NotFound
from ...domain.fields import Field
from ...domain.states import OperationName, OperationStatus
from ..operation import Operation
from ..remittance import Remittance
from ..transaction import Transaction
from .keyset import Sort, of_merchants
from .listing import ListFilter
from .merchants import MerchantFacts
from .parameters import PAGING

BY_LINE = Sort("line", Operation.remittance_line, int)  # only lines that have a number
MOST_NOT_DONE = 500
_done = and_(Operation.status == OperationStatus.DONE, Operation.remittance_line.is_not(None))
_WITH_SALE = joinedload(Operation.transaction, innerjoin=True)


@dataclass(frozen=True, slots=True)
class LineFilter(ListFilter):
    """The lines of the remittance `of`, as they are numbered."""

    model: ClassVar[Any] = Operation
    fields: ClassVar[tuple[Field, ...]] = PAGING
    sorts: ClassVar[Mapping[str, Sort]] = MappingProxyType({BY_LINE.name: BY_LINE})

    of: Remittance | None = field(default=None)

    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""
        if self.of is None:
            raise ValueError("lines are those of a remittance")
        return [of_merchants(Operation, group), Operation.remittance_id == self.of.id, _done]

    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Operation]:
        """Return the lines of these ids, each with its sale (one statement)."""
        statement = select(Operation).where(of_merchants(Operation, self.merchants), Operation.id.in_(ids))
        return session.scalars(statement.options(_WITH_SALE))


@dataclass(frozen=True, slots=True)
class Total:
    """What the lines of a scheme and an operation come to, in minor units."""

    brand: str
    name: str
    count: int
    amount: int


def remittance_numbered(session: Session, remittance_id: int | None) -> Remittance:
    """Return the remittance in scope with this id, with its contract; raises NotFound."""
    found = session.scalar(
        select(Remittance)
        .where(Remittance.id == (remittance_id or 0))
        .options(joinedload(Remittance.contract, innerjoin=True))
    )
    if found is None:
        raise NotFound()
    return found


def remittances_of(session: Session, operations: Sequence[Operation]) -> dict[int, Remittance]:
    """Return the remittances of a sale's operations, with their contracts, by the operation's id."""
    wanted = {each.remittance_id for each in operations if each.remittance_id is not None}
    if not wanted:
        return {}
    merchants = {each.merchant_id for each in operations}
    rows = session.scalars(
        select(Remittance)
        .where(Remittance.merchant_id.in_(merchants), Remittance.id.in_(wanted))
        .options(joinedload(Remittance.contract, innerjoin=True))
    )
    by_id = {row.id: row for row in rows}
    return {each.id: by_id[each.remittance_id] for each in operations if each.remittance_id in by_id}


def neighbours(session: Session, remittance: Remittance) -> tuple[int | None, int | None]:
    """Return the ids of the contract's remittances before and after this one (numbers have no gap)."""
    rows = session.execute(
        select(Remittance.number, Remittance.id).where(
            Remittance.merchant_id == remittance.merchant_id,
            Remittance.contract_id == remittance.contract_id,
            Remittance.number.in_((remittance.number - 1, remittance.number + 1)),
        )
    )
    found = {row.number: row.id for row in rows}
    return found.get(remittance.number - 1), found.get(remittance.number + 1)


def totals_of(session: Session, remittance: Remittance) -> list[Total]:
    """Return the sums of the lines by scheme, sales before refunds: together they are the remittance's own sums."""
    rows = session.execute(
        select(Transaction.brand, Operation.name, func.count(), func.sum(Operation.amount))
        .select_from(Operation)
        .join(
            Transaction,
            (Transaction.merchant_id == Operation.merchant_id) & (Transaction.id == Operation.transaction_id),
        )
        .where(_of(remittance), _done)
        .group_by(Transaction.brand, Operation.name)
        .order_by(Transaction.brand, Operation.name)
    )
    return [Total(brand, name, count, int(amount)) for brand, name, count, amount in rows]


def not_done(session: Session, remittance: Remittance) -> Sequence[Operation]:
    """Return what was to be a line and is none: under way, uncertain, refused by the bank, or set aside; oldest first."""
    never = Operation.status.in_((OperationStatus.REFUSED, OperationStatus.FAILED))
    under_way = Operation.status.in_((OperationStatus.SENT, OperationStatus.UNKNOWN))
    statement = _lines(remittance).where(under_way | (never & (Operation.name == OperationName.CAPTURE)))
    return session.scalars(statement.order_by(Operation.id).limit(MOST_NOT_DONE)).all()


def all_lines(session: Session, remittance: Remittance) -> Iterator[Operation]:
    """Yield every line as numbered, read in portions: a large remittance has ten thousand."""
    statement = _lines(remittance).where(_done).order_by(Operation.remittance_line)
    with closing(session.scalars(statement.execution_options(yield_per=500))) as rows:
        yield from rows


def _lines(remittance: Remittance) -> Select[tuple[Operation]]:
    sale = _WITH_SALE.joinedload(Transaction.merchant, innerjoin=True)
    return select(Operation).where(_of(remittance)).options(sale)


def _of(remittance: Remittance) -> ColumnElement[bool]:
    return and_(Operation.merchant_id == remittance.merchant_id, Operation.remittance_id == remittance.id)
