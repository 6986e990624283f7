"""FAB's security views as the administrator has them: users add and edit, roles to look at, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.models.sqla.filters import FilterIn
from flask_appbuilder.security.forms import DynamicForm
from flask_appbuilder.security.sqla.models import Role, User
from flask_appbuilder.security.views import (
    ResetPasswordView,
    RoleModelView,
    UserDBModelView,
)
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from ..audit import CREDENTIAL_CHANGED, USER_CHANGED, USER_CREATED, USER_ROLES_CHANGED, record, record_about
from ..database import configuring
from ..domain.errors import InvalidInput
from ..domain.text import N_
from ..models import Membership
from ..security.commands import in_turn
from ..security.identity import parse_key
from ..security.names import email_problem, name_problem, user_name_problem
from ..security.passwords import LONGEST, password_hash, password_problem
from ..security.profiles import ADMINISTER, PROFILES
from ..security.tokens import end_sessions
from .base import EVERYBODY, RefusedForm, SafeView
from .history import PathHistory
from .interface import SafeInterface
from .settings import SettingsView


def profile_name(role: Any) -> str:
    """Return a FAB role's profile in the reader's language; FAB's own roles keep their name."""
    known = PROFILES.get(str(role))
    return gettext(known.label) if known else str(role)


class RolesInterface(SafeInterface):
    """Users and roles, whose profiles are named in the reader's language."""

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        value = SafeInterface._get_attr_value(item, col)
        if col == "roles":
            return [profile_name(role) for role in value]
        return profile_name(value) if col == "name" and isinstance(item, Role) else value


PROFILE_ROLES = {"roles": [["name", FilterIn, list(PROFILES)]]}


def check_password(form: Any, field: Any) -> None:
    """WTForms validator of a new password."""
    name = form.username.data if "username" in form else getattr(form, "for_user", "")
    if problem := password_problem(field.data or "", name or ""):
        raise ValidationError(gettext(problem))


def check_roles(_form: Any, field: Any) -> None:
    """WTForms validator: the administrator's profile stands alone, since it must reach no payment verb."""
    roles = [role.name for role in field.data or ()]
    if not roles:
        raise ValidationError(gettext("Choose at least one profile."))
    if len(roles) > 1 and any(PROFILES[role].administrator for role in roles):
        raise ValidationError(gettext("The administrator's profile goes with no other."))


def check_with(problem_of: Callable[[str], str | None]) -> Callable[[Any, Any], None]:
    """Return the WTForms validator of a rule of app/security/names.py."""

    def check(_form: Any, field: Any) -> None:
        if problem := problem_of(field.data or ""):
            raise ValidationError(gettext(problem))

    return check


def password_field(label: Any, *checks: Any) -> PasswordField:
    """Return a field that shows nothing of what is typed."""
    return PasswordField(
        label, validators=[InputRequired(), Length(max=LONGEST), *checks], widget=BS3PasswordFieldWidget()
    )


def twice() -> dict[str, PasswordField]:
    """Return the fields of a new password: once, and again."""
    again = EqualTo("password", message=lazy_gettext("The two passwords differ."))
    return {
        "password": password_field(lazy_gettext("Password"), check_password),
        "conf_password": password_field(lazy_gettext("Password again"), again),
    }


OWN_ACTIONS = ("resetmypassword", "userinfoedit")


