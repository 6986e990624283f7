"""What each verb on a transaction takes (interface.md), read into one ActionRequest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..domain.days import MAX_CAPTURE_DAY
from ..domain.errors import InvalidInput
from ..domain.field_kinds import Day, Errors, Several, Text, Whole, choice
from ..domain.fields import Field, Group, read_fields
from ..domain.money import MAX_AMOUNT
from ..domain.states import CaptureMode
from ..domain.text import N_
from ..domain.verbs import Verb
from ..ports import ActionRequest
from .customer import CUSTOMER, customer_of

OUTCOMES = ("APPROVED", "REFUSED", "CANCELLED", "EXPIRED")
# Every field a verb of ours or of a plug-in may take, by its name in ActionRequest.
FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        field.name: field
        for field in (
            Field("amount", Whole(1, MAX_AMOUNT), about="minor units; none means all"),
            Field("reason", Text(32), about="a code of the merchant's list"),
            Field("note", Text(256)),
            Field("confirm", Several(("unpaid",)), about="warnings answered with yes"),
            Field(
                "authorisation_number",
                Text(
                    10,
                    pattern="[0-9A-Za-z]{1,10}",
                    code="authorisation_number_invalid",
                    message=N_("The authorisation number has 1 to 10 letters or digits."),
                ),
                about="as the bank gave it on the telephone",
            ),
            Field("operation", Whole(1, 2**31 - 1), about="sequence of the operation"),
            Field("order_number", Text(32)),
            Field("customer_id", Text(19)),
            Field("customer", Group(CUSTOMER), about="replaces the customer as a whole"),
            Field("capture_mode", choice(CaptureMode)),
            Field("capture_day", Whole(0, MAX_CAPTURE_DAY)),
            Field("capture_date", Day(), about="the merchant's local day"),
            Field(
                "shipping_date",
                Day(),
                about="the day the goods leave; a sale moved without capture_date is remitted then",
            ),
            Field("decision", choice(("cancel", "close"))),
            Field("outcome", choice(OUTCOMES), about="with close: what the bank's written answer says"),
        )
    }
)


def _take(*names: str, required: tuple[str, ...] = ()) -> tuple[Field, ...]:
    def field(name: str) -> Field:
        known = FIELDS[name]
        return Field(known.name, known.kind, required=name in required, about=known.about)

    return tuple(field(name) for name in (*required, *names))


TAKES: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        Verb.CANCEL: _take("amount", "reason", "note"),
        Verb.REFUND: _take("amount", "reason", "note", "confirm"),
        Verb.VALIDATE: _take("amount", "reason", "note"),
        Verb.CAPTURE: _take("reason", "note"),
        Verb.AMEND: _take("order_number", "customer_id", "customer", "shipping_date", "note"),
        Verb.DUPLICATE: _take("order_number", "amount", "capture_mode", "capture_day", "note"),
        Verb.ACCEPT_CHALLENGE: _take("reason", "note"),
        Verb.REFUSE_CHALLENGE: _take("reason", "note"),
        Verb.FORCE: _take("note", required=("authorisation_number",)),
        Verb.WITHDRAW: _take("operation", "note"),
        Verb.HOLD: _take("reason", "note"),
        Verb.RELEASE: _take("reason", "note"),
        Verb.MOVE: _take("capture_date", "shipping_date", "note"),
        Verb.RESOLVE: _take("outcome", "note", required=("decision",)),
    }
)
DECISION = _take("note")


def fields_of(names: Sequence[str]) -> tuple[Field, ...]:
    """Return the fields of a plug-in's action, named by its form, and the note every action takes."""
    return _take(*names, *(() if "note" in names else ("note",)))


def read_action(fields: Sequence[Field], values: Mapping[str, object]) -> ActionRequest:
    """Return what is asked; raises InvalidInput naming every wrong field at once, holding no value.

    A needed field that is missing is the desk's to refuse: merchant, rights and state come before it (interface.md).
    """
    errors: Errors = []
    given = read_fields(fields, values, errors)
    errors = [error for error in errors if error.code != "missing"]
    if errors:
        raise InvalidInput(errors)
    names = frozenset(given)
    if "customer" in given:
        given["customer"] = customer_of(given["customer"])
    if "confirm" in given:
        given["confirm"] = given["confirm"] or ()
    return ActionRequest(given=names, **given)
