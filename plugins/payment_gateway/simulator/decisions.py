"""How an authorisation request is decided: by the contract, the card, its scenario, and an ordered fault."""

from dataclasses import dataclass
from datetime import datetime

from . import cards, scenarios
from .clock import PARIS
from .faults import Fault
from .merchants import AMEX_CURRENCY, Merchant
from .messages import Order

# The platform's own codes; a bank code outside them reads 05 (domain.md section 3). 51 and 34 are left out on purpose:
# as platform codes they speak of limits and rules, never of the cardholder's bank.
PLATFORM = frozenset(
    {"00", "02", "03", "05", "11", "12", "14", "17", "24", "30", "54", "63", "75", "90", "94", "97", "99"}
)
AMEX_ANSWERS = frozenset({"00", "02", "04", "05", "97"})


@dataclass(frozen=True)
class Decision:
    """The answer of an authorisation: platform's code, acquirer's code (None: not asked), security-code result."""

    response: str
    acquirer: str | None
    csc: str | None = None

    @property
    def approved(self) -> bool:
        return self.response == "00"


def by_acquirer(code: str, brand: str, csc: str | None = None) -> Decision:
    """The decision behind an acquirer's code; American Express knows five codes only and names no code result."""
    if brand == "AMEX":
        code, csc = (code if code in AMEX_ANSWERS else "05"), None
    return Decision(code if code in PLATFORM else "05", code, csc)


def brand_of(order: Order) -> str:
    """The scheme the order is taken as: the one asked for, else the card's preferred one; "" where none fits."""
    possible = cards.brands_of(order.card_number)
    wanted = order.brand or (possible[0] if possible else "")
    return wanted if wanted in possible else ""


def decide_order(order: Order, merchant: Merchant, now: datetime, fault: Fault | None) -> Decision:
    """Decide a cardOrder. Refusals of the platform itself (contract, number, expiry) come before the acquirer's."""
    brand = brand_of(order)
    if order.currency not in merchant.currencies:
        return Decision("03", "03")
    if not cards.passes_luhn(order.card_number):
        return Decision("14", "14")
    if not cards.brands_of(order.card_number):
        return Decision("05", "15")
    if not brand:
        return Decision("12", None)
    if brand == "AMEX" and not (merchant.amex and order.currency == AMEX_CURRENCY):
        return Decision("03", "03")
    if order.expiry < now.astimezone(PARIS).strftime("%Y%m"):
        return Decision("54", "05" if brand == "AMEX" else "54")
    csc = _code_result(order, brand)
    if csc == "4E":
        return by_acquirer("14", brand, csc)
    if fault is not None and fault.kind == "refuse":
        return by_acquirer(fault.code or "05", brand, csc)
    scenario = scenarios.of_number(order.card_number)
    return Decision(scenario.response, scenario.acquirer, scenario.csc or csc)


def decide_again(scenario: scenarios.Scenario, brand: str, expiry: str, now: datetime, fault: Fault | None) -> Decision:
    """Decide the new authorisation of a duplicate: same card, no security code, its expiry as of now."""
    if expiry < now.astimezone(PARIS).strftime("%Y%m"):
        return Decision("54", "05" if brand == "AMEX" else "54")
    if fault is not None and fault.kind == "refuse":
        return by_acquirer(fault.code or "05", brand)
    return Decision(scenario.response, scenario.acquirer)


def _code_result(order: Order, brand: str) -> str | None:
    if brand == "AMEX":  # four digits, required; Amex reports no result but refuses (domain.md section 3)
        return None if order.code and len(order.code) == 4 else "4E"
    if order.code is None:
        return "53"
    return "4D" if len(order.code) == 3 else "4E"
