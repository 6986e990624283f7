"""An order as the API and the order page send it, read into the one object that holds its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn

from ..domain.brands import BRANDS
from ..domain.card import Card, parse_card
from ..domain.currencies import CURRENCIES
from ..domain.days import MAX_CAPTURE_DAY
from ..domain.errors import FieldError, InvalidInput
from ..domain.field_kinds import Choice, Day, Errors, Text, Whole, choice
from ..domain.fields import SHORT_NAME_FORM, Field, Group, read_fields
from ..domain.money import MAX_AMOUNT
from ..domain.rejected import Rejected
from ..domain.states import CaptureMode
from ..domain.text import N_
from ..models.queries.merchants import MerchantFacts
from ..ports import NewOrder
from .customer import CUSTOMER, customer_of

SHORT_NAME = Text(20, pattern="[A-Z0-9]{2,20}", message=SHORT_NAME_FORM)
CURRENCY = Choice(tuple(CURRENCIES), "currency_unknown", N_("A currency is written like EUR (ISO 4217)."))
CHANNELS = ("TELEPHONE_ORDER", "MAIL_ORDER", "FAX_ORDER")
_EXPIRY = r"(?:0[1-9]|1[0-2]) ?/? ?(?:20)?[0-9]{2}|20[0-9]{2}-?(?:0[1-9]|1[0-2])"

CARD = (
    Field(
        "number",
        Text(64, secret=True, format="card-number"),
        required=True,
        about="blanks, dashes and dots may part its digits",
    ),
    Field(
        "expiry",
        Text(
            9,
            pattern=_EXPIRY,
            code="card_expiry_invalid",
            message=N_("The expiry date is not a month and a year like 07/28."),
            format="card-expiry",
        ),
        required=True,
        about="MM/YY",
    ),
    Field(
        "security_code",
        Text(
            4,
            pattern="[0-9]{3,4}",
            code="security_code_invalid",
            message=N_("The security code has 3 or 4 digits."),
        ),
        about="as the merchant's settings ask; always for American Express",
    ),
    Field("brand", choice(BRANDS), about="the customer's wish for a co-badged card"),
)
ORDER = (
    Field("merchant", SHORT_NAME, required=True, about="short name of the merchant"),
    Field("order_number", Text(32), about="needed where the merchant's settings say so"),
    Field("channel", choice(CHANNELS), required=True),
    Field("amount", Whole(1, MAX_AMOUNT), required=True, about="minor units"),
    Field("currency", CURRENCY, required=True, about="ISO 4217, of a contract of the merchant"),
    Field("card", Group(CARD), required=True),
    Field("capture_mode", choice(CaptureMode), about="default: the merchant's"),
    Field("capture_day", Whole(0, MAX_CAPTURE_DAY), about="days of deferral; default: the merchant's"),
    Field("shipping_date", Day(), about="instead of capture_day: the merchant's local day on which the goods leave"),
    Field("customer_id", Text(19)),
    Field("customer", Group(CUSTOMER)),
    Field("return_context", Text(256)),
    Field("note", Text(256)),
)


#: The same, where a supervisor says that the order number is no card number, whatever it looks like.
ORDER_CONFIRMED = tuple(
    replace(field, kind=Text(32, secret=True)) if field.name == "order_number" else field for field in ORDER
)


def read_order(
    values: Mapping[str, object], shop: MerchantFacts, today: date, origin: str = "API", *, no_card_number: bool = False
) -> NewOrder:
    """Return the order in `values` (texts and whole numbers as JSON has them) for a merchant whose local day is `today`.

    `no_card_number`: the order number may look like a card number. Raises InvalidInput naming every wrong field at once; it never holds a value.
    """
    errors: Errors = []
    given = read_fields(ORDER_CONFIRMED if no_card_number else ORDER, values, errors)
    card_given = given.pop("card", None)
    card = _card(card_given, shop, today, errors) if card_given is not None else None
    if shop.order_number_required and not given.get("order_number") and not _told(errors, "order_number"):
        errors.append(FieldError("order_number", "missing", N_("This is needed.")))
    currency = given.get("currency")
    if currency is not None and currency not in shop.currencies:
        text = N_("No contract of the merchant is in this currency; possible: %(currencies)s.")
        listed = {"currencies": ", ".join(shop.currencies)}
        errors.append(FieldError("currency", "currency_not_accepted", text, listed))
    if given.get("shipping_date") is not None and given.get("capture_day") is not None:
        text = N_("Give the shipping day or the days of deferral, not both.")
        errors.append(FieldError("shipping_date", "shipping_date_and_capture_day", text))
    if errors or card is None:
        raise InvalidInput(errors)
    del given["merchant"]
    customer = customer_of(given.pop("customer", None))
    told: dict[str, Any] = {"origin": origin, "no_card_number": no_card_number}
    return NewOrder(merchant_id=shop.id, card=card, brand=card_given["brand"], customer=customer, **told, **given)


def _card(given: dict[str, Any], shop: MerchantFacts, today: date, errors: Errors) -> Card | None:
    """Return the card; None with what is wrong added, once per field: its kinds told of texts, the card of the rest."""
    given.setdefault("brand", None)
    try:
        return parse_card(
            given.get("number") or "",
            given.get("expiry") or "",
            given.get("security_code"),
            today,
            brand=given["brand"],
            default_brand=shop.default_brand,
            code_required=shop.security_code_required,
        )
    except Rejected as rejected:
        errors.extend(error for error in rejected.field_errors("card") if not _told(errors, error.field))
        return None


def _told(errors: Errors, field: str) -> bool:
    return any(error.field == field for error in errors)


def refuse_order(values: Mapping[str, object]) -> NoReturn:
    """Raise InvalidInput for an order whose merchant cannot be read, naming what else is wrong by itself."""
    errors: Errors = []
    read_fields(ORDER, values, errors)
    raise InvalidInput(errors)
