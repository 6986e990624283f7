"""Tickets of a sale: printed, again as DUPLICATA, or by mail to an address the customer agreed to."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from flask import flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext

from ..database import release_request_connection
from ..domain.errors import IdempotencyKeyMissing, NotFound
from ..extensions import db
from ..forms.keys import new_key, read_key
from ..forms.typed import shown_again
from ..models.queries.desk import sale_numbered, sale_of_operation
from ..post.addresses import usable_address
from ..post.words import LANGUAGES, in_language
from ..security.identity import parse_key
from ..security.profiles import ENTER, READ
from ..tickets import mail_ticket, print_ticket, ticketed
from ..web.formats import locale_code
from .base import Rights
from .code_words import WORDS
from .history import PathHistory
from .misplaced_cards import misplaced_cards
from .ticket_lines import CUSTOMER, MERCHANT, kind_of, ticket


class Kept(NamedTuple):
    """What was typed beside what was wrong."""

    address: str
    consent: bool
    language: str


class TicketsView(PathHistory, BaseView):
    """`/tickets`: what each operation of a sale gives its customer."""

    route_base = "/tickets"
    default_view = "of_sale"
    rights: ClassVar[Rights] = {"can_of_sale": READ, "can_print_one": ENTER, "can_mail_one": ENTER}

    def tells_of_cards(self, method: str) -> tuple[str, ...]:
        """Return the fields beside which this form says that they held a card number."""
        return ("email",) if method == "mail_one" else ()

    @expose("/sale/<int:sale_id>")
    @has_access
    def of_sale(self, sale_id: int) -> Any:
        """Show what may be printed or mailed of a sale."""
        self.update_redirect()
        return self._page(sale_numbered(db.session(), parse_key(sale_id)))

    @expose("/<int:id>/print", methods=["POST"])
    @has_access
    def print_one(self, id: int) -> Any:
        """Give both copies of an operation's ticket to print; all but the first time they say DUPLICATA."""
        original = print_ticket(g.actor, parse_key(id) or 0)
        sale, operation = sale_of_operation(db.session(), parse_key(id))
        copies = [ticket(sale, operation, copy, duplicata=not original) for copy in (MERCHANT, CUSTOMER)]
        title = gettext("Ticket %(reference)s", reference=sale.reference)
        return self.render_template("egestion/tickets/print.html", title=title, copies=copies, sale=sale)

    @expose("/<int:id>/mail", methods=["POST"])
    @has_access
    def mail_one(self, id: int) -> Any:
        """Send the customer's copy by mail, where the customer has agreed; what is wrong is told beside its field."""
        sale, operation = sale_of_operation(db.session(), parse_key(id))
        address = request.form.get("email", "").strip(" ")
        language = request.form.get("language", "")
        errors = _wrong(address, bool(request.form.get("consent")), language) | misplaced_cards()
        try:
            key = read_key(request.form.get("key"))
        except IdempotencyKeyMissing:
            errors["email"] = gettext("The form is not complete: load the page again.")
        if errors:
            kept = Kept(shown_again({"email": address}).get("email", ""), bool(request.form.get("consent")), language)
            return make_response(self._page(sale, operation.id, errors, kept), 422)
        if not ticketed([operation]):
            raise NotFound()
        with in_language(language):
            written = ticket(sale, operation, CUSTOMER)
            subject = gettext(
                "%(merchant)s: your ticket of %(amount)s", merchant=sale.merchant.name, amount=written.amount
            )
            body = written.text()
        release_request_connection()  # the unit that writes takes its own
        mail_ticket(g.actor, operation.id, address, subject, body, language, key)
        flash(gettext("The ticket is on its way to %(address)s.", address=address), "success")
        return redirect(url_for("TicketsView.of_sale", sale_id=sale.id), 303)

    def _page(
        self, sale: Any, wrong: int | None = None, errors: dict[str, str] | None = None, kept: Kept | None = None
    ) -> Any:
        return self.render_template(
            "egestion/tickets/sale.html",
            title=gettext("Tickets"),
            sale=sale,
            rows=[(each, kind_of(each), new_key()) for each in ticketed(sale.operations)],
            wrong=wrong,
            errors=errors or {},
            kept=kept,
            mail_languages=[(code, WORDS[code]) for code in LANGUAGES],
            mail_language=locale_code()[:2],
            may=g.actor.may(ENTER),
        )


def _wrong(address: str, consent: bool, language: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not usable_address(address):
        errors["email"] = gettext("This is not an e-mail address.")
    if not consent:
        errors["consent"] = gettext("Without the customer's agreement nothing is sent.")
    if language not in LANGUAGES:
        errors["language"] = gettext("Choose a language.")
    return errors
