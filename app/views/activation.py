"""`/activation/<token>`: where the mail of an invitation leads; for people who have no password yet."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, make_response, redirect, request, session
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext

from ..activation import activate, invited_name
from ..domain.errors import InvalidInput, NotFound
from ..web.errors import error_page
from .base import Rights
from .history import PathHistory


class ActivationView(PathHistory, BaseView):
    """Open to whoever holds the link; it works once, for seven days."""

    route_base = "/activation"
    default_view = "choose"
    rights: ClassVar[Rights] = {}

    @expose("/<token>", methods=["GET", "POST"])
    def choose(self, token: str) -> Any:
        """Show the form; with a POST give the account its password."""
        error = ""
        try:
            name = invited_name(token)
            if request.method == "POST":
                error = self._activate(token)
                if not error:
                    session.clear()
                    flash(gettext("Your password is set. Sign in now."), "success")
                    return redirect("/login/", 303)
        except NotFound:
            text = gettext("It was used already, withdrawn, or is older than 7 days. Ask your manager for a new one.")
            return error_page(404, gettext("This invitation is not valid any more"), text)
        page = self.render_template("egestion/people/activation.html", title=gettext("Welcome"), name=name, error=error)
        return make_response(page, 422 if error else 200)

    @staticmethod
    def _activate(token: str) -> str:
        """What is wrong with the password; empty when it was taken."""
        password = request.form.get("password", "")
        if password != request.form.get("conf_password", ""):
            return str(gettext("The two passwords differ."))
        try:
            activate(token, password)
        except InvalidInput as refusal:
            return str(gettext(refusal.errors[0].message))
        return ""
