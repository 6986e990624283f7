"""What the order page must know of the merchants a person sells for, as plain values that outlive any session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...domain.days import DEFAULT_CUT_OFF
from ...domain.errors import NotFound
from ..merchant import Contract, Merchant, MerchantStatus
from .merchants import MerchantFacts


@dataclass(frozen=True, slots=True)
class CounterShop:
    """A merchant at the counter: what reading an order needs, what the form asks for, what it starts with."""

    facts: MerchantFacts
    name: str
    active: bool
    customer_fields: tuple[str, ...]
    capture_mode: str
    capture_day: int
    immediate: bool  # a contract of the merchant allows IMMEDIATE
    schemes: frozenset[str]  # CARD, AMEX: of its active contracts
    cut_off: time  # of the day's remittance, as its first contract has it


def shops_in_scope(session: Session) -> tuple[CounterShop, ...]:
    """Return all merchants of the session's scope by short name (one statement)."""
    rows = session.execute(
        select(Merchant, Contract)
        .outerjoin(Contract, (Contract.merchant_id == Merchant.id) & Contract.active)
        .order_by(Merchant.short_name, Contract.id)
    )
    contracts: dict[int, list[Contract]] = {}
    merchants: dict[int, Merchant] = {}
    for merchant, contract in rows:
        merchants[merchant.id] = merchant
        contracts.setdefault(merchant.id, []).extend([contract] if contract is not None else [])
    return tuple(_shop(merchant, contracts[key]) for key, merchant in merchants.items())


def shop_named(shops: tuple[CounterShop, ...], short_name: str | None) -> CounterShop:
    """Return the shop of that name, the first without a name; raises NotFound for one out of scope."""
    for shop in shops:
        if not short_name or shop.facts.short_name == short_name:
            return shop
    raise NotFound()


def _shop(merchant: Merchant, contracts: list[Contract]) -> CounterShop:
    facts = MerchantFacts(
        merchant.id,
        merchant.short_name,
        merchant.zone,
        merchant.default_brand,
        merchant.order_number_required,
        merchant.security_code_required,
        tuple(dict.fromkeys(contract.currency for contract in contracts)),
    )
    return CounterShop(
        facts=facts,
        name=merchant.name,
        active=merchant.status == MerchantStatus.ACTIVE,
        customer_fields=tuple(name.strip() for name in merchant.customer_fields.split(",") if name.strip()),
        capture_mode=merchant.default_capture_mode,
        capture_day=merchant.default_capture_day,
        immediate=any(contract.immediate_allowed for contract in contracts),
        schemes=frozenset(contract.scheme for contract in contracts),
        cut_off=contracts[0].cut_off if contracts else DEFAULT_CUT_OFF,
    )
