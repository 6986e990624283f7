"""Where "back" leads: the last two pages looked at and the last two lists, as paths, short enough for a cookie.

FAB keeps five absolute URLs, built of the Host header, in the session cookie; a few long searches and the browser drops it.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, request, session
from flask_appbuilder.baseviews import expose
from flask_appbuilder.views import UtilView as FabUtilView

from ..web.links import here, safe_path

KEPT = 2
LONGEST = 400  # characters
LIST = "/list/"


class PathHistory:
    """Mixin for FAB's views: replaces its history by ours."""

    def update_redirect(self) -> None:
        """Remember this page; a page too long to keep is remembered without its query."""
        path = here()
        if len(path) > LONGEST:
            path = request.path[:LONGEST]
        pages = [page for page in session.get("page_history", ()) if isinstance(page, str) and page != path]
        session["page_history"] = [*pages, path][-KEPT:]
        if path.partition("?")[0].endswith(LIST):
            self._keep_list(path)

    @staticmethod
    def _keep_list(path: str) -> None:
        kept = session.get("lists")
        mine = path.partition("?")[0]
        others = [page for page in kept if isinstance(page, str) and page.partition("?")[0] != mine] if kept else []
        session["lists"] = [*others, path][-KEPT:]

    def back_to_list(self, bare: str | None) -> str | None:
        """Return the list a record was opened from: as the address says, else as it was last looked at, else `bare`."""
        if bare is None:
            return None
        for page in (request.args.get("back"), *session.get("lists", ())):
            if isinstance(page, str) and page.partition("?")[0] == bare and safe_path(page) == page:
                return page
        return bare

    def get_redirect(self) -> str:
        """Return the page before this one, else the start page."""
        pages = [page for page in session.get("page_history", ()) if isinstance(page, str) and page != here()]
        return safe_path(pages[-1]) if pages else "/"


class UtilView(PathHistory, FabUtilView):
    """`/back`: the link "cancel" of every form."""

    @expose("/back")
    def back(self) -> Any:
        """Go to the page before."""
        return redirect(self.get_redirect())
