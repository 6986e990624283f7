"""The start page: what waits for this person, each number a link to exactly its rows, and the tasks of the menu."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g
from flask_appbuilder.baseviews import expose
from flask_appbuilder.views import IndexView

from ..security.profiles import ENTER, READ
from .base import Rights
from .history import PathHistory
from .todo import waiting_for


class StartView(PathHistory, IndexView):
    """`/`: without a signed-in person the way to sign in."""

    index_template = "egestion/start.html"
    rights: ClassVar[Rights] = {}

    @expose("/")
    def index(self) -> Any:
        """Show the start page."""
        self.update_redirect()
        actor = g.get("actor") if g.user.is_authenticated else None
        waiting = waiting_for(actor) if actor else []
        return self.render_template(
            self.index_template,
            waiting=waiting,
            reads=bool(actor and actor.may(READ)),
            enters=bool(actor and actor.may(ENTER)),
        )
