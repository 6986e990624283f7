"""The counter: a clerk takes an order while the customer is on the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, g, jsonify, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from ..audit import record_card_found
from ..database import release_request_connection
from ..domain.errors import DomainError, InvalidInput, NotFound, OrderWarning
from ..extensions import db
from ..forms.counter import NAMES, currency_of, read_counter_order, read_said, references_in
from ..forms.keys import new_key, read_key
from ..forms.typed import typed
from ..models.queries.counter import CounterShop, shop_named, shops_in_scope
from ..models.queries.counter_sales import sale_sent_under
from ..models.queries.transactions import sale_of
from ..plugin import registry
from ..security.profiles import APPROVE, ENTER
from ..web.formats import locale_code
from ..web.refusals import field_sentences, sentence
from .base import Rights
from .counter_answers import number_instead, refusal_body, told, warned_body, with_confirmation
from .counter_keys import keys
from .field_labels import field_label, summary_line
from .history import PathHistory
from .order_again import typed_of
from .order_form import OrderForm, look_back, order_form, today_of
from .panel import REFUSED, panel_of
from .shown_panel import shown_panel, warning_panel

JSON = "application/json"
POLL_AFTER = (5, 15, 30)  # seconds after the answer that was none; then the resolver goes on alone


class CounterView(PathHistory, BaseView):
    """`/counter`: the order page. Our script posts it and reads JSON; without script it is a form like any other."""

    route_base = "/counter"
    default_view = "order"
    reads_cards: ClassVar[bool] = True
    rights: ClassVar[Rights] = {"can_order": ENTER}

    @expose("")
    @has_access
    @permission_name("order")
    def order(self) -> Any:
        """Show an empty form, and what became of this person's last order; `?last=<reference>` shows one beside it.

        A refused one stays in the form, for another card; its card never does.
        """
        self.update_redirect()
        shops = shops_in_scope(db.session())
        reference = request.args.get("last")
        sale = sale_of(db.session(), reference) if reference else None
        shop = shop_named(shops, request.args.get("merchant"))
        looked = look_back(db.session(), shop, g.actor.name)
        form = order_form(shop, looked=looked)
        if sale is not None and sale.merchant_id == shop.facts.id and panel_of(sale).outcome == REFUSED:
            form = order_form(shop, typed_of(sale), looked=looked, attempts=(sale.reference,), again=True)
        return self._page(shops, shop, form, panel=shown_panel(sale) if sale is not None else None)

    @expose("", methods=["POST"])
    @has_access
    @permission_name("order")
    def take(self) -> Any:
        """Take the order: one call of the desk, once per key. The card is in this request's memory only."""
        shops = shops_in_scope(db.session())
        shop = shop_named(shops, request.form.get("merchant"))
        values = typed(request.form, NAMES)
        attempts = references_in(request.form.get("attempts"))
        try:
            key = read_key(request.form.get("key"))
            said = read_said(request.form, g.actor.may(APPROVE))
            order = read_counter_order(values, shop.facts, today_of(shop), locale_code()[:2], said)
            done = registry().desk.take(g.actor, order, key)
        except OrderWarning as warning:
            release_request_connection()
            return self._warned(warning, shops, shop, values)
        except DomainError as error:
            release_request_connection()
            return self._refused(error, shops, shop, values)
        sale = sale_of(db.session(), done.reference)
        if _wants_json():
            return told(sale, attempts) | {"key": new_key()}
        if panel_of(sale).outcome == REFUSED:  # the order stays, for another card
            attempts = (*attempts, sale.reference)
            form = order_form(shop, values, confirmed=said.confirmed, attempts=attempts)
            return self._page(shops, shop, form, panel=shown_panel(sale, attempts))
        return redirect(url_for("CounterView.order", last=sale.reference, merchant=shop.facts.short_name), 303)

    @expose("/status/<reference>")
    @has_access
    @permission_name("order")
    def status(self, reference: str) -> Any:
        """Say what is known of an order now (JSON); nothing is written and the bank is not asked: the resolver does."""
        return told(sale_of(db.session(), reference), references_in(request.args.get("attempts")))

    @expose("/sent")
    @has_access
    @permission_name("order")
    def sent(self) -> Any:
        """Say what became of the form with this key, whose answer was lost (JSON); `arrived` is false where it never did."""
        shop = shop_named(shops_in_scope(db.session()), request.args.get("merchant"))
        try:
            sale = sale_sent_under(db.session(), shop.facts.id, read_key(request.args.get("key")))
        except NotFound:
            return {"arrived": False}  # no error: a browser would write a 404 in its console
        return told(sale, lost=True) | {"arrived": True}

    @expose("/fresh")
    @has_access
    @permission_name("order")
    def fresh(self) -> Any:
        """Give a page that stayed open through a sign-out its new token (JSON)."""
        return {"csrf_token": generate_csrf()}

    def _warned(
        self, warning: OrderWarning, shops: tuple[CounterShop, ...], shop: CounterShop, values: Mapping[str, str]
    ) -> Response:
        """One stop: what was seen, once; the same form sent again with `confirmed` is taken."""
        confirm = tuple(dict.fromkeys(hit.earlier for hit in warning.hits if hit.earlier)) or ("NOTHINGEARLIER",)
        panel = warning_panel(warning.hits, shop)
        if _wants_json():
            proposed = request.form.get("proposed", "")
            instead = number_instead(warning, values.get("order_number", ""), proposed, shop.facts.id)
            return make_response(jsonify(warned_body(warning, panel, confirm, instead)), warning.status)
        attempts = references_in(request.form.get("attempts"))
        form = order_form(shop, values, confirmed=confirm, attempts=attempts)
        page = self._page(shops, shop, form, panel=panel, key=request.form.get("key"))
        return make_response(page, warning.status)

    def _refused(
        self, error: DomainError, shops: tuple[CounterShop, ...], shop: CounterShop, values: Mapping[str, str]
    ) -> Response:
        currency = currency_of(values, shop.facts)
        fields = field_sentences(error, currency) if isinstance(error, InvalidInput) else {}
        fields = with_confirmation(error, fields, g.actor.may(APPROVE))
        _note_card_found(error, shop)
        message = sentence(error, currency, shop.facts.zone)
        if _wants_json():
            return make_response(jsonify(refusal_body(error, message, fields)), error.status)
        said = references_in(request.form.get("confirmed")), references_in(request.form.get("attempts"))
        form = order_form(shop, values, fields, confirmed=said[0], attempts=said[1])
        key = request.form.get("key") if error.code not in ("idempotency_mismatch", "idempotency_key_missing") else None
        return make_response(self._page(shops, shop, form, key=key, refusal=message), error.status)

    def _page(
        self,
        shops: tuple[CounterShop, ...],
        shop: CounterShop,
        form: OrderForm,
        *,
        panel: str | None = None,
        key: str | None = None,
        refusal: str | None = None,
    ) -> Any:
        summary = [(name, summary_line(field_label(name), text)) for name, text in form.errors.items()]
        return self.render_template(
            "egestion/counter/order.html",
            title=gettext("New order"),
            shops=shops,
            form=form,
            key=key or new_key(),
            panel=panel,
            refusal=None if summary else refusal,
            summary=summary,
            card_lost=refusal is not None or (panel is not None and request.method == "POST"),
            poll_after=POLL_AFTER,
            may_confirm=g.actor.may(APPROVE),
            keys=keys(),
        )


def _wants_json() -> bool:
    return bool(request.accept_mimetypes.best == JSON)


def _note_card_found(error: DomainError, shop: CounterShop) -> None:
    """A card number typed where none belongs is audited (trust.md), naming the field and nothing of it."""
    if isinstance(error, InvalidInput):
        record_card_found(g.actor, "order page", error.errors, shop.facts.id)
