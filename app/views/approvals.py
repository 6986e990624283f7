"""What waits for a second person: above a merchant's limit one asks and another approves or rejects."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext

from ..database import release_request_connection
from ..domain.errors import DomainError, InvalidInput, NotFound
from ..extensions import db
from ..forms.actions import DECISION, read_action
from ..forms.keys import new_key, read_key
from ..forms.typed import typed
from ..models.queries.desk import (
    MOST_REQUESTED,
    demand_operation,
    reason_label,
    requested_operations,
    sale_numbered,
    zone_of_operation,
)
from ..models.queries.uncertain import uncertain_operations
from ..plugin import registry
from ..security.identity import parse_key
from ..security.profiles import APPROVE, RESOLVE
from ..web.formats import locale_code
from ..web.refusals import field_sentences, sentence
from .action_results import message_of
from .base import Rights
from .evidence import Evidence, evidence_of
from .history import PathHistory
from .merchants_seen import merchants_seen

DECISIONS = {"approve": True, "reject": False}


class ApprovalsView(PathHistory, BaseView):
    """`/approvals/`: the list, and one POST to approve or reject. Nobody decides on their own request."""

    route_base = "/approvals"
    default_view = "waiting"
    rights: ClassVar[Rights] = {"can_decide": APPROVE}

    @expose("/")
    @has_access
    @permission_name("decide")
    def waiting(self) -> Any:
        """Show what waits."""
        self.update_redirect()
        session = db.session()
        rows = [
            {
                "operation": each,
                "sale": each.transaction,
                "reason": reason_label(session, each.merchant_id, each.reason, locale_code()),
                "own": each.requested_by_id == g.actor.id,
                "key": new_key(),
            }
            for each in requested_operations(session)
        ]
        return self.render_template(
            "egestion/counter/approvals.html",
            title=gettext("To approve"),
            rows=rows,
            closings=self._closings(),
            several=len(merchants_seen()) > 1,
            most=MOST_REQUESTED,
        )

    @staticmethod
    def _closings() -> list[Evidence]:
        """What somebody proposes to close with the bank's written answer, for who may confirm it."""
        if not g.actor.may(RESOLVE):
            return []
        found = uncertain_operations(db.session(), merchants_seen())
        return [evidence_of(each) for each in found if (each.evidence or {}).get("close")]

    @expose("/<int:id>/<decision>", methods=["POST"])
    @has_access
    @permission_name("decide")
    def decide(self, id: int, decision: str) -> Any:
        """Approve (the operation is sent) or reject it."""
        operation_id = parse_key(id)
        if decision not in DECISIONS or operation_id is None:
            abort(404)
        demand_operation(db.session(), operation_id)  # 404 comes before whatever else is wrong
        try:
            key = read_key(request.form.get("key"))
            note = read_action(DECISION, dict(typed(request.form, ("note",)))).note
            done = registry().desk.decide(g.actor, operation_id, DECISIONS[decision], note, key)
        except NotFound:
            raise
        except DomainError as error:
            release_request_connection()
            flash(_words(error, zone_of_operation(db.session(), operation_id)), "danger")
        else:
            flash(*message_of(done, sale_numbered(db.session(), done.transaction_id)))
        return redirect(url_for("ApprovalsView.waiting"), 303)


def _words(error: DomainError, zone: str | None) -> str:
    if isinstance(error, InvalidInput):
        return " ".join(field_sentences(error, zone=zone).values())
    return sentence(error, zone=zone)
