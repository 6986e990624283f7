"""The order page's fields, by the names people and scripts rely on, read into the one object that holds the card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ..domain.card_search import digits_in, find_card_number
from ..domain.currencies import CURRENCIES
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
    "brand", "capture_mode", "capture_day", "shipping_date", *CUSTOMER, "customer_id", "note", "return_context",
)  # fmt: skip
#: Never given back by a page, whatever was wrong.
SECRET = ("card_number", "card_expiry", "security_code")
MOST_REFERENCES = 10
_REFERENCE = re.compile(r"[0-9A-Z]{6,35}")
_SHOWN_AS = {f"card.{part}": name for name, part in CARD.items()} | {
    f"customer.{part}": name for name, part in CUSTOMER.items()
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says beside the order: the earlier sales they saw, and that a number is no card number."""

    confirmed: tuple[str, ...] = ()
    no_card_number: bool = False


def read_said(form: Mapping[str, str], may_confirm: bool) -> Said:
    """Return what the form says beside the order; of the order number only a person who `may_confirm` may say anything.

    Nobody's word makes an order number of the card that is paid with, or of a number that looks like no card at all.
    """
    number, card = (digits_in(form.get(name, "")) for name in ("order_number", "card_number"))
    looks = find_card_number(form.get("order_number", "")) is not None and not (card and card in number)
    return Said(references_in(form.get("confirmed")), may_confirm and looks and bool(form.get("no_card_number")))


def references_in(text: str | None) -> tuple[str, ...]:
    """Return the references in a hidden field of the page, each once; what is none is left out."""
    found = [part for part in (text or "").split() if _REFERENCE.fullmatch(part) and find_card_number(part) is None]
    return tuple(dict.fromkeys(found))[:MOST_REFERENCES]


def read_counter_order(
    values: Mapping[str, str], shop: MerchantFacts, today: date, language: str, said: Said | None = None
) -> NewOrder:
    """Return the order a clerk typed for a merchant whose local day is `today`; the amount as `language` writes it.

    Raises InvalidInput naming every wrong field at once by its name on the page, in the page's order; no value in it.
    """
    said = said or Said()
    free = ("card_number", "order_number") if said.no_card_number else ("card_number",)
    errors: Errors = card_numbers_in(values, but=free)
    currency = currency_of(values, shop)
    amount = amount_of(values.get("amount", ""), currency, language, errors)
    body: dict[str, object] = {
        "merchant": shop.short_name,
        "channel": "TELEPHONE_ORDER",
        "currency": values.get("currency") or currency,
        "amount": amount,
        "card": {part: values[name] for name, part in CARD.items() if name in values},
        "customer": {part: _customer(part, values[name]) for name, part in CUSTOMER.items() if name in values},
    }
    body |= {name: values[name] for name in PLAIN if name in values}
    if values.get("shipping_date"):  # wins over the choice of days, which always has a value
        body["shipping_date"] = values["shipping_date"]
    elif "capture_day" in values:
        body["capture_day"] = whole_of(values["capture_day"])
    try:
        order = read_order(body, shop, today, origin="WEB", no_card_number=said.no_card_number)
    except InvalidInput as refusal:
        raise InvalidInput(on_page((*errors, *refusal.errors))) from None
    if errors:
        raise InvalidInput(on_page(errors))
    return replace(order, confirmed=said.confirmed)


def currency_of(values: Mapping[str, str], shop: MerchantFacts) -> str:
    """Return the currency in which amounts of the order are read and told: the one chosen, the first for none or an
    unknown one (which is a wrong field by itself)."""
    chosen = values.get("currency", "")
    return chosen if chosen in CURRENCIES else next(iter(shop.currencies), "EUR")


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
