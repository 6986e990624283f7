"""The counter: a clerk takes an order while the customer is on the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, g, jsonify, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from ..audit import CARD_FOUND, record_refused
from ..database import now
from ..domain.days import local_day
from ..domain.errors import DomainError, InvalidInput
from ..extensions import db
from ..forms.counter import NAMES, read_counter_order
from ..forms.keys import new_key, read_key
from ..forms.typed import typed
from ..models.queries.counter import CounterShop, shop_named, shops_in_scope
from ..models.queries.transactions import sale_of
from ..plugin import registry
from ..security.profiles import ENTER, FORCE
from ..web.formats import locale_code
from ..web.refusals import field_sentences, sentence
from .base import Rights
from .field_labels import field_label, summary_line
from .history import PathHistory
from .order_form import OrderForm, order_form
from .panel import REFUSED, panel_of, render_panel

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
        """Show an empty form; `?last=<reference>` shows what became of an order beside it."""
        self.update_redirect()
        shops = shops_in_scope(db.session())
        reference = request.args.get("last")
        panel = self._panel(sale_of(db.session(), reference)) if reference else None
        shop = shop_named(shops, request.args.get("merchant"))
        return self._page(shops, shop, order_form(shop, _today(shop)), panel=panel)

    @expose("", methods=["POST"])
    @has_access
    @permission_name("order")
    def take(self) -> Any:
        """Take the order: one call of the desk, once per key. The card is in this request's memory only."""
        shops = shops_in_scope(db.session())
        shop = shop_named(shops, request.form.get("merchant"))
        values = typed(request.form, NAMES)
        try:
            key = read_key(request.form.get("key"))
            order = read_counter_order(values, shop.facts, _today(shop), locale_code()[:2])
            done = registry().desk.take(g.actor, order, key)
        except DomainError as error:
            db.session.rollback()
            return self._refused(error, shops, shop, values)
        sale = sale_of(db.session(), done.reference)
        if _wants_json():
            return _told(sale) | {"key": new_key()}
        if panel_of(sale).outcome == REFUSED:  # the order stays, for another card
            return self._page(shops, shop, order_form(shop, _today(shop), values), panel=self._panel(sale))
        return redirect(url_for("CounterView.order", last=sale.reference, merchant=shop.facts.short_name), 303)

    @expose("/status/<reference>")
    @has_access
    @permission_name("order")
    def status(self, reference: str) -> Any:
        """Say what is known of an order now (JSON)."""
        return _told(sale_of(db.session(), reference))

    @expose("/fresh")
    @has_access
    @permission_name("order")
    def fresh(self) -> Any:
        """Give a page that stayed open through a sign-out its new token (JSON)."""
        return {"csrf_token": generate_csrf()}

    def _panel(self, sale: Any) -> str:
        return _panel_html(sale)

    def _refused(
        self, error: DomainError, shops: tuple[CounterShop, ...], shop: CounterShop, values: Mapping[str, str]
    ) -> Response:
        currency = values.get("currency") or next(iter(shop.facts.currencies), "EUR")
        fields = field_sentences(error, currency) if isinstance(error, InvalidInput) else {}
        _note_card_found(error, shop)
        message = sentence(error, currency, shop.facts.zone)
        if _wants_json():
            told = [{"field": name, "message": text} for name, text in fields.items()]
            body = {"code": error.code, "message": message, "errors": told}
            if error.code == "idempotency_mismatch":
                body["key"] = new_key()
            return make_response(jsonify(body), error.status)
        form = order_form(shop, _today(shop), values, fields)
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
        )


def _today(shop: CounterShop) -> Any:
    return local_day(now(), shop.facts.zone_info)


def _wants_json() -> bool:
    return bool(request.accept_mimetypes.best == JSON)


def _told(sale: Any) -> dict[str, Any]:
    panel = panel_of(sale)
    return {
        "reference": sale.reference,
        "state": sale.state,
        "outcome": panel.outcome,
        "final": panel.final,
        "html": _panel_html(sale),
    }


def _panel_html(sale: Any) -> str:
    may_force = g.actor.may(FORCE) and bool(sale.merchant.forcing_allowed)
    return render_panel(sale, may_force=may_force, merchant=sale.merchant.short_name)


def _note_card_found(error: DomainError, shop: CounterShop) -> None:
    """A card number typed where none belongs is audited (trust.md), naming the field and nothing of it."""
    if isinstance(error, InvalidInput):
        fields = [each.field for each in error.errors if each.code == "card_number_in_field"]
        if fields:
            record_refused(g.actor, CARD_FOUND, f"order page: {', '.join(fields)}", merchant_id=shop.facts.id)
