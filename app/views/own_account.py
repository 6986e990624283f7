"""What everybody may change of their own account: the password, the name."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, current_app, flash, g, redirect, session
from flask_appbuilder.fieldwidgets import BS3TextFieldWidget
from flask_appbuilder.security.forms import DynamicForm
from flask_appbuilder.security.views import ResetMyPasswordView, UserInfoEditView
from flask_babel import gettext, lazy_gettext
from werkzeug.security import check_password_hash
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from ..audit import USER_CHANGED, record_about
from ..security.manager import TOKEN_VERSION
from ..security.names import name_problem
from .base import EVERYBODY, RefusedForm
from .history import PathHistory
from .people import check_with, password_field, set_password, twice


class OwnPasswordForm(DynamicForm):
    """The password of now, and the new one twice."""

    current = password_field(lazy_gettext("Your present password"))
    password = twice()["password"]
    conf_password = twice()["conf_password"]

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.for_user = g.user.username

    def validate_current(self, field: Any) -> None:
        """Refuse a wrong present password."""
        user = current_app.extensions["appbuilder"].sm.get_user_by_id(g.user.id)
        if not check_password_hash(user.password or "", field.data or ""):
            raise ValidationError(gettext("This is not your present password."))


class OwnPasswordView(RefusedForm, PathHistory, ResetMyPasswordView):
    """`/resetmypassword/form`."""

    form = OwnPasswordForm
    form_title = lazy_gettext("Change my password")
    rights: ClassVar[dict[str, str]] = {"can_this_form_get": EVERYBODY, "can_this_form_post": EVERYBODY}

    def form_post(self, form: Any) -> Any:
        """Change it; other sessions of this person die, this one goes on."""
        user = self.appbuilder.sm.get_user_by_id(g.user.id)
        session[TOKEN_VERSION] = set_password(self.appbuilder.sm, user, form.password.data)
        flash(gettext("Password changed."), "success")
        return redirect("/")


def _name(label: Any) -> StringField:
    return StringField(label, validators=[InputRequired(), check_with(name_problem)], widget=BS3TextFieldWidget())


class OwnNameForm(DynamicForm):
    """First and last name."""

    first_name = _name(lazy_gettext("First name"))
    last_name = _name(lazy_gettext("Last name"))


class OwnNameView(RefusedForm, PathHistory, UserInfoEditView):
    """`/own-name/form`: one's own first and last name."""

    route_base = "/own-name"
    form = OwnNameForm
    rights: ClassVar[dict[str, str]] = {"can_this_form_get": EVERYBODY, "can_this_form_post": EVERYBODY}

    def form_post(self, form: Any) -> None:
        """Change it, and tell the audit: a name is whom others take one for."""
        sm = self.appbuilder.sm
        user = sm.get_user_by_id(g.user.id)
        before = [user.first_name, user.last_name]
        form.populate_obj(user)
        data = {"name": [before, [user.first_name, user.last_name]]}
        record_about(sm.session, g.actor, USER_CHANGED, user.id, data=data)
        if sm.update_user(user) is False:  # commits; rolls back and logs what fails
            abort(500)
        flash(str(self.message), "info")
