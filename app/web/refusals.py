"""A refusal of the domain as a sentence a person reads: codes in words, amounts and days as the language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from ..domain.errors import DomainError, FieldError, InvalidInput
from ..domain.text import N_
from . import labels
from .formats import amount, day, moment

TOO_HIGH = "amount_too_high"
TIMES = ("opens_at", "soonest", "limit")  # parameters that hold ISO days or moments
# What a person at a form should read instead of what a program should.
_AT_A_FORM: Mapping[str, str] = {
    "idempotency_key_missing": N_("This form is not complete: load the page again."),
    "idempotency_mismatch": N_(
        "This form was sent before with other values, and that is what was done. Look at it before you go on."
    ),
    TOO_HIGH: N_("At most %(most)s is possible."),
}


def sentence(error: DomainError, currency: str = "EUR", zone: str | None = None) -> str:
    """Return the whole refusal in the reader's language; of wrong fields only that there are some."""
    if isinstance(error, InvalidInput):
        return str(gettext(InvalidInput.message))
    return _filled(error.code, error.message, error.params, currency, zone).strip()


def field_sentences(error: InvalidInput, currency: str = "EUR", zone: str | None = None) -> dict[str, str]:
    """Return {field: sentence} in the order of the errors."""
    return {each.field: _field(each, currency, zone) for each in error.errors}


def _field(error: FieldError, currency: str, zone: str | None) -> str:
    return _filled(error.code, error.message, error.params, currency, zone)


def _filled(code: str, message: str, params: Mapping[str, Any], currency: str, zone: str | None) -> str:
    values = in_words(params, zone)
    if code == TOO_HIGH:
        values["most"] = amount(params["most"], currency)
    if isinstance(values.get("why"), str):
        values["why"] = gettext(values["why"], **values)
    return str(gettext(_AT_A_FORM.get(code, message), **values))


def in_words(params: Mapping[str, Any], zone: str | None = None) -> dict[str, Any]:
    """Return a refusal's parameters as the reader's language writes them: states in words, times in `zone`.

    `zone` defaults to the one the refusal itself names (the merchant's), then to the bank's.
    """
    zone = zone or params.get("zone")
    return {name: _value(name, value, zone) for name, value in params.items()}


def _value(name: str, value: Any, zone: str | None) -> Any:
    if name == "state":
        return labels.label(value, "state" if str(value) in labels.STATES else "status")
    if name in TIMES and isinstance(value, str):
        return _time(value, zone)
    return value


def _time(text: str, zone: str | None) -> str:
    try:
        return moment(datetime.fromisoformat(text), zone) if "T" in text else day(date.fromisoformat(text))
    except ValueError:
        return text
