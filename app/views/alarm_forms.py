"""Taking note of an alarm: one POST, from wherever the alarm is shown."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext

from ..alarms import acknowledge
from ..security.identity import parse_key
from ..security.profiles import ALARMS
from ..web.links import safe_path
from .base import Rights
from .history import PathHistory


class AlarmFormsView(PathHistory, BaseView):
    """`/alarms/<id>/acknowledge`: for supervisors and managers; `next` says where to go afterwards."""

    route_base = "/alarms"
    default_view = "acknowledge"
    rights: ClassVar[Rights] = {"can_acknowledge": ALARMS}

    @expose("/<int:id>/acknowledge", methods=["POST"])
    @has_access
    def acknowledge(self, id: int) -> Any:
        """Acknowledge; a second person changes nothing. 404 for another merchant's."""
        alarm_id = parse_key(id)
        if alarm_id is None:
            abort(404)
        acknowledge(g.actor, alarm_id)
        flash(gettext("The alarm is acknowledged."), "success")
        return redirect(safe_path(request.form.get("next") or "/alarms/list/"), 303)
