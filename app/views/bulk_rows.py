"""The rows of a form about several sales: which of them can be done, which not and why, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext

from ..domain.text import N_
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.bulk import Ticked
from ..models.queries.bulk import limits_of
from ..models.queries.desk import reasons_of
from ..ports import TransactionAction
from ..web import formats
from .action_controls import OFF, Control
from .action_links import possible_actions, why_not
from .bulk_days import PLANS, move_controls, plan_of
from .field_labels import field_label
from .sales import ALSO_OWN

_TITLES = {
    Verb.CANCEL: N_("Cancel several sales"),
    Verb.VALIDATE: N_("Validate several sales"),
    Verb.CAPTURE: N_("Send several sales to the bank now"),
    Verb.MOVE: N_("Move several sales to another day"),
    Verb.HOLD: N_("Hold several sales"),
    Verb.RELEASE: N_("Release several sales"),
}
_BUTTONS = {
    Verb.CANCEL: N_("Cancel the ticked sales"),
    Verb.VALIDATE: N_("Validate the ticked sales"),
    Verb.CAPTURE: N_("Send the ticked sales now"),
    Verb.MOVE: N_("Move the ticked sales"),
    Verb.HOLD: N_("Hold the ticked sales"),
    Verb.RELEASE: N_("Release the ticked sales"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A sale in the form: `why` says what stands against it, `remark` what its reader should know before the button."""

    sale: Any
    why: str | None = None
    remark: str | None = None
    ticked: bool = True
    alert: bool = True  # the remark warns of something

    @property
    def value(self) -> str:
        """Return what the tick box sends: the sale as it was shown."""
        return str(Ticked(self.sale.id, self.sale.state, self.sale.amount))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something asked for that is no row, and why; `sale` where it can be looked at."""

    text: str
    why: str
    sale: Any = None


def rows_for(action: TransactionAction, sales: Iterable[Any]) -> list[Row]:
    """Return a row for each sale (loaded as the desk wants it), judged as of now for the person of this request."""
    limits = limits_of(db.session(), action.name)
    return [_row(action, sale, limits.get(sale.merchant_id)) for sale in sales]


def _row(action: TransactionAction, sale: Any, limit: int | None) -> Row:
    if action not in possible_actions(g.actor, sale):
        return Row(sale, why_not(action, sale), ticked=False)
    if limit is not None and sale.amount > limit:
        return Row(sale, remark=gettext("above the limit: a second person has to approve"))
    return Row(sale, remark=plan_of(sale), alert=False) if action.name in PLANS else Row(sale)


def may_ask(action: TransactionAction) -> bool:
    """Return whether the person's profile may do it at all, with their own sales or with all."""
    return bool(g.actor.may(action.right) or g.actor.may(ALSO_OWN.get(action.right, action.right)))


def sums(amounts: Iterable[tuple[str, int]]) -> list[str]:
    """Return (currency, minor units) added up, one written sum a currency."""
    totals: Counter[str] = Counter()
    for currency, amount in amounts:
        totals[currency] += amount
    return [formats.amount(total, currency) for currency, total in sorted(totals.items())]


def bulk_controls(action: TransactionAction, rows: Sequence[Row]) -> list[Control]:
    """Return the controls that are the same for all rows: a day, a reason every merchant of them has, a note."""
    found: list[Control] = move_controls(rows) if "capture_date" in action.form else []
    if "reason" in action.form:
        lists = [
            dict(reasons_of(db.session(), merchant_id, formats.locale_code()))
            for merchant_id in {row.sale.merchant_id for row in rows}
        ]
        common = [
            (code, text) for code, text in (lists[0].items() if lists else ()) if all(code in each for each in lists)
        ]
        blank = gettext("none given")
        found.append(Control("reason", "select", options=common, blank=blank, width="medium"))
    found.append(Control("note", attrs={**OFF, "maxlength": 256}))
    return [_labelled(control) for control in found]


def _labelled(control: Control) -> Control:
    return Control(
        **{name: getattr(control, name) for name in control.__slots__} | {"label": field_label(control.name)}
    )


def title_of(action: TransactionAction) -> str:
    """Return the heading of the form."""
    return str(gettext(_TITLES.get(_verb(action), action.label)))


def button_of(action: TransactionAction) -> str:
    """Return what the button says."""
    return str(gettext(_BUTTONS.get(_verb(action), action.label)))


def _verb(action: TransactionAction) -> Any:
    return action.name
