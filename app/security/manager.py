"""FAB's security manager made ours: one statement an identity, permissions from memory, nobody public, no groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import UserMixin, current_user

from ..database import NOTHING, set_scope
from ..domain.actor import Actor
from ..extensions import limiter
from .identity import Identity, enter, parse_key
from .permissions import PermissionSet, PermissionSets
from .sessions import digest_of

TOKEN_VERSION = "token_version"  # noqa: S105 - a session key, no secret


class Person(UserMixin):
    """The signed-in user as FAB and Flask-Login want to see one (`g.user`): no ORM row, so no statement and no hash."""

    def __init__(self, identity: Identity) -> None:
        self.id = identity.actor.id
        self.username = identity.actor.name
        self.identity = identity

    def get_full_name(self) -> str:
        """Return the name shown in the frame."""
        return self.identity.name


class HouseSecurity(SecurityManager):
    """The views are given by the composition root (app/wiring.py): security knows no view."""

    def __init__(self, appbuilder: Any) -> None:
        self.permission_sets = PermissionSets()
        super().__init__(appbuilder)

    def create_limiter(self, app: Flask) -> Any:
        """Count in our own limiter; a second one would count everything twice."""
        return limiter

    # --- who is asking ----------------------------------------------------------------------------------------------

    def load_user(self, pk: object) -> Person | None:
        """Resolve the signed-in user and the scope of the request; a session that signed out, or is older than its rights, is dead."""
        # Nobody until known: an error page must not ask a database that has just failed.
        self.lm._update_request_context_with_user()
        key = parse_key(pk)
        identity = enter(self.session(), key, digest_of(session)) if key else None
        if identity is None or session.get(TOKEN_VERSION) != identity.token_version:
            set_scope(self.session(), NOTHING)
            g.pop("actor", None)
            return None
        g.scope, g.actor = identity.scope, identity.actor
        return Person(identity)

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> None:
        """Bearer tokens are the API's own affair (app/api); FAB's APIs are off."""

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public but the sign-in, which asks for no permission. Saves two statements a check."""
        return False

    # --- what they may do -------------------------------------------------------------------------------------------

    def current_permissions(self) -> PermissionSet:
        """Return the permissions of the person of this request."""
        if not current_user.is_authenticated:
            return frozenset()
        return self.permission_sets.of(self.session, current_user.identity.roles)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Return whether the person of this request has a permission on a view or menu."""
        return (permission_name, view_name) in self.current_permissions()

    def get_user_menu_access(self, menu_names: Iterable[str] | None = None) -> set[str]:
        """Return the menus the person of this request may open."""
        return {view for permission, view in self.current_permissions() if permission == "menu_access"}


def current_actor() -> Actor | None:
    """Return the actor of the request, None when nobody is signed in. Resolves them when nobody asked yet."""
    return g.get("actor") if current_user.is_authenticated else None
