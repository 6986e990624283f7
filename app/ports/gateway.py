"""The bank's side: typed requests, the one frozen result of every verb, what a gateway can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ..domain.brands import BrandChoice
from ..domain.card import Card
from ..domain.days import add_days, blackout


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

    def ever_at(self, wall: time, zone: tzinfo, since: date) -> bool:
        """Return whether these hours hold at `wall` in `zone`, on any day of the year from `since`: where both zones
        change their clocks, they need not do so on the same day."""
        days = (add_days(since, count) for count in range(366))
        instants = (datetime.combine(day, wall, zone).astimezone(UTC) for day in days)
        bank = ZoneInfo(self.zone)
        return any(blackout(at, bank, self.start, self.end) is not None for at in instants)


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
