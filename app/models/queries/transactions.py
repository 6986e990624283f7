"""Sales by filter: one parser for list, API and export (interface.md `GET /transactions`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...domain.brands import BRANDS
from ...domain.errors import NotFound
from ...domain.field_kinds import Text, Whole, choice
from ...domain.fields import Field
from ...domain.money import MAX_AMOUNT
from ...domain.states import STORED
from ..merchant import Merchant
from ..search_keys import order_key
from ..transaction import CHANNELS, Transaction
from .cursor import Position
from .keyset import Conditions, Page, Sort, count_of, in_order, keys_of, of_merchants
from .merchants import MerchantFacts, chosen
from .parameters import DAYS, DEFAULT_PAGE, MERCHANT, PAGING, between, read_parameters
from .search import matching

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
    Field("last4", Text(4, pattern="[0-9]{4}")),
    Field("amount", Whole(1, MAX_AMOUNT), about="minor units; equals amount or original_amount"),
    *DAYS,
    Field("created_by", Text(64), about="user name"),
    Field("customer_id", Text(19)),
    Field("q", Text(64), about="reference, last four; beginning of an order number, a customer's name or telephone"),
    Field("sort", choice(SORTS), about="default -created_at"),
    *PAGING,
)
#: What showing a sale reads of it, loaded without a statement per row.
SHOWN = (
    joinedload(Transaction.merchant),
    joinedload(Transaction.contract),
    joinedload(Transaction.customer),
    selectinload(Transaction.operations),
    selectinload(Transaction.unpaid),
)


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Which sales, of which merchants, in which order, from where on."""

    merchants: tuple[MerchantFacts, ...]
    values: Mapping[str, Any]
    sort: Sort
    after: Position | None
    page_size: int

    @classmethod
    def parse(cls, args: Mapping[str, Sequence[str]], merchants: Sequence[MerchantFacts]) -> TransactionFilter:
        """Read a query's parameters for a caller of these merchants.

        Raises InvalidInput naming every wrong parameter, NotFound for a merchant that is not among them.
        """
        values = read_parameters(PARAMETERS, args, SORTS)
        mine = chosen(merchants, values.get("merchant"))
        return cls(mine, values, values["sort"], values.get("cursor"), values.get("page_size") or DEFAULT_PAGE)

    def page(self, session: Session) -> Page:
        """Return the next page (4 statements, one more each for `q`, operations and unpaid)."""
        found = self._matching(session)

        def conditions(group: Sequence[MerchantFacts]) -> Conditions:
            return [*self._conditions(group), *found]

        ids, cursor = keys_of(session, Transaction, self.sort, conditions, self.merchants, self.after, self.page_size)
        count, exact = count_of(session, Transaction, conditions, self.merchants)
        return Page(in_order(ids, shown(session, ids, self.merchants)), cursor, count, exact)

    def _matching(self, session: Session) -> list[ColumnElement[bool]]:
        q = self.values.get("q")
        return [matching(session, q, self.merchants)] if q else []

    def _conditions(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        sale, values = Transaction, self.values
        conditions = [of_merchants(sale, group)]
        for name in ("state", "brand", "channel", "last4", "created_by", "customer_id"):
            if values.get(name) is not None:
                conditions.append(getattr(sale, name) == values[name])
        if values.get("order_number") is not None:
            conditions.append(sale.order_key == order_key(values["order_number"]))
        if values.get("amount") is not None:
            conditions.append(or_(sale.amount == values["amount"], sale.original_amount == values["amount"]))
        return conditions + between(sale.created_at, values.get("date_from"), values.get("date_to"), group)


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
