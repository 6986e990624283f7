"""Every screen of the core in one list, and FAB's builder without what we do not offer."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import Role, User

from ..security.manager import HouseSecurity
from . import people
from .history import UtilView
from .interface import SafeInterface
from .signin import SignInView


class Security(HouseSecurity):
    """The security manager with its views."""

    authdbview = SignInView
    userdbmodelview = people.UserView
    rolemodelview = people.RoleView
    resetmypasswordview = people.OwnPasswordView
    resetpasswordview = people.PasswordView
    userinfoeditview = people.OwnNameView

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        # FAB has just given its own classes a plain interface.
        self.userdbmodelview.datamodel = SafeInterface(User)
        self.rolemodelview.datamodel = SafeInterface(Role)

    def register_views(self) -> None:
        """Register sign-in, own account, users and roles; FAB's groups, permissions, statistics and API stay out."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        if self.is_auth_limited:
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.auth_view.blueprint)
        for view in (self.userinfoeditview, self.resetpasswordview, self.resetmypasswordview):
            self.appbuilder.add_view_no_menu(view())


class HouseBuilder(AppBuilder):
    """FAB's builder; the language route that changes by GET, the menu API and the OpenAPI views stay out."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.add_view_no_menu(UtilView)
        self.sm.register_views()


def register_views(builder: AppBuilder) -> None:
    """Add the core's screens, in the order of the menu."""
    security = builder.sm
    security.user_view = builder.add_view(security.userdbmodelview, "Users", category="Administration")
    builder.add_view(security.rolemodelview, "Profiles", category="Administration")
