"""Signing in and out: FAB's database sign-in with our session rules."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, g, redirect, request, session
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext
from flask_login import login_user, logout_user

from ..audit import LOGIN, LOGOUT, record, record_refused
from ..database import NOTHING, unit_of_work
from ..domain.actor import Actor
from ..security.identity import look_up
from ..security.manager import TOKEN_VERSION, Person
from ..security.sessions import end, start
from ..web.language import choose_language
from ..web.links import safe_path
from ..web.shell import TEXT_SIZE_COOKIE, YEAR
from .history import PathHistory

LONGEST_NAME, LONGEST_PASSWORD = 128, 512


class SignInView(PathHistory, AuthDBView):
    """`/login/` and `/logout/`. Only a path on this site is followed afterwards."""

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        """Show the form, or sign in. One message for a wrong name, a wrong password and a disabled user."""
        # FAB's own redirects name the page with this host before it.
        after = safe_path((request.args.get("next") or "").removeprefix(request.host_url.rstrip("/")))
        if g.user.is_authenticated:
            return redirect(after)
        form = LoginForm_db()
        if not form.validate_on_submit():
            return self.render_template(self.login_template, title=self.title, form=form)
        name, password = form.username.data, form.password.data
        if len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD:
            abort(400)
        user = self.appbuilder.sm.auth_user_db(name, password)
        identity = look_up(user.id) if user else None
        if identity is None:
            record_refused(name, LOGIN, name)
            flash(gettext("User name or password is not right, or the user is disabled."), "warning")
            return redirect(f"{request.path}?next={after}" if after != "/" else request.path)
        session.clear()  # nothing of an earlier session lives on under the new identity
        session[TOKEN_VERSION] = identity.token_version
        start(session)
        choose_language(identity.language)
        login_user(Person(identity), remember=False)
        _tell(identity.actor, LOGIN)
        answer = current_app.make_response(redirect(after))
        answer.set_cookie(
            TEXT_SIZE_COOKIE, identity.text_size, max_age=YEAR, secure=request.is_secure, httponly=True, samesite="Lax"
        )
        return answer

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """Sign out; by POST, so that no link signs anybody out. Copies of the cookie are worth nothing afterwards."""
        if g.user.is_authenticated:
            with unit_of_work(NOTHING) as unit:
                end(unit, session)
            _tell(g.actor, LOGOUT)
        logout_user()
        session.clear()
        return redirect(self.appbuilder.get_url_for_login)


def _tell(actor: Actor, kind: str) -> None:
    """Write the audit entry; a person of one merchant only is seen by its auditor."""
    with unit_of_work(actor) as unit:
        merchant = actor.merchants[0] if len(actor.merchants) == 1 else None
        record(unit, actor, kind, actor.name, merchant_id=merchant)
