"""One verb with several sales: a form between the ticked rows and the deed, then what came of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, make_response, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from ..domain.errors import DomainError, InvalidInput, NotPermitted
from ..domain.text import N_
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.actions import TAKES, fields_of, read_action
from ..forms.bulk import MOST, read_ticked
from ..forms.keys import new_key, read_key
from ..forms.typed import shown_again, typed
from ..models.queries.bulk import sales_in_order
from ..plugin import registry
from ..ports import ActionRequest, TransactionAction
from ..security.profiles import READ
from ..web.errors import error_page
from ..web.refusals import field_sentences, sentence
from .action_links import bulk_url
from .base import Rights
from .bulk_rows import LeftOut, Row, bulk_controls, button_of, may_ask, rows_for, sums, title_of
from .bulk_run import DONE, LATER, REFUSED, Result, counted, run_rows
from .field_labels import summary_line
from .history import PathHistory
from .merchants_seen import merchants_seen
from .notes import refuse_cards

FIELDS = ("reason", "capture_date", "shipping_date", "note")  # the same for all rows; the amount is each row's own


class BulkView(PathHistory, BaseView):
    """`/bulk/?verb=…&sale=…`: who may do what is each verb's own affair; reading the sales is enough to ask."""

    route_base = "/bulk"
    default_view = "form"
    reads_cards: ClassVar[bool] = True  # its fields name a card typed into them
    rights: ClassVar[Rights] = {"can_act": READ}

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("act")
    def form(self) -> Any:
        """Show what will be done, row by row; nothing is done yet."""
        action = _action(request.args.get("verb", ""))
        try:
            ticked = read_ticked(request.args.getlist("sale"), looked_at=False)
        except InvalidInput as refusal:
            return error_page(422, text=" ".join(field_sentences(refusal).values()))
        sales = sales_in_order(db.session(), [each.sale_id for each in ticked], merchants_seen())
        return preview(self, action, rows_for(action, sales))

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("act")
    def act(self) -> Any:
        """Do it with each ticked row and show what came of it; the same form again does nothing twice."""
        action = _action(request.form.get("verb", ""))
        values = typed(request.form, FIELDS)
        try:
            ticked = read_ticked(request.form.getlist("sale"), looked_at=True)
        except InvalidInput as refusal:
            return error_page(422, text=" ".join(field_sentences(refusal).values()))
        sales = sales_in_order(db.session(), [each.sale_id for each in ticked], merchants_seen())
        try:
            key = read_key(request.form.get("key"))
            asked = _read(action, values, sales)
        except DomainError as error:
            return preview(self, action, rows_for(action, sales), values=values, error=error)
        results = run_rows(action, ticked, asked, key)
        later = [each for each in results if each.kind == LATER]
        again = [each.row.sale_id for each in results if each.kind == REFUSED]
        return self.render_template(
            "egestion/counter/bulk_done.html",
            title=title_of(action),
            action=action,
            results=results,
            counts=counted(results),
            done_sums=_done_sums(results),
            later=later,
            again_url=bulk_url(action.name, again) if again else None,
            key=key,
            values=values,
            several=len(merchants_seen()) > 1,
        )


def preview(
    view: BaseView,
    action: TransactionAction,
    rows: Sequence[Row],
    *,
    left_out: Sequence[LeftOut] = (),
    later: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
    error: DomainError | None = None,
) -> Any:
    """The form: possible rows with their tick boxes, the others with the reason, the sums, one button."""
    possible = [row for row in rows if row.why is None]
    wrong = field_sentences(error) if isinstance(error, InvalidInput) else {}
    shown = shown_again(values or {})
    controls = [
        replace(control, value=shown.get(control.name, ""), error=wrong.get(control.name))
        for control in bulk_controls(action, possible)
    ]
    page = view.render_template(
        "egestion/counter/bulk.html",
        title=title_of(action),
        action=action,
        button=button_of(action),
        rows=possible,
        ticked=sum(row.ticked for row in possible),
        sums=sums((row.sale.currency, row.sale.amount) for row in possible if row.ticked),
        left_out=[*(LeftOut(_name(row.sale), row.why or "", row.sale) for row in rows if row.why), *left_out],
        later=later,
        controls=controls,
        notice=None if error is None or wrong else sentence(error),
        summary=[(c.name, summary_line(c.label, c.error)) for c in controls if c.error],
        several=len(merchants_seen()) > 1,
        most=MOST,
        key=new_key() if error is None else request.form.get("key") or new_key(),
    )
    return make_response(page, 200 if error is None else error.status)


def _action(verb: str) -> TransactionAction:
    """The action of that name; 404 for one that is not for several sales, 403 for who may never do it."""
    action = registry().action(verb)
    if action is None or not action.bulk:
        abort(404)
    if not may_ask(action):
        raise NotPermitted(right=action.right)
    return action


def _read(action: TransactionAction, values: Mapping[str, str], sales: Sequence[Any]) -> ActionRequest:
    """What is the same for all rows; raises InvalidInput by the fields' names."""
    owners = {sale.merchant_id for sale in sales}
    owner = owners.pop() if len(owners) == 1 else None
    refuse_cards(values, f"/bulk/ {action.name}", owner, {"sales": [sale.reference for sale in sales]})
    fields = TAKES.get(action.name) or fields_of(tuple(action.form))
    known = {field.name for field in fields}
    if action.name == Verb.MOVE and not {"capture_date", "shipping_date"} & values.keys():
        # one answer for all rows, before any is begun
        raise InvalidInput.of("capture_date", "missing", N_("This field is needed."))
    return read_action(fields, {name: text for name, text in values.items() if name in known})


def _done_sums(results: Sequence[Result]) -> list[str]:
    return sums((each.sale.currency, each.row.amount or 0) for each in results if each.kind == DONE)


def _name(sale: Any) -> str:
    return str(sale.order_number or sale.reference)
