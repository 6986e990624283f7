"""A screen of the plug-in's own, in the house's frame."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from flask import g
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.security.profiles import VALIDATE

from . import calls


class CallBackView(BaseView):
    """`/calls/`: who wants to be called back."""

    route_base = "/calls"
    default_view = "list"
    template_folder = str(Path(__file__).with_name("templates"))  # absolute: FAB would look beside itself
    rights: ClassVar[dict[str, str]] = {"can_list": VALIDATE}

    @expose("/list/")
    @has_access
    def list(self) -> str:
        """List the open calls."""
        rows = [str(alarm.params.get("note", "")) for alarm in calls.of_merchants(g.actor)]
        return self.render_template("example_calls.html", rows=rows)
