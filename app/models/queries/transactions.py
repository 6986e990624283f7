"""Sales by filter: one parser for list, API and export (interface.md `GET /transactions`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...domain.brands import BRANDS
from ...domain.errors import NotFound
from ...domain.field_kinds import Day, Text, Whole, choice
from ...domain.fields import Field
from ...domain.money import MAX_AMOUNT
from ...domain.states import STORED
from ...domain.text import N_
from ..merchant import Merchant
from ..search_keys import order_key
from ..transaction import CHANNELS, Transaction
from .keyset import COUNT_LIMIT, Conditions, ConditionsFor, Sort, of_merchants
from .listing import ListFilter
from .merchants import MerchantFacts
from .parameters import DAYS, MERCHANT, PAGING, between
from .search import look_up

_SORTED = {
    "created_at": (Transaction.created_at, datetime, False),
    "brand": (Transaction.brand, str, False),
    "order_number": (Transaction.order_key, str, True),
    "amount": (Transaction.amount, int, False),
}
#: The sorts by name, `-` before it for descending; the first is the default.
SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        f"{'-' * down}{name}": Sort(f"{'-' * down}{name}", column, kind, bool(down), nullable)
        for down in (1, 0)
        for name, (column, kind, nullable) in _SORTED.items()
    }
)
PARAMETERS = (
    MERCHANT,
    Field("order_number", Text(32), about="whole, in any case"),
    Field("state", choice(STORED)),
    Field("brand", choice(BRANDS)),
    Field("channel", choice(CHANNELS)),
    Field("last4", Text(4, pattern="[0-9]{4}", message=N_("These are the last four digits of the card."))),
    Field("amount", Whole(1, MAX_AMOUNT), about="minor units; equals amount or original_amount"),
    *DAYS,
    Field("created_by", Text(64), about="user name"),
    Field("customer_id", Text(19)),
    Field("shipping_date", Day(), about="the day the goods leave"),
    Field(
        "q",
        Text(64),
        about="reference, last four, part of an order number; words of a customer's name, telephone, e-mail",
    ),
    Field("sort", choice(SORTS), about="default -created_at"),
    *PAGING,
)
_NARROWING = (
    "state",
    "brand",
    "channel",
    "last4",
    "created_by",
    "customer_id",
    "shipping_date",
    "order_number",
    "amount",
    "date_from",
    "date_to",
)
#: What showing a sale reads of it, loaded without a statement per row.
SHOWN = (
    joinedload(Transaction.merchant),
    joinedload(Transaction.contract),
    joinedload(Transaction.customer),
    selectinload(Transaction.operations),
    selectinload(Transaction.unpaid),
)


class TransactionFilter(ListFilter):
    """Which sales, of which merchants, in which order, from where on."""

    model: ClassVar[Any] = Transaction
    fields = PARAMETERS
    sorts = SORTS

    def conditions(self, session: Session, also: Conditions = ()) -> ConditionsFor:
        """Return all conditions by group of merchants; what `q` looks for is looked up first (at most 2 statements)."""
        q = self.values.get("q")
        if not q:
            return super().conditions(session, also)
        found = look_up(session, q, self.merchants)
        alone = not also and not any(self.values.get(name) is not None for name in _NARROWING)
        return Searched(self, (found.condition, *also), found.many and alone)

    def count(self, session: Session, conditions: ConditionsFor) -> tuple[int, bool]:
        """Return how many there are, without counting where the search has seen already that they are too many."""
        if isinstance(conditions, Searched) and conditions.many:
            return COUNT_LIMIT, False
        return super().count(session, conditions)

    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Any]:
        """Return the sales of these ids (3 statements)."""
        return shown(session, ids, self.merchants)

    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""
        sale, values = Transaction, self.values
        conditions = [of_merchants(sale, group)]
        for name in ("state", "brand", "channel", "last4", "created_by", "customer_id", "shipping_date"):
            if values.get(name) is not None:
                conditions.append(getattr(sale, name) == values[name])
        if values.get("order_number") is not None:
            conditions.append(sale.order_key == order_key(values["order_number"]))
        if values.get("amount") is not None:
            conditions.append(or_(sale.amount == values["amount"], sale.original_amount == values["amount"]))
        return conditions + between(sale.created_at, values.get("date_from"), values.get("date_to"), group)


@dataclass(frozen=True, slots=True)
class Searched:
    """The conditions of a filter with a search; `many`: it is known already that there are more than are counted."""

    wanted: TransactionFilter
    also: Conditions
    many: bool

    def __call__(self, group: Sequence[MerchantFacts]) -> Conditions:
        return [*self.wanted.of_group(group), *self.also]


def shown(session: Session, ids: Sequence[int], merchants: Sequence[MerchantFacts]) -> Sequence[Transaction]:
    """Return the sales of these ids with what showing them reads."""
    if not ids:
        return []
    statement = select(Transaction).where(of_merchants(Transaction, merchants), Transaction.id.in_(ids)).options(*SHOWN)
    return session.scalars(statement.execution_options(populate_existing=True)).unique().all()


def sale_of(session: Session, reference: str, *, events: bool = False) -> Transaction:
    """Return the sale in scope with this reference as it is now, with what showing it reads; raises NotFound."""
    options = (*SHOWN, selectinload(Transaction.events)) if events else SHOWN
    sale = session.scalar(
        select(Transaction)
        .where(Transaction.reference == reference)
        .options(*options)
        .execution_options(populate_existing=True)
    )
    if sale is None:
        raise NotFound()
    return sale


def state_of(session: Session, reference: str) -> str:
    """Return the state of the sale in scope with this reference; raises NotFound."""
    state = session.scalar(select(Transaction.state).where(Transaction.reference == reference))
    if state is None:
        raise NotFound()
    return state


def zone_of(session: Session, reference: str) -> str | None:
    """Return the time zone of the merchant of the sale in scope with this reference, None where there is none."""
    zone: str | None = session.scalar(
        select(Merchant.zone)
        .join(Transaction, Transaction.merchant_id == Merchant.id)
        .where(Transaction.reference == reference)
    )
    return zone
