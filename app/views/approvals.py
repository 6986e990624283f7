"""What waits for a second person: above a merchant's limit one asks and another approves or rejects."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from flask import abort, flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext

from ..database import release_request_connection
from ..domain.errors import DomainError, InvalidInput, NotFound
from ..extensions import db
from ..forms.keys import new_key, read_key
from ..forms.typed import shown_again, typed
from ..models.queries.desk import (
    MOST_REQUESTED,
    demand_operation,
    merchant_of_operation,
    reason_label,
    requested_operations,
    sale_numbered,
    zone_of_operation,
)
from ..models.queries.uncertain import uncertain_operations
from ..plugin import registry
from ..security.identity import parse_key
from ..security.profiles import APPROVE, AUDIT, RESOLVE
from ..web.formats import locale_code
from ..web.refusals import field_sentences, sentence
from .action_results import message_of
from .base import Rights
from .evidence import Evidence, evidence_of
from .field_labels import field_label, summary_line
from .history import PathHistory
from .merchants_seen import merchants_seen
from .notes import read_note

DECISIONS = {"approve": True, "reject": False}


class Refused(NamedTuple):
    """A note that was refused: of which form of which row, what of it may be shown again, and what is wrong with it."""

    operation_id: int
    decision: str
    note: str
    error: str

    @property
    def summary(self) -> tuple[str, str]:
        """The field's id and the line above the page that leads to it."""
        return f"{self.decision}-note-{self.operation_id}", summary_line(field_label("note"), self.error)


class ApprovalsView(PathHistory, BaseView):
    """`/approvals/`: the list, and one POST to approve or reject. Nobody decides on their own request."""

    route_base = "/approvals"
    default_view = "waiting"
    reads_cards: ClassVar[bool] = True  # a note that holds a card number is refused beside itself
    rights: ClassVar[Rights] = {"can_look": frozenset({APPROVE, AUDIT}), "can_decide": APPROVE}

    @expose("/")
    @has_access
    @permission_name("look")
    def waiting(self) -> Any:
        """Show what waits."""
        self.update_redirect()
        return self._page(_rows())

    def _page(self, rows: list[dict[str, Any]], refused: Refused | None = None) -> Any:
        page = self.render_template(
            "egestion/counter/approvals.html",
            title=gettext("To approve"),
            rows=rows,
            closings=self._closings(),
            several=len(merchants_seen()) > 1,
            most=MOST_REQUESTED,
            refused=refused,
            may=g.actor.may(APPROVE),
        )
        return make_response(page, 422 if refused else 200)

    @staticmethod
    def _closings() -> list[Evidence]:
        """What somebody proposes to close with the bank's written answer, for who may confirm it, and the auditor."""
        if not (g.actor.may(RESOLVE) or g.actor.may(AUDIT)):
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
        values = typed(request.form, ("note",))
        try:
            about = merchant_of_operation(db.session(), operation_id), {"operation": operation_id}
            note = read_note(values, str(request.url_rule), *about)
            key = read_key(request.form.get("key"))
            done = registry().desk.decide(g.actor, operation_id, DECISIONS[decision], note, key)
        except NotFound:
            raise
        except DomainError as error:
            release_request_connection()
            zone = zone_of_operation(db.session(), operation_id)
            if isinstance(error, InvalidInput):
                rows, words = _rows(), " ".join(field_sentences(error, zone=zone).values())
                if operation_id in (row["operation"].id for row in rows if not row["own"]):
                    again = shown_again(values).get("note", "")
                    return self._page(rows, Refused(operation_id, decision, again, words))
            else:
                words = sentence(error, zone=zone)
            flash(words, "danger")
        else:
            flash(*message_of(done, sale_numbered(db.session(), done.transaction_id)))
        return redirect(url_for("ApprovalsView.waiting"), 303)


def _rows() -> list[dict[str, Any]]:
    session = db.session()
    return [
        {
            "operation": each,
            "sale": each.transaction,
            "reason": reason_label(session, each.merchant_id, each.reason, locale_code()),
            "own": each.requested_by_id == g.actor.id,
            "key": new_key(),
        }
        for each in requested_operations(session)
    ]
