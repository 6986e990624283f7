"""Who works for which merchant."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g
from flask_babel import lazy_gettext
from wtforms.validators import ValidationError

from ..audit import USER_ROLES_CHANGED
from ..models import Membership
from ..security.profiles import ADMINISTER, PROFILES
from .base import Rights
from .columns import LABELS
from .interface import SafeInterface
from .settings import SettingsView


def no_administrator(_form: Any, field: Any) -> None:
    """WTForms validator: an administrator works for no merchant, and nobody adds themselves."""
    user = field.data
    if user is None:
        return
    if user.id == g.user.id or any(PROFILES[role.name].administrator for role in user.roles if role.name in PROFILES):
        raise ValidationError(lazy_gettext("An administrator works for no merchant."))


class MembershipView(SettingsView):
    """`/memberships`: who works for which merchant; added and removed, never changed."""

    route_base = "/memberships"
    datamodel = SafeInterface(Membership)
    rights: ClassVar[Rights] = {
        "can_list": ADMINISTER, "can_show": ADMINISTER, "can_add": ADMINISTER, "can_delete": ADMINISTER,
    }  # fmt: skip
    exclude_route_methods: ClassVar[set[str]] = {"download", "edit", "action", "action_post"}
    audit_kind = USER_ROLES_CHANGED
    list_title = lazy_gettext("Memberships")
    show_title = lazy_gettext("Membership")
    add_title = lazy_gettext("New membership")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["user.username", "merchant.short_name"]
    order_columns: ClassVar[list[str]] = ["user.username", "merchant.short_name"]
    search_columns: ClassVar[list[str]] = ["user", "merchant"]
    add_columns: ClassVar[list[str]] = ["user", "merchant"]
    show_columns: ClassVar[list[str]] = ["user.username", "merchant.short_name"]
    validators_columns: ClassVar[dict[str, list[Any]]] = {"user": [no_administrator]}
