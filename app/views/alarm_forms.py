"""Alarms worked off: the open ones first, taken note of one by one or together, with a note, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext, ngettext

from ..alarms import LABELS, acknowledge
from ..domain.errors import InvalidInput
from ..extensions import db
from ..forms.typed import shown_again, typed
from ..models.queries.alarms import LATEST, MOST_OPEN, acknowledged_alarms, in_scope, merchants_of, open_alarms
from ..post.words import sentence
from ..security.identity import parse_key
from ..security.profiles import ALARMS, AUDIT
from ..web.links import safe_path
from ..web.refusals import field_sentences
from .base import Rights
from .history import PathHistory
from .merchants_seen import merchants_seen
from .notes import read_note


class AlarmFormsView(PathHistory, BaseView):
    """`/alarms/`: for supervisors and managers; `next` says where to go after an acknowledgement."""

    route_base = "/alarms"
    default_view = "open"
    reads_cards: ClassVar[bool] = True  # a note that holds a card number is refused beside itself
    rights: ClassVar[Rights] = {"can_open": frozenset({ALARMS, AUDIT}), "can_acknowledge": ALARMS}

    @expose("/", methods=["GET"])
    @has_access
    def open(self) -> Any:
        """Show what nobody has taken note of, then the latest that somebody has."""
        self.update_redirect()
        return self._page({}, (), {})

    @expose("/acknowledge", methods=["POST"])
    @has_access
    @permission_name("acknowledge")
    def acknowledge_several(self) -> Any:
        """Acknowledge the ticked ones under one note; one that somebody else was faster with stays theirs."""
        ids = [parse_key(each) for each in dict.fromkeys(request.form.getlist("alarm"))]
        known = [each for each in ids if each is not None]
        if len(known) != len(ids) or len(known) > MOST_OPEN or not in_scope(db.session(), known):
            abort(404)
        if not known:
            flash(gettext("No row is ticked."), "info")
            return redirect(url_for("AlarmFormsView.open"), 303)
        return self._acknowledge(known)

    @expose("/<int:id>/acknowledge", methods=["POST"])
    @has_access
    def acknowledge(self, id: int) -> Any:
        """Acknowledge one; a second person changes nothing. 404 for another merchant's."""
        alarm_id = parse_key(id)
        if alarm_id is None or not in_scope(db.session(), [alarm_id]):
            abort(404)
        return self._acknowledge([alarm_id])

    def _acknowledge(self, ids: Sequence[int]) -> Any:
        values = typed(request.form, ("note",))
        try:
            owners = merchants_of(db.session(), ids)
            owner = owners[0] if len(owners) == 1 else None
            note = read_note(values, str(request.url_rule), owner, {"alarms": list(ids)})
        except InvalidInput as refusal:
            return self._page(values, ids, field_sentences(refusal))
        mine = [acknowledge(g.actor, each, note).acknowledged_by == g.actor.name for each in ids]
        done, late = sum(mine), len(mine) - sum(mine)
        if done:
            flash(ngettext("The alarm is acknowledged.", "%(num)s alarms are acknowledged.", done), "success")
        if late:
            flash(
                ngettext(
                    "Somebody had acknowledged it before you.",
                    "Somebody had acknowledged %(num)s of them before you.",
                    late,
                ),
                "info",
            )
        return redirect(safe_path(request.form.get("next") or url_for("AlarmFormsView.open")), 303)

    def _page(self, values: Mapping[str, str], ticked: Sequence[int], errors: Mapping[str, str]) -> Any:
        merchants = merchants_seen()
        page = self.render_template(
            "egestion/counter/alarms.html",
            title=gettext("Alarms"),
            open_ones=[_row(each) for each in open_alarms(db.session(), merchants)],
            taken=[_row(each) for each in acknowledged_alarms(db.session(), merchants)],
            may=g.actor.may(ALARMS),
            several=len(merchants) > 1,
            ticked=frozenset(ticked),
            note=shown_again(values).get("note", ""),
            error=errors.get("note"),
            most=MOST_OPEN,
            latest=LATEST,
        )
        return make_response(page, 422 if errors else 200)


def _row(alarm: Any) -> dict[str, Any]:
    zone, name = next(
        ((each.zone, each.short_name) for each in merchants_seen() if each.id == alarm.merchant_id), (None, "")
    )
    kind = sentence(LABELS.get(alarm.kind, alarm.kind))
    return {"alarm": alarm, "kind": kind, "said": sentence(alarm.message, alarm.params), "zone": zone, "merchant": name}
