"""The counter's side: orders as typed, what a verb is asked, what it did; and the desk that takes both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ..domain.actor import Actor
from ..domain.card import Card


@dataclass(frozen=True, slots=True)
class CustomerData:
    """Who ordered; every part optional, the merchant chooses which are asked."""

    name: str | None = None
    telephone: str | None = None
    email: str | None = None
    postal_code: str | None = None
    address: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as typed or posted, already parsed; the card lives here and nowhere else. Amount in minor units."""

    merchant_id: int
    channel: str
    amount: int
    currency: str
    card: Card
    order_number: str | None = None
    brand: str | None = None
    capture_mode: str | None = None
    capture_day: int | None = None
    shipping_date: date | None = None  # instead of capture_day: remitted on the day the goods leave
    customer_id: str | None = None
    customer: CustomerData | None = None
    return_context: str | None = None
    note: str | None = None
    origin: str = "API"
    # None: nothing stops the order (API). (): a person may be warned first. References: of the sales that person saw.
    confirmed: tuple[str, ...] | None = None
    no_card_number: bool = False  # a supervisor says that the order number is one, whatever it looks like


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What a verb is asked to do; each verb reads its own fields. Amounts in minor units, None = all."""

    amount: int | None = None
    reason: str | None = None
    note: str | None = None
    authorisation_number: str | None = None
    operation: int | None = None
    order_number: str | None = None
    capture_mode: str | None = None
    capture_day: int | None = None
    capture_date: date | None = None
    shipping_date: date | None = None
    customer_id: str | None = None
    customer: CustomerData | None = None
    decision: str | None = None
    outcome: str | None = None
    confirm: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()  # names present in the request, to tell "not given" from null

    def canonical(self) -> dict[str, Any]:
        """Return the request as plain values, for the digest an Idempotency-Key is compared by."""
        values: dict[str, Any] = {}
        for name in sorted(self.__slots__):
            value = getattr(self, name)
            if name == "customer" and value is not None:
                value = {part: getattr(value, part) for part in sorted(CustomerData.__slots__)}
            if isinstance(value, date):
                value = value.isoformat()
            values[name] = sorted(value) if isinstance(value, frozenset) else value
        return values


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb did: ids to read the transaction by, the API status and code as the operation stands now."""

    transaction_id: int
    reference: str
    status: int
    code: str | None = None
    operation_id: int | None = None
    replayed: bool = False
    sale: Any = None  # a sale just taken, with all that lists show, so that nobody need read it again


class OrderDesk(Protocol):
    """Takes orders and acts on transactions; given by the payment_gateway plug-in."""

    def take(self, actor: Actor, order: NewOrder, key: str) -> Answer:
        """Take an order once per (merchant, key). Raises DomainError for what was never a valid request."""

    def act(self, actor: Actor, reference: str, verb: str, request: ActionRequest, key: str) -> Answer:
        """Do `verb` once per (merchant, key); checked in the order merchant, rights, state, capability, amount."""

    def decide(self, actor: Actor, operation_id: int, approve: bool, note: str | None, key: str) -> Answer:
        """Approve or reject a REQUESTED operation; never by the person who asked."""

    def inquire(self, actor: Actor, operation_id: int) -> Answer:
        """Ask the bank now about an operation without a certain outcome; raises OperationInFlight while it is sent."""

    def allowed(self, actor: Actor, transaction: Any) -> list[str]:
        """Return the verbs possible now for this actor on a loaded transaction, without a query."""
