"""The day several sales are moved to: which days the control offers, and what each row's own days are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flask_babel import gettext

from ..domain.verbs import Verb
from ..web import formats
from .action_controls import Control, shipping_hint, soonest_of

PLANS = (Verb.MOVE, Verb.HOLD, Verb.RELEASE)


class Listed(Protocol):
    """A row of the form."""

    @property
    def sale(self) -> Any:
        """Return its sale, with contract and merchant."""
        ...


def move_controls(rows: Sequence[Listed]) -> list[Control]:
    """Return the controls of the day: of the remittance, or the day the goods leave."""
    last = max((row.sale.limit_date for row in rows if row.sale.limit_date is not None), default=None)
    attrs = {"max": last.isoformat()} if last else {}
    shipping = Control("shipping_date", "date", hint=shipping_hint(), width="medium", attrs=attrs)
    return [_move_control(rows), shipping]


def _move_control(rows: Sequence[Listed]) -> Control:
    """Return the control of the new day: from the next remittance to the smallest limit of the rows, said in words.

    A later day may be typed: the rows whose limit it passes are refused, each with its own reason.
    """
    if not rows:
        return Control("capture_date", "date", width="medium")
    soonest = min(soonest_of(row.sale) for row in rows)
    limits = [row.sale.limit_date for row in rows if row.sale.limit_date is not None]
    first, last = min(limits, default=None), max(limits, default=None)
    attrs = {"min": soonest.isoformat()}
    if first is None:
        hint = gettext("From %(day)s on, the next remittance.", day=formats.day(soonest))
        return Control("capture_date", "date", hint=hint, width="medium", attrs=attrs)
    attrs["max"] = max(first, soonest).isoformat()
    words = {"first": formats.day(soonest), "limit": formats.day(first), "last": formats.day(last)}
    hint = gettext("From %(first)s, the next remittance, to %(limit)s, the smallest limit of these sales.", **words)
    if first != last:
        hint += " " + gettext(
            "Some may wait until %(last)s: with a later day the others are refused, each with its reason.", **words
        )
    return Control("capture_date", "date", hint=hint, width="medium", attrs=attrs)


def plan_of(sale: Any) -> str:
    """Return in words when a sale leaves now and until when it may."""
    days = {"day": formats.day(sale.capture_date), "limit": formats.day(sale.limit_date)}
    if sale.capture_error:
        return str(gettext("refused at its remittance; limit %(limit)s", **days))
    if sale.held:
        return str(gettext("held; limit %(limit)s", **days))
    return str(gettext("leaves on %(day)s; limit %(limit)s", **days))
