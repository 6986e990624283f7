"""What a request must know of the merchants in its scope, as plain values that outlive any session."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from ...domain.errors import NotFound
from ..merchant import Contract, Merchant


@dataclass(frozen=True, slots=True)
class MerchantFacts:
    """A merchant's settings that reading an order or a filter needs; `currencies` are those of its active contracts."""

    id: int
    short_name: str
    zone: str
    default_brand: str
    order_number_required: bool
    security_code_required: bool
    currencies: tuple[str, ...] = ()

    @property
    def zone_info(self) -> ZoneInfo:
        """The business zone: local days are days of it."""
        return ZoneInfo(self.zone)


_COLUMNS = (
    Merchant.id,
    Merchant.short_name,
    Merchant.zone,
    Merchant.default_brand,
    Merchant.order_number_required,
    Merchant.security_code_required,
)


FRESH = 1.0  # seconds: how late another process may see a changed setting; the desk reads it again in its own unit
_known: dict[str, tuple[float, MerchantFacts]] = {}


def merchant_known(session: Callable[[], Session], short_name: str) -> MerchantFacts:
    """Return `merchant_named`, kept for a second, for reading an order only: the caller checks that it is in scope.

    A change committed in this process is seen at once. Raises NotFound.
    """
    kept = _known.get(short_name)
    if kept is not None and time.monotonic() - kept[0] < FRESH:
        return kept[1]
    facts = merchant_named(session(), short_name)
    _known[short_name] = (time.monotonic(), facts)
    return facts


@event.listens_for(Session, "after_flush")
def _settings_changed(session: Session, _context: Any) -> None:
    if any(
        isinstance(row, Merchant | Contract) for rows in (session.new, session.dirty, session.deleted) for row in rows
    ):
        session.info["merchants_changed"] = True


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if session.info.pop("merchants_changed", False):
        _known.clear()


def merchant_named(session: Session, short_name: str) -> MerchantFacts:
    """Return the merchant in scope with this short name and its currencies (one statement); raises NotFound."""
    rows = session.execute(
        select(*_COLUMNS, Contract.currency)
        .outerjoin(Contract, (Contract.merchant_id == Merchant.id) & Contract.active)
        .where(Merchant.short_name == short_name)
        .order_by(Contract.id)
    ).all()
    if not rows:
        raise NotFound()
    currencies = tuple(dict.fromkeys(row.currency for row in rows if row.currency is not None))
    return _facts(rows[0], currencies)


def merchants_in_scope(session: Session) -> tuple[MerchantFacts, ...]:
    """Return all merchants of the session's scope by short name (one statement), without their currencies."""
    rows = session.execute(select(*_COLUMNS).order_by(Merchant.short_name))
    return tuple(_facts(row) for row in rows)


def chosen(merchants: Sequence[MerchantFacts], short_name: str | None) -> tuple[MerchantFacts, ...]:
    """Return those a filter names, all without one; raises NotFound for a merchant out of scope, or unknown."""
    if short_name is None:
        return tuple(merchants)
    found = tuple(each for each in merchants if each.short_name == short_name)
    if not found:
        raise NotFound()
    return found


def _facts(row: Any, currencies: tuple[str, ...] = ()) -> MerchantFacts:
    return MerchantFacts(
        row.id,
        row.short_name,
        row.zone,
        row.default_brand,
        row.order_number_required,
        row.security_code_required,
        currencies,
    )
