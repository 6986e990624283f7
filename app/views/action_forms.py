"""One form for each registered action on a transaction: read, one call of its verb, and on to the transaction's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext

from ..audit import record_card_found
from ..database import release_request_connection
from ..domain.errors import DomainError, InvalidInput, NotFound, UnpaidWarning
from ..domain.money import parse_amount
from ..domain.rejected import Rejected
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.action_values import control_names, names_of, names_sent, read_action_form
from ..forms.keys import new_key, read_key
from ..forms.typed import shown_again, typed
from ..models.queries.desk import sale_numbered
from ..plugin import registry
from ..ports import TransactionAction
from ..security.identity import parse_key
from ..security.profiles import READ
from ..web import formats
from ..web.refusals import field_sentences, sentence
from .action_controls import Control, controls, named, remaining
from .action_links import possible_actions, show_url, status_of_refusal, why_not
from .action_results import message_of
from .base import Rights
from .field_labels import OUTCOMES, summary_line
from .history import PathHistory
from .merchants_seen import merchants_seen
from .parts import Part, button_for, part_of, released_by_validation, said_before, second_parcel

COUNTER = "counter"  # the value of `back` with which a form of the counter returns there
CONSUMED = ("idempotency_mismatch", "idempotency_key_missing")


class ActionFormsView(PathHistory, BaseView):
    """`/transactions/<id>/<verb>`: who may do what is the verb's own affair; reading the sale is enough to ask."""

    route_base = "/transactions"
    default_view = "act"
    reads_cards: ClassVar[bool] = True  # its fields name a card typed into them
    rights: ClassVar[Rights] = {"can_act": READ}

    @expose("/<int:id>/<verb>", methods=["GET", "POST"])
    @has_access
    def act(self, id: int, verb: str) -> Any:
        """Show an action's form, or do what it asks."""
        action = registry().action(verb)
        if action is None:
            abort(404)
        sale = sale_numbered(db.session(), parse_key(id))
        if request.method == "GET":
            self.update_redirect()
            return self._page(action, sale, {}, None)
        values = typed(request.form, control_names(names_sent(action, sale.state, request.form)))
        try:
            key = read_key(request.form.get("key"))
            asked = read_action_form(action, values, sale, formats.locale_code()[:2])
            part = part_of(sale, action.name, asked)
            if part is not None and request.form.get("release") != str(part.released):
                return self._page(action, sale, values, None, part)
            done = action.handler(g.actor, sale.reference, asked, key)
        except NotFound:
            raise
        except DomainError as error:
            release_request_connection()
            return self._page(action, sale_numbered(db.session(), parse_key(id)), values, error)
        after = sale_numbered(db.session(), done.transaction_id)
        back = request.form.get("back") == COUNTER
        if not back or done.code is not None or done.status == 202:  # else the counter's panel says it all
            flash(*message_of(done, after, action))
        if action.name == Verb.VALIDATE and done.status == 200 and released_by_validation(after):
            return redirect(url_for("ShippedView.rest", id=after.id), 303)
        if back:
            return redirect(url_for("CounterView.order", last=after.reference, merchant=after.merchant.short_name), 303)
        return redirect(show_url(after.id), 303)

    def _page(
        self,
        action: TransactionAction,
        sale: Any,
        values: Mapping[str, str],
        error: DomainError | None,
        part: Part | None = None,
    ) -> Any:
        """The form, with what was typed and what is wrong with it; without controls where it is not possible now."""
        zone = sale.merchant.zone
        possible = action in possible_actions(g.actor, sale)
        fields = field_sentences(error, sale.currency, zone) if isinstance(error, InvalidInput) else {}
        _note_card_found(error, sale)
        shown = controls(db.session(), sale, action.name, names_of(action, sale.state)) if possible else []
        if request.method == "GET":
            values = _prefilled(action, sale)
        if isinstance(error, UnpaidWarning) or "confirm" in values:
            shown.append(Control("confirm", "checkbox", "unpaid"))
        shown = [_filled(control, values, fields) for control in shown]
        notice = sentence(error, sale.currency, zone) if error is not None and not fields else None
        known, reference = {control.name for control in shown}, sale.reference
        parcel = _is_second_parcel(action, sale)
        elsewhere = [text for name, text in fields.items() if name not in known]
        page = self.render_template(
            "egestion/counter/action.html",
            title=gettext("Second parcel") if parcel else gettext(action.label),
            action=action,
            sale=sale,
            controls=shown,
            possible=possible,
            key=self._key(error, part),
            back=request.values.get("back", "") if request.values.get("back") == COUNTER else "",
            notice=notice or " ".join(elsewhere) or (None if possible else why_not(action, sale)),
            summary=[(c.name, summary_line(named(c), c.error)) for c in shown if c.error],
            amount=_amount_shown(sale, action.name, values),
            closing=_closing(sale) if action.name == Verb.RESOLVE else None,
            part=part,
            part_said=said_before(part, sale) if part else None,
            button=button_for(part, sale)
            if part
            else gettext("Charge the second parcel")
            if parcel
            else gettext(action.label),
            released=released_by_validation(sale) if action.name == Verb.DUPLICATE and not values else 0,
            show_url=show_url(sale.id),
            several=len(merchants_seen()) > 1,
        )
        status = error.status if error is not None else 200 if possible else status_of_refusal(action, reference)
        return make_response(page, status)

    @staticmethod
    def _key(error: DomainError | None, part: Part | None) -> str:
        kept = part is not None or (error is not None and error.code not in CONSUMED)
        sent = request.form.get("key") if kept else None
        return sent or new_key()


def _filled(control: Control, values: Mapping[str, str], errors: Mapping[str, str]) -> Control:
    """The control with what was typed, an emptied one empty, and its error."""
    value = control.value
    if control.kind != "checkbox" and (request.method == "POST" or control.name in values):
        value = shown_again(values).get(control.name, "")
    return replace(control, value=value, error=errors.get(control.name), label=named(control))


def _prefilled(action: TransactionAction, sale: Any) -> Mapping[str, str]:
    """What the address asks the form to start with: a duplicate may be the second parcel of a part that left."""
    return second_parcel(sale) if _is_second_parcel(action, sale) else {}


def _is_second_parcel(action: TransactionAction, sale: Any) -> bool:
    return bool(action.name == Verb.DUPLICATE and request.args.get("parcel") and released_by_validation(sale))


def _amount_shown(sale: Any, verb: str, values: Mapping[str, str]) -> str:
    """The amount the sentence above the button names: as typed where something was, else the likely one."""
    typed_again = shown_again(values).get("amount")
    if not typed_again:
        return formats.amount(remaining(sale, verb), sale.currency)
    try:
        return formats.amount(parse_amount(typed_again, sale.currency, formats.locale_code()[:2]), sale.currency)
    except Rejected:
        return f"{typed_again} {sale.currency}"


def _closing(sale: Any) -> Mapping[str, Any] | None:
    """What a first person proposed the bank's written answer to be, in words; the second confirms it."""
    for operation in sale.operations:
        if operation.evidence and operation.evidence.get("close"):
            proposal: Mapping[str, Any] = operation.evidence["close"]
            return {**proposal, "outcome": OUTCOMES.get(proposal["outcome"], proposal["outcome"])}
    return None


def _note_card_found(error: DomainError | None, sale: Any) -> None:
    if isinstance(error, InvalidInput):
        record_card_found(g.actor, f"transaction {sale.reference}", error.errors, sale.merchant_id)
