"""A submitted action form as the ActionRequest its verb takes; amounts as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ..domain.errors import InvalidInput
from ..domain.field_kinds import Errors
from ..domain.fields import Field
from ..domain.verbs import PART_ALLOWED, Verb
from ..models.merchant import CUSTOMER_FIELDS
from ..ports import ActionRequest, TransactionAction
from .actions import TAKES, fields_of, read_action
from .counter import CUSTOMER, on_page
from .typed import amount_of, card_numbers_in, one_line, telephone_of, whole_of

AMENDABLE = ("order_number", "customer_id", "shipping_date", "note")


def names_of(action: TransactionAction, state: str) -> tuple[str, ...]:
    """Return the ActionRequest fields the form of an action shows for a sale in `state`.

    No amount where only the whole is possible; every action may carry a note.
    """
    names = [name for name in action.form if name != "amount" or takes_part(action.name, state)]
    return (*names, *(() if "note" in names else ("note",)))


def names_sent(action: TransactionAction, state: str, form: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields to read of a submitted form: an amount it holds too, for it may have been done already, and
    only then reads the same again.
    """
    names = names_of(action, state)
    return ("amount", *names) if "amount" in action.form and "amount" in form and "amount" not in names else names


def takes_part(verb: str, state: str) -> bool:
    """Return whether a part of the amount is possible: always for what is no verb of the core, and for a duplicate."""
    known = [part for part in PART_ALLOWED if part == verb]
    return not known or state in PART_ALLOWED[known[0]]


def control_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the form controls of these fields: `customer` is six of them, `confirm` is asked when it must be."""
    plain = [name for name in names if name != "customer"]
    return (*plain, *(CUSTOMER if "customer" in names else ()), "confirm")


def read_action_form(action: TransactionAction, values: Mapping[str, str], sale: Any, language: str) -> ActionRequest:
    """Return what a person asked for on `sale` (loaded with its customer).

    Raises InvalidInput naming every wrong field at once, by its name on the page.
    """
    errors: Errors = card_numbers_in(values)
    names = names_sent(action, sale.state, values)
    body: dict[str, object] = {}
    for name in names:
        if name == "customer":
            continue
        if name == "amount":
            body["amount"] = amount_of(values.get("amount", ""), sale.currency, language, errors)
        elif name in ("capture_day", "operation"):
            body |= {name: whole_of(values[name])} if name in values else {}
        elif name in values:
            body[name] = values[name]
    if values.get("confirm"):
        body["confirm"] = [values["confirm"]]
    if action.name == Verb.AMEND:
        body = _changes(body, values, sale, names)
    try:
        asked = read_action(_fields(action), body)
    except InvalidInput as refusal:
        raise InvalidInput(on_page((*errors, *refusal.errors))) from None
    if errors:
        raise InvalidInput(on_page(errors))
    return asked


def _fields(action: TransactionAction) -> tuple[Field, ...]:
    known = TAKES.get(action.name)
    return known if known is not None else fields_of(tuple(action.form))


def _changes(body: dict[str, object], values: Mapping[str, str], sale: Any, names: Sequence[str]) -> dict[str, object]:
    """Only what differs from the sale is given; emptied is given as null, so that it is emptied."""
    changed: dict[str, object] = {
        name: body.get(name) or None for name in AMENDABLE if (body.get(name) or None) != _as_typed(getattr(sale, name))
    }
    if "customer" in names:
        now = {part: getattr(sale.customer, part, None) or None for part in CUSTOMER_FIELDS}
        wanted = {part: _customer(part, values.get(name)) for name, part in CUSTOMER.items()}
        if wanted != now:
            changed["customer"] = wanted
    return changed


def _as_typed(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value or None


def _customer(part: str, text: str | None) -> str | None:
    if not text:
        return None
    if part == "telephone":
        return telephone_of(text)
    return one_line(text) if part == "address" else text
