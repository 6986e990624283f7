"""What is to know of a sale before all else: why it is none, or when its money comes, the remittance it leaves or left with, and the credit to expect (closed days move only this)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from ..database import now
from ..domain.days import local_day
from ..domain.states import OperationName, OperationStatus, State
from ..models.queries.calendar import REMIT, kind_of
from ..web import formats
from .panel import panel_of

_NOT_TAKEN = (State.REFUSED, State.REFERRAL, State.PENDING)
_REMITTED = (State.CAPTURED, State.CREDITED)
OVER = "SETTLED"


@dataclass(frozen=True, slots=True)
class Coming:
    """In a sentence when it is remitted and credited; `alert` where it lapses unless somebody decides."""

    text: str
    alert: bool = False


def coming_of(sale: Any, remittances: Mapping[int, Any]) -> Coming | None:
    """Return when the money of a deferred or remitted sale comes, or why it is not taken; None for one that needs no word.

    `remittances`: those of the sale's operations, by the operation's id (models.queries.remittance_lines.remittances_of).
    """
    if sale.state in _NOT_TAKEN:
        return Coming(panel_of(sale).sentences[0], alert=True)
    kind = kind_of(sale)
    if kind == REMIT:
        today = local_day(now(), ZoneInfo(sale.merchant.zone))
        day = max(sale.capture_date, today)  # what is due leaves until the day is over, also after the cut-off
        if sale.limit_date is not None and sale.limit_date < today:
            return Coming(str(gettext("Its last day has passed: it is released at the bank.")), alert=True)
        text = gettext("It leaves with the remittance of %(day)s.", day=formats.day(day))
        return Coming(f"{text} {_credit(day, sale)}")
    if kind is not None:
        limit = formats.day(sale.limit_date)
        return Coming(
            str(gettext("It is not remitted, and lapses after %(limit)s, unless somebody decides.", limit=limit)), True
        )
    if sale.state not in _REMITTED:
        return None
    done = (e for e in sale.operations if e.name == OperationName.CAPTURE and e.status == OperationStatus.DONE)
    found = next((remittances[each.id] for each in done if each.id in remittances), None)
    if found is None or found.state == OVER:
        return None
    return Coming(_credit(found.day, sale))


def _credit(day: Any, sale: Any) -> str:
    credit = sale.contract.credit_of(day)
    words = {"day": formats.day(credit.day), "value": formats.day(credit.value)}
    return str(gettext("The credit is expected on %(day)s, of value %(value)s, before commission.", **words))
