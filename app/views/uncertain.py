"""Operations without a certain outcome: what was asked, what the bank said, "ask the bank now", and deciding after 24 h."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext

from ..database import release_request_connection
from ..domain.errors import DomainError, NotFound
from ..extensions import db
from ..forms.keys import new_key
from ..models.queries.desk import sale_numbered
from ..models.queries.uncertain import MOST_UNCERTAIN, operation_numbered, uncertain_operations
from ..plugin import registry
from ..security.identity import parse_key
from ..security.profiles import AUDIT, RESOLVE
from ..web.refusals import sentence
from .action_links import show_url
from .action_results import message_of
from .base import Rights
from .evidence import evidence_of
from .field_labels import OUTCOMES
from .history import PathHistory
from .merchants_seen import merchants_seen

LIST = "list"  # the value of `back` with which asking returns to the list


class UncertainView(PathHistory, BaseView):
    """`/uncertain/`: the list, each operation's page, and one POST that asks the bank; an auditor looks."""

    route_base = "/uncertain"
    default_view = "waiting"
    rights: ClassVar[Rights] = {"can_look": frozenset({RESOLVE, AUDIT}), "can_resolve": RESOLVE}

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("look")
    def waiting(self) -> Any:
        """Show what is not known yet, the oldest first."""
        self.update_redirect()
        rows = [evidence_of(each) for each in uncertain_operations(db.session(), merchants_seen())]
        return self.render_template(
            "egestion/counter/uncertain.html",
            title=gettext("Uncertain outcomes"),
            rows=rows,
            several=len(merchants_seen()) > 1,
            most=MOST_UNCERTAIN,
            may=g.actor.may(RESOLVE),
        )

    @expose("/<int:id>", methods=["GET"])
    @has_access
    @permission_name("look")
    def show(self, id: int) -> Any:
        """Show the evidence of one, and what can be done."""
        self.update_redirect()
        found = evidence_of(operation_numbered(db.session(), parse_key(id)))
        return self.render_template(
            "egestion/counter/uncertain_one.html",
            title=gettext("Uncertain outcome") if found.open else gettext("Known now"),
            found=found,
            outcomes=[(code, str(word)) for code, word in OUTCOMES.items()],
            key=new_key(),
            may=g.actor.may(RESOLVE),
            show_url=show_url(found.sale.id),
            several=len(merchants_seen()) > 1,
        )

    @expose("/<int:id>/ask", methods=["POST"])
    @has_access
    @permission_name("resolve")
    def ask(self, id: int) -> Any:
        """Ask the bank now and say what it answered; asking twice does no harm."""
        operation = operation_numbered(db.session(), parse_key(id))
        number, zone = operation.id, operation.transaction.merchant.zone
        try:
            done = registry().desk.inquire(g.actor, number)
        except NotFound:
            raise
        except DomainError as error:
            release_request_connection()
            flash(sentence(error, zone=zone), "warning")
        else:
            found = evidence_of(operation_numbered(db.session(), number))
            if found.open and found.last is not None:
                flash(gettext("The bank was asked: %(answer)s Still not certain.", answer=found.last.text), "info")
            else:
                flash(*message_of(done, sale_numbered(db.session(), done.transaction_id)))
        if request.form.get("back") == LIST:
            return redirect(url_for("UncertainView.waiting"), 303)
        return redirect(url_for("UncertainView.show", id=number), 303)
