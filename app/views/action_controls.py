"""The controls of an action's form: one for each field the action names, filled in with what is most likely wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from flask_babel import gettext

from ..database import now
from ..domain.days import local_day, next_remittance
from ..domain.states import OperationStatus
from ..domain.verbs import Verb
from ..forms.counter import CUSTOMER
from ..models.queries.desk import reasons_of
from ..security.profiles import APPROVE
from ..web import formats, labels
from .field_labels import CAPTURE_MODES, DECISIONS, OUTCOMES, field_label
from .order_form import capture_days, countries

OFF: Mapping[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
WITHDRAWABLE = (OperationStatus.REQUESTED, OperationStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Control:
    """One control as the templates' macros take it: kind is input, date, textarea, select, radios or checkbox."""

    name: str
    kind: str = "input"
    value: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    blank: str | None = None
    hint: str | None = None
    suffix: str | None = None
    width: str = "full"
    required: bool = False
    attrs: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    error: str | None = None


def controls(session: Any, sale: Any, verb: str, names: tuple[str, ...]) -> list[Control]:
    """Return the controls of these fields for a sale loaded with operations, merchant, contract and customer."""
    found: list[Control] = []
    for name in names:
        if name == "customer":
            found += [_customer(sale, each, part) for each, part in CUSTOMER.items()]
        else:
            found.append(_MAKERS.get(name, _text)(session, sale, verb, name))
    return found


def remaining(sale: Any, verb: str) -> int:
    """Return the amount most likely wanted, in minor units: what is left to refund, what is still authorised."""
    if verb == Verb.REFUND:
        return int(sale.refundable_amount)
    return int(sale.original_amount if verb == Verb.DUPLICATE else sale.amount)


def soonest_of(sale: Any) -> date:
    """Return the day of the next remittance of a sale's contract."""
    return next_remittance(now(), ZoneInfo(sale.merchant.zone), sale.contract.cut_off)


def shipping_hint() -> str:
    """Return what a shipping day does when a sale is moved."""
    return str(gettext("Instead: the day the goods leave. It is remitted then."))


def withdrawable(sale: Any) -> list[Any]:
    """Return the operations of a sale this person may still take back."""
    return [
        each
        for each in sale.operations
        if each.status in WITHDRAWABLE
        and each.created_by_id is not None
        and (each.requested_by_id == g.actor.id or g.actor.may(APPROVE))
    ]


def _text(_session: Any, sale: Any, verb: str, name: str) -> Control:
    kept = verb == Verb.AMEND or (verb == Verb.DUPLICATE and name == "order_number")
    longest = {"order_number": 32, "customer_id": 19, "note": 256}.get(name, 256)
    value = str(getattr(sale, name, None) or "") if kept else ""
    return Control(name, value=value, attrs={**OFF, "maxlength": longest})


def _amount(_session: Any, sale: Any, verb: str, name: str) -> Control:
    value = formats.typed_amount(remaining(sale, verb), sale.currency)
    attrs = {**OFF, "inputmode": "decimal"}
    hint = None
    if verb == Verb.VALIDATE:
        whole = formats.amount(sale.amount, sale.currency)
        hint = gettext(
            "%(whole)s, or less when only a part leaves: what is released is said before it is done.", whole=whole
        )
    return Control(name, value=value, suffix=sale.currency, width="short", required=True, attrs=attrs, hint=hint)


def _reason(session: Any, sale: Any, _verb: str, name: str) -> Control:
    options = reasons_of(session, sale.merchant_id, formats.locale_code())
    return Control(name, "select", options=options, blank=gettext("none given"), width="medium")


def _authorisation(_session: Any, _sale: Any, _verb: str, name: str) -> Control:
    hint = gettext("1 to 10 letters or digits, as the bank gives them on the telephone.")
    return Control(name, hint=hint, width="medium", required=True, attrs={**OFF, "maxlength": 10})


def _mode(_session: Any, sale: Any, _verb: str, name: str) -> Control:
    options = [(code, str(word)) for code, word in CAPTURE_MODES.items() if code != "IMMEDIATE"]
    return Control(name, "select", sale.merchant.default_capture_mode, options)


def _day(_session: Any, sale: Any, _verb: str, name: str) -> Control:
    options = capture_days(_today(sale))
    return Control(name, "select", options=options, blank=gettext("the merchant's usual day"), width="medium")


def _date(_session: Any, sale: Any, _verb: str, name: str) -> Control:
    attrs = {"min": soonest_of(sale).isoformat()}
    hint = None
    if sale.limit_date is not None:
        attrs["max"] = sale.limit_date.isoformat()
        hint = gettext(
            "%(planned)s at present; until %(day)s at the latest.",
            planned=formats.day(sale.capture_date),
            day=formats.day(sale.limit_date),
        )
    return Control(name, "date", hint=hint, width="medium", attrs=attrs)


def _shipping(_session: Any, sale: Any, verb: str, name: str) -> Control:
    amended = verb == Verb.AMEND
    first = local_day(sale.created_at, ZoneInfo(sale.merchant.zone)) if amended else _today(sale)
    attrs = {"min": first.isoformat()}
    if sale.limit_date is not None and not (amended and sale.captured_amount):
        attrs["max"] = sale.limit_date.isoformat()
    value = sale.shipping_date.isoformat() if sale.shipping_date else ""
    hint = gettext("The day the goods leave. When it is remitted stays as planned.") if amended else shipping_hint()
    return Control(name, "date", value, hint=hint, width="medium", attrs=attrs)


def _operation(_session: Any, sale: Any, _verb: str, name: str) -> Control:
    options = [
        (
            str(each.sequence),
            gettext(
                "%(operation)s of %(amount)s, asked by %(who)s on %(when)s",
                operation=labels.label(each.name, "operation"),
                amount=formats.amount(each.amount, sale.currency),
                who=each.created_by,
                when=formats.moment(each.created_at, sale.merchant.zone),
            ),
        )
        for each in withdrawable(sale)
    ]
    return Control(name, "radios", options[0][0] if len(options) == 1 else "", options, required=True)


def _decision(_session: Any, _sale: Any, _verb: str, name: str) -> Control:
    return Control(name, "radios", options=[(code, str(word)) for code, word in DECISIONS.items()], required=True)


def _outcome(_session: Any, _sale: Any, _verb: str, name: str) -> Control:
    options = [(code, str(word)) for code, word in OUTCOMES.items()]
    hint = gettext("Only to close: what the letter or mail of the bank says; name it in the note.")
    return Control(name, "select", options=options, blank="–", hint=hint, width="medium")


def _customer(sale: Any, name: str, part: str) -> Control:
    value = str(getattr(sale.customer, part, None) or "")
    if part == "country":
        return Control(name, "select", value, countries(formats.locale_code()), blank="–", width="medium")
    if part == "address":
        return Control(name, "textarea", value, attrs={**OFF, "maxlength": 240})
    return Control(name, value=value, attrs=OFF)


def _today(sale: Any) -> date:
    return local_day(now(), ZoneInfo(sale.merchant.zone))


_MAKERS: Mapping[str, Callable[[Any, Any, str, str], Control]] = {
    "amount": _amount,
    "reason": _reason,
    "authorisation_number": _authorisation,
    "capture_mode": _mode,
    "capture_day": _day,
    "capture_date": _date,
    "shipping_date": _shipping,
    "operation": _operation,
    "decision": _decision,
    "outcome": _outcome,
}


def named(control: Control) -> str:
    """Return the label of a control."""
    return control.label or field_label(control.name)
