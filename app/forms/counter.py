"""The order page's fields, by the names people and scripts rely on, read into the one object that holds the card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..domain.errors import FieldError, InvalidInput
from ..domain.field_kinds import Errors
from ..models.queries.merchants import MerchantFacts
from ..ports import NewOrder
from .orders import read_order
from .typed import amount_of, card_numbers_in, one_line, telephone_of, whole_of

CARD = {"card_number": "number", "card_expiry": "expiry", "security_code": "security_code", "brand": "brand"}
CUSTOMER = {f"customer_{part}": part for part in ("name", "telephone", "email", "postal_code", "address", "country")}
PLAIN = ("order_number", "channel", "capture_mode", "customer_id", "return_context", "note")
#: In the order of the page, which is the order errors are told in.
NAMES = (
    "merchant", "amount", "currency", "order_number", "channel", "card_number", "card_expiry", "security_code",
    "brand", "capture_mode", "capture_day", *CUSTOMER, "customer_id", "note", "return_context",
)  # fmt: skip
#: Never given back by a page, whatever was wrong.
SECRET = ("card_number", "card_expiry", "security_code")
_SHOWN_AS = {f"card.{part}": name for name, part in CARD.items()} | {
    f"customer.{part}": name for name, part in CUSTOMER.items()
}


def read_counter_order(values: Mapping[str, str], shop: MerchantFacts, today: date, language: str) -> NewOrder:
    """Return the order a clerk typed for a merchant whose local day is `today`; the amount as `language` writes it.

    Raises InvalidInput naming every wrong field at once by its name on the page, in the page's order; no value in it.
    """
    errors: Errors = card_numbers_in(values, but=("card_number",))
    currency = values.get("currency") or (shop.currencies[0] if shop.currencies else "EUR")
    amount = amount_of(values.get("amount", ""), currency, language, errors)
    body: dict[str, object] = {
        "merchant": shop.short_name,
        "channel": "TELEPHONE_ORDER",
        "currency": currency,
        "amount": amount,
        "card": {part: values[name] for name, part in CARD.items() if name in values},
        "customer": {part: _customer(part, values[name]) for name, part in CUSTOMER.items() if name in values},
    }
    body |= {name: values[name] for name in PLAIN if name in values}
    if "capture_day" in values:
        body["capture_day"] = whole_of(values["capture_day"])
    try:
        order = read_order(body, shop, today, origin="WEB")
    except InvalidInput as refusal:
        raise InvalidInput(on_page((*errors, *refusal.errors))) from None
    if errors:
        raise InvalidInput(on_page(errors))
    return order


def on_page(errors: Errors | tuple[FieldError, ...]) -> list[FieldError]:
    """Return errors under the page's names, in the page's order, the first of each field."""
    first: dict[str, FieldError] = {}
    for error in errors:
        name = _SHOWN_AS.get(error.field, error.field)
        first.setdefault(name, error._replace(field=name))
    return sorted(first.values(), key=lambda error: NAMES.index(error.field) if error.field in NAMES else len(NAMES))


def _customer(part: str, text: str) -> str:
    if part == "telephone":
        return telephone_of(text)
    return one_line(text) if part == "address" else text
