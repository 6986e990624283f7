"""FAB's ModelView made safe: no state shared by threads, no 500 by an address, no GET that changes anything."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, abort, after_this_request, flash, has_request_context, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.hooks import before_request
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.views import ModelView
from flask_babel import gettext
from flask_login import current_user

from ..security.sync import EVERYBODY
from ..web.links import here
from .history import PathHistory
from .interface import LARGEST_PAGE, LARGEST_SELECTION

Rights = Mapping[str, str | frozenset[str]]  # FAB permission -> right, or any of several

__all__ = ["EVERYBODY", "Rights", "SafeView"]

_NUMBERED = re.compile(r"(page|psize)_")
_FILTER = re.compile(r"_flt_(\d)_(.*)", re.DOTALL)
_SMALL = re.compile(r"[0-9]{1,6}")
MOST_FILTERS = 40


def answer_422() -> None:
    """Say 422 with the page of this request: it shows a form once more, with what is wrong beside the fields."""

    @after_this_request
    def say(answer: Response) -> Response:
        if answer.status_code == 200:
            answer.status_code = 422
        return answer


class RefusedForm:
    """For FAB's simple forms: one that was sent and is shown again was refused."""

    def _get_edit_widget(self, *args: Any, **more: Any) -> Any:
        if request.method == "POST":
            answer_422()
        return super()._get_edit_widget(*args, **more)  # type: ignore[misc]  # of the view it stands before


class SafeView(PathHistory, ModelView):
    """Base of every model view, FAB's own security views included.

    `rights` says which right each of the view's permissions takes; `egestion init` makes the roles of it.
    """

    rights: ClassVar[Rights] = {}
    exclude_route_methods: ClassVar[set[str]] = {"download"}
    list_intro = ""
    _shared_filters: Any = None

    # --- threads ----------------------------------------------------------------------------------------------------

    @property
    def _filters(self) -> Any:
        """The search of this request; FAB keeps one object a view for all threads."""
        if not has_request_context() or self._shared_filters is None:
            return self._shared_filters
        kept: dict[int, Any] = request.environ.setdefault("egestion.filters", {})
        own = kept.get(id(self))
        if own is None:
            own = kept[id(self)] = copy.copy(self._shared_filters)
            own.clear_filters()
        return own

    @_filters.setter
    def _filters(self, value: Any) -> None:
        self._shared_filters = value

    # --- addresses --------------------------------------------------------------------------------------------------

    @before_request
    def refuse_hostile_arguments(self) -> None:
        """400 for arguments FAB's parsers would fail on."""
        if sum(1 for name in request.args if "_flt_" in name) > MOST_FILTERS:
            abort(400)
        known = self._shared_filters.get_search_filters()
        for name, value in request.args.items(multi=True):
            if _NUMBERED.search(name) and not _SMALL.fullmatch(value):
                abort(400)
            found = _FILTER.search(name)
            if found is None:
                continue
            column = found[2]
            if column not in known or int(found[1]) >= len(known[column]):
                abort(400)

    def _get_list_widget(
        self, filters: Any, actions: Any = None, order_column: str = "", order_direction: str = "", **kwargs: Any
    ) -> Any:
        if order_column and order_column not in self.order_columns:
            abort(400)
        kwargs["page_size"] = min(kwargs.get("page_size") or self.page_size, LARGEST_PAGE)
        return super()._get_list_widget(
            filters, actions=actions, order_column=order_column, order_direction=order_direction, **kwargs
        )

    # --- what changes something -------------------------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Delete one row."""
        self._delete(pk)
        return self.post_delete_redirect()

    def post_delete_redirect(self) -> Any:
        """Lead to the list: the page before is the record's own, which is gone."""
        bare = url_for(f"{self.endpoint}.list")
        return redirect(self.back_to_list(bare) or bare)

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        """Do a registered action on one row of the scope."""
        action = self._permitted(name)
        row = self.datamodel.get(pk, self._base_filters)
        if row is None or not action.single or not self.may_act_on(name, row):
            abort(404)
        return action.func(row)

    def may_act_on(self, name: str, row: Any) -> bool:
        """Whether the action is about this row at all; who may do it was asked before."""
        return True

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        """Do a registered action on the chosen rows, all of which must be in scope."""
        action = self._permitted(request.form.get("action", ""))
        keys = request.form.getlist("rowid")
        if not keys:
            flash(gettext("No row is ticked."), "info")
            return redirect(self.get_redirect())
        if len(keys) > LARGEST_SELECTION:
            abort(400)
        rows = self.datamodel.get_many(keys, self._base_filters)
        if rows is None or not action.multiple:
            abort(404)
        return action.func(rows)

    def _permitted(self, name: str) -> Any:
        """Return the action when the person may do it: 404 unknown, 403 not permitted, sign-in when nobody is."""
        if not current_user.is_authenticated:
            abort(redirect(url_for(f"{self.appbuilder.sm.auth_view.endpoint}.login", next=here())))
        action = self.actions.get(name)
        if action is None:
            abort(404)
        permission = self.get_action_permission_name(name)
        if not self.appbuilder.sm.has_access(permission, self.class_permission_name):
            abort(403)
        return action