class UserView(SettingsView, UserDBModelView):
    """`/users`: no password, no hash, no group; nobody changes their own row here."""

    datamodel = RolesInterface(User)
    rights: ClassVar[dict[str, str]] = {
        "can_list": ADMINISTER,
        "can_show": ADMINISTER,
        "can_add": ADMINISTER,
        "can_edit": ADMINISTER,
        "resetpasswords": ADMINISTER,
        "can_userinfo": EVERYBODY,
        "resetmypassword": EVERYBODY,
        "userinfoedit": EVERYBODY,
    }
    exclude_route_methods: ClassVar[set[str]] = {"download", "delete"}
    list_title = lazy_gettext("Users")
    list_columns: ClassVar[list[str]] = ["username", "first_name", "last_name", "email", "active", "roles"]
    order_columns: ClassVar[list[str]] = ["username", "first_name", "last_name", "email", "active"]
    search_columns: ClassVar[list[str]] = ["username", "first_name", "last_name", "email", "active", "roles"]
    add_columns: ClassVar[list[str]] = [
        "username", "first_name", "last_name", "email", "active", "roles", "password", "conf_password",
    ]  # fmt: skip
    edit_columns: ClassVar[list[str]] = ["username", "first_name", "last_name", "email", "active", "roles"]
    validators_columns: ClassVar[dict[str, list[Any]]] = {
        "username": [check_with(user_name_problem)],
        "email": [check_with(email_problem)],
        "first_name": [check_with(name_problem)],
        "last_name": [check_with(name_problem)],
        "roles": [check_roles],
    }
    add_form_extra_fields = twice()
    add_form_query_rel_fields = edit_form_query_rel_fields = search_form_query_rel_fields = PROFILE_ROLES

    def _init_forms(self) -> None:
        super()._init_forms()
        for form in (self.add_form, self.edit_form, self.search_form):
            form.roles.kwargs["get_label"] = profile_name

    def may_act_on(self, name: str, row: Any) -> bool:
        """One's own password and names are one's own: another's number is not found, whoever asks."""
        return bool(name not in OWN_ACTIONS or row.id == g.user.id)

    def demand_editable(self, item: Any) -> None:
        """Nobody changes their own row: 403."""
        if item.id == g.user.id:
            abort(403)

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Hash the password of a new user; refuse an administrator who works for a merchant."""
        in_turn(self.datamodel.session)
        namesake = select(User.id).where(func.lower(User.username) == item.username.lower(), User.id != (item.id or 0))
        if self.datamodel.session.scalar(namesake.limit(1)) is not None:
            raise InvalidInput.of("username", "in_use", N_("In use already."))
        if created:
            item.password = password_hash(form.password.data)
        elif any(PROFILES[role.name].administrator for role in item.roles):
            member = self.datamodel.session.scalar(select(Membership.id).where(Membership.user_id == item.id).limit(1))
            if member is not None:
                text = N_("This person works for a merchant; an administrator works for none.")
                raise InvalidInput.of("roles", "member", text)

    def written(self, session: Any, item: Any, created: bool, changes: dict[str, Any]) -> None:
        """Tell the audit; a changed user's sessions and tokens die."""
        data = {name: pair for name, pair in changes.items() if name != "password"}
        roles = sorted(role.name for role in item.roles)
        if created:
            record(session, g.actor, USER_CREATED, f"user {item.id}", data={**data, "roles": roles})
            return
        end_sessions(session, item.id)
        record_about(session, g.actor, USER_CHANGED, item.id, data=data)
        record_about(session, g.actor, USER_ROLES_CHANGED, item.id, data={"roles": roles})


class RoleView(SafeView, RoleModelView):
    """`/roles`: what each profile may do, to look at. The matrix is app/security/profiles.py."""

    datamodel = RolesInterface(Role)
    rights: ClassVar[dict[str, str]] = {"can_list": ADMINISTER, "can_show": ADMINISTER}
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    include_route_methods: ClassVar[set[str]] = {"list", "show"}
    list_title = lazy_gettext("Profiles")
    search_columns: ClassVar[list[str]] = ["name"]
    copy_role = None  # FAB's action "copy role"


class NewPasswordForm(DynamicForm):
    """A new password, twice."""

    password = twice()["password"]
    conf_password = twice()["conf_password"]


def set_password(sm: Any, user: Any, password: str) -> int:
    """Store a new hash with its audit entry; sessions and tokens of the user die. Returns the new token version."""
    with configuring(sm.session):
        user.password = password_hash(password)
        version = end_sessions(sm.session, user.id)
        record_about(sm.session, g.actor, CREDENTIAL_CHANGED, user.id, "password")
    return version


class PasswordView(RefusedForm, PathHistory, ResetPasswordView):
    """`/resetpassword/form?pk=`: the administrator gives somebody else a new password."""

    form = NewPasswordForm
    form_title = lazy_gettext("New password for a user")
    rights: ClassVar[dict[str, str]] = {"can_this_form_get": ADMINISTER, "can_this_form_post": ADMINISTER}

    def form_get(self, form: Any) -> None:
        """Only for a user there is."""
        self._user()

    def form_post(self, form: Any) -> Any:
        """Change it; the user's sessions die."""
        user = self._user()
        if problem := password_problem(form.password.data, user.username):
            flash(gettext(problem), "danger")
            return redirect(f"{request.path}?pk={user.id}")
        set_password(self.appbuilder.sm, user, form.password.data)
        flash(gettext("Password changed."), "success")
        return redirect("/users/list/")

    def _user(self) -> Any:
        key = parse_key(request.args.get("pk", ""))
        user = self.appbuilder.sm.get_user_by_id(key) if key else None
        if user is None:
            abort(404)
        if user.id == g.user.id:
            abort(403)
        return user
