"""The protocols plug-ins fulfil, and the typed requests and results that pass through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Protocol

from .domain.actor import Actor
from .domain.brands import BrandChoice
from .domain.card import Card

# --- the counter's side ---------------------------------------------------------------------------------------------


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
    customer_id: str | None = None
    customer: CustomerData | None = None
    return_context: str | None = None
    note: str | None = None
    origin: str = "API"


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

    def allowed(self, actor: Actor, transaction: Any) -> list[str]:
        """Return the verbs possible now for this actor on a loaded transaction, without a query."""


# --- the bank's side ------------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    REFERRAL = "REFERRAL"
    FAILED = "FAILED"  # sure that nothing happened; only an adapter may claim it
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class GatewayResult:
    """The one answer of every gateway verb. `raw` is scrubbed of card data by the adapter."""

    outcome: Outcome
    reason: str = ""
    reference: str = ""
    authorisation_id: str | None = None
    response_code: str | None = None
    acquirer_response_code: str | None = None
    csc_result: str | None = None
    new_amount: int | None = None
    new_status: str | None = None
    limit_date: date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BankView:
    """What the bank says of one transaction when asked. `found` None = no usable answer. Amounts in minor units.

    `amount` = still authorised, `captured_amount` and `refunded_amount` as in domain.md section 2.
    """

    found: bool | None
    status: str | None = None
    original_amount: int | None = None
    amount: int | None = None
    captured_amount: int | None = None
    refunded_amount: int | None = None
    authorisation_id: str | None = None
    response_code: str | None = None
    acquirer_response_code: str | None = None
    csc_result: str | None = None
    last_operation: str | None = None
    limit_date: date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """An authorisation in VALIDATION mode (we hold the deferral), always with the gateway's MOTO flag.

    `brand_choice` says how the brand of a co-badged card was chosen (Regulation (EU) 2015/751 art. 8).
    """

    reference: str
    amount: int
    currency: str
    card: Card
    brand: str
    order_number: str | None
    customer_id: str | None
    return_context: str | None
    capture_mode: str
    capture_day: int
    brand_choice: str = BrandChoice.ONLY


@dataclass(frozen=True, slots=True)
class AmountRequest:
    """A capture, cancel or refund of `amount` on a known reference; `origin` is printed by the bank where it can."""

    reference: str
    amount: int
    currency: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicateRequest:
    """A new authorisation on the card of an earlier one."""

    from_reference: str
    reference: str
    amount: int
    currency: str
    order_number: str | None
    capture_mode: str
    capture_day: int


@dataclass(frozen=True, slots=True)
class ForceRequest:
    """Force a referral with the number the bank gave on the telephone."""

    reference: str
    amount: int
    currency: str
    authorisation_number: str


@dataclass(frozen=True, slots=True)
class Blackout:
    """Hours in which the gateway takes no cash operation, as local times in `zone`."""

    start: time
    end: time
    zone: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do, declared as data: drives screens and guards, covered by the contract suite."""

    verbs: frozenset[str]
    immediate_capture: bool = False
    partial_cancel: bool = True
    inquirable: bool = True
    blackout: Blackout | None = None


class Gateway(Protocol):
    """One gateway account, ready to be called. Declines are values; any exception is taken for UNKNOWN by the runner."""

    capabilities: Capabilities

    def authorize(self, request: AuthorizeRequest, deadline: float) -> GatewayResult: ...
    def capture(self, request: AmountRequest, deadline: float) -> GatewayResult: ...
    def cancel(self, request: AmountRequest, deadline: float) -> GatewayResult: ...
    def refund(self, request: AmountRequest, deadline: float) -> GatewayResult: ...
    def duplicate(self, request: DuplicateRequest, deadline: float) -> GatewayResult: ...
    def force(self, request: ForceRequest, deadline: float) -> GatewayResult: ...
    def inquire(self, reference: str, deadline: float) -> BankView: ...


# --- what else a plug-in may register -------------------------------------------------------------------------------


class Decision(StrEnum):
    INFORM = "INFORM"
    CHALLENGE = "CHALLENGE"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its name, decision, complementary code (domain.md section 4) and a sentence."""

    rule: str
    decision: Decision
    code: str
    info: str
    priority: int = 0


class RiskAssessor(Protocol):
    """Judges an order before the bank is called, inside the unit that commits the PENDING row."""

    name: str

    def lock_keys(self, order: Any) -> Sequence[str]:
        """Return the keys to lock (sorted by the caller) so that two orders cannot both take the last place."""

    def before(self, session: Any, order: Any) -> Sequence[Hit]:
        """Return the hits of criteria that need nothing from the bank."""

    def after(self, session: Any, order: Any, result: GatewayResult) -> Sequence[Hit]:
        """Return the hits of criteria that need the bank's answer."""


@dataclass(frozen=True, slots=True)
class TransactionAction:
    """A verb a plug-in adds to transactions: a button on screens and `POST /transactions/{reference}/{name}`.

    `form` names the ActionRequest fields its form shows (none = a confirmation). `handler(actor, reference, request,
    key)` returns an Answer. `states` are the states it applies to.
    """

    name: str
    label: str
    right: str
    states: frozenset[str]
    handler: Callable[[Actor, str, ActionRequest, str], Answer]
    form: tuple[str, ...] = ()
    confirmation: str | None = None
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class DailyTask:
    """Work once a day at a local time of the merchant's zone; `run(day)` may run twice and must be caught up."""

    name: str
    at: time
    zone: str
    run: Callable[[date], None]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work found by query every `seconds`; returns how many items it took. May run on several machines at once."""

    name: str
    seconds: float
    run: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One invariant's verdict for `egestion verify`."""

    invariant: str
    checked: int
    wrong: Sequence[str] = ()
    note: str = ""


Checker = Callable[[], Sequence[Evidence]]
Moment = datetime
