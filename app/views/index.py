"""The start page: what waits for this person, each number a link to exactly its rows."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.baseviews import expose
from flask_appbuilder.views import IndexView

from .history import PathHistory


class StartView(PathHistory, IndexView):
    """`/`: without a signed-in person the way to sign in, with one the tasks of the menu."""

    index_template = "appbuilder/index.html"

    @expose("/")
    def index(self) -> Any:
        """Show the start page."""
        self.update_redirect()
        return self.render_template(self.index_template)
