"""Forms and bodies as a page or a client of the API sends them, so that an answer tells what is allowed, not what is missing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tests.walls.routes import ACTION_POST, BULK, FORMS

Form = dict[str, Any]
SHOWN = ("REFUSED", 12_345)  # state and amount of a ticked sale, as a page showed them
#: What each verb on a sale takes; the amount as a form has it, and as JSON.
FIELDS: dict[str, Form] = {
    "validate": {"amount": "1,00"},
    "capture": {},
    "cancel": {"amount": "1,00", "reason": "RETURNED"},
    "refund": {"amount": "1,00", "reason": "RETURNED"},
    "duplicate": {"amount": "1,00", "capture_day": "0"},
    "force": {"authorisation_number": "123456"},
    "accept-challenge": {},
    "refuse-challenge": {},
    "amend": {"order_number": "W-1", "customer_id": "C1"},
    "move": {"capture_date": "2026-11-25"},
    "hold": {},
    "release": {},
    "withdraw": {},
    "resolve": {"decision": "cancel"},
}
AS_JSON: Form = {"amount": 100, "capture_day": 0}


@dataclass(frozen=True)
class Rows:
    """The rows a form names: the sale, the alarm, the short name and the number of the merchant they belong to."""

    sale: int
    alarm: int
    merchant: str
    merchant_id: int


def key() -> str:
    """A new key."""
    return str(uuid.uuid4())


def form_of(rule: str, deed: str, rows: Rows, shown: tuple[str, int] = SHOWN, note: str = "seen") -> Form:
    """Return what the form of a page holds when somebody sends it with everything filled in."""
    state, amount = shown
    if rule == FORMS:
        return {"key": key(), "note": note, **FIELDS[deed]}
    if rule == BULK:
        ticked = f"{rows.sale}:{state}:{amount}"
        return {"verb": deed, "sale": ticked, "key": key(), "note": note, "capture_date": "2026-11-25"}
    if rule.endswith(ACTION_POST):
        return {"action": deed, "rowid": str(rows.sale)}
    if rule == "/alarms/acknowledge":
        return {"alarm": str(rows.alarm), "note": note}
    if rule == "/counter":  # all but the card: nobody's order is taken
        return {
            "key": key(),
            "merchant": rows.merchant,
            "amount": "1,00",
            "order_number": "W-1",
            "channel": "FAX_ORDER",
        }
    if rule == "/people/invite":
        name = {"first_name": "Nina", "last_name": "New", "email": "nina@example.test", "username": "nina"}
        return name | {"merchant": str(rows.merchant_id), "profile": "Clerk", "language": "fr"}
    return {"key": key(), "note": note}


def body_of(path: str, note: str = "seen", merchant: str = "") -> Form:
    """Return the JSON of a verb, a move, a decision, or of an order for a merchant."""
    deed = path.rsplit("/", 1)[1]
    if deed in FIELDS:
        return {"note": note} | {name: AS_JSON.get(name, value) for name, value in FIELDS[deed].items()}
    if path.endswith("/transactions"):
        card = {"number": "4970100000000006", "expiry": "07/31", "security_code": "123"}
        order = {"order_number": "W-1", "channel": "FAX_ORDER", "amount": 100, "currency": "EUR", "card": card}
        return order | {"merchant": merchant} if merchant else {}
    return {"note": note}
