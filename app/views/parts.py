"""Ship part: what a validation of less than the whole releases, said before it is done, and the second parcel's form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from ..domain.states import OperationName, OperationStatus, State
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.pasted import LONGEST_ORDER_NUMBER
from ..models.queries.bulk import known_numbers
from ..models.search_keys import order_key
from ..ports import ActionRequest
from ..web import formats
from .merchants_seen import merchants_seen

MOST_PARCELS = 99
_PARCEL = re.compile(r"(.+)-[2-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Part:
    """What stays authorised and what is released, in minor units."""

    kept: int
    released: int


def part_of(sale: Any, verb: str, asked: ActionRequest) -> Part | None:
    """Return the part a validation keeps; None for the whole, for too much, and for every other verb."""
    if verb != Verb.VALIDATE or sale.state != State.TO_VALIDATE or asked.amount is None or asked.amount >= sale.amount:
        return None
    return Part(asked.amount, sale.amount - asked.amount)


def said_before(part: Part, sale: Any) -> str:
    """Return in words what will happen to the two parts."""
    return str(
        gettext(
            "%(kept)s is kept and remitted. %(released)s is released: the customer is not charged for it, and it can be "
            "charged later only by a new authorisation of the card (the second parcel), which the bank may refuse.",
            kept=formats.amount(part.kept, sale.currency),
            released=formats.amount(part.released, sale.currency),
        )
    )


def button_for(part: Part, sale: Any) -> str:
    """Return what the button says once the person has read it."""
    return str(
        gettext(
            "Validate %(kept)s, release %(released)s",
            kept=formats.amount(part.kept, sale.currency),
            released=formats.amount(part.released, sale.currency),
        )
    )


def released_by_validation(sale: Any) -> int:
    """Return what the sale's validation did not keep, in minor units; 0 where there was none, or of the whole."""
    done = [each for each in sale.operations if each.status == OperationStatus.DONE]
    validation = next((each for each in done if each.name == OperationName.VALIDATE), None)
    if validation is None:
        return 0
    cancelled: int = sum(
        each.amount for each in done if each.name == OperationName.CANCEL and each.sequence < validation.sequence
    )
    return int(sale.original_amount - cancelled - validation.amount)


def second_parcel(sale: Any) -> Mapping[str, str]:
    """Return what the duplicate's form is filled in with: the released amount, and an order number nobody has yet."""
    released = released_by_validation(sale)
    if not released:
        return {}
    filled = {"amount": formats.typed_amount(released, sale.currency)}
    if sale.order_number:
        filled["order_number"] = next_number(sale.order_number, bool(sale.duplicate_of_id))
    return filled


def next_number(number: str, of_a_parcel: bool) -> str:
    """Return the number with -2 behind it, -3 where that is taken, and so on; it stays within its 32 characters."""
    found = _PARCEL.fullmatch(number) if of_a_parcel else None
    base = found[1] if found else number
    wanted = [f"{base[: LONGEST_ORDER_NUMBER - len(str(n)) - 1]}-{n}" for n in range(2, MOST_PARCELS)]
    taken = known_numbers(db.session(), wanted, merchants_seen())
    return next((each for each in wanted if order_key(each) not in taken), number)
