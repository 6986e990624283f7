"""Every screen of the core in one list, and FAB's builder without what we do not offer."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import Role, User

from ..plugin import Registry
from ..security.manager import HouseSecurity
from . import (
    books,
    configuration,
    customers,
    memberships,
    merchant_rules,
    operations,
    own_account,
    people,
    sales,
    watch,
)
from .action_forms import ActionFormsView
from .activation import ActivationView
from .alarm_forms import AlarmFormsView
from .approvals import ApprovalsView
from .bulk import BulkView
from .calendar import CalendarView
from .counter import CounterView
from .help import HelpView
from .history import UtilView
from .remittances import RemittanceView
from .shipped import ShippedView
from .signin import SignInView
from .staff import StaffView
from .tickets import TicketsView
from .uncertain import UncertainView


class Security(HouseSecurity):
    """The security manager with its views."""

    authdbview = SignInView
    userdbmodelview = people.UserView
    rolemodelview = people.RoleView
    resetmypasswordview = own_account.OwnPasswordView
    resetpasswordview = people.PasswordView
    userinfoeditview = own_account.OwnNameView

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        # FAB has just given its own classes a plain interface.
        self.userdbmodelview.datamodel = people.RolesInterface(User)
        self.rolemodelview.datamodel = people.RolesInterface(Role)

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


def register_views(builder: AppBuilder, known: Registry) -> None:
    """Add the core's screens, then put the menu in the order of the day's work."""
    add, security = builder.add_view, builder.sm
    add(CounterView, "Take an order", category=WORK)
    add(ApprovalsView, "To approve", category=CARE)
    builder.add_view_no_menu(ActionFormsView)
    add(AlarmFormsView, "Alarms", category=CARE)
    builder.add_view_no_menu(TicketsView)
    builder.add_view_no_menu(HelpView)
    builder.add_view_no_menu(BulkView)
    add(UncertainView, "Uncertain outcomes", category=CARE)
    add(ShippedView, "Shipped today", category=WORK)
    builder.add_view_no_menu(ActivationView)
    add(operations.OperationView, "Operations", category=WORK)
    add(operations.EventView, "Events", category=WORK)
    add(watch.RiskHitView, "Rule hits", category=CARE)
    add(sales.transaction_view(known), "Transactions", category=WORK)
    add(customers.CustomerView, "Customers", category=WORK)
    builder.add_view_no_menu(watch.AlarmView)
    add(books.UnpaidView, "Unpaid", category=BOOKS)
    add(CalendarView, "Calendar", category=BOOKS)
    add(RemittanceView, "Remittances", category=BOOKS)
    add(watch.OutboxView, "Mails", category=SETTINGS)
    add(merchant_rules.LimitView, "Limits", category=SETTINGS)
    add(merchant_rules.ReasonView, "Reasons", category=SETTINGS)
    add(configuration.OptionView, "Options", category=SETTINGS)
    add(configuration.ContractView, "Contracts", category=SETTINGS)
    add(configuration.MerchantView, "Merchants", category=SETTINGS)
    add(StaffView, "Team", category=PEOPLE)
    security.user_view = add(security.userdbmodelview, "Users", category=PEOPLE)
    add(memberships.MembershipView, "Memberships", category=PEOPLE)
    add(security.rolemodelview, "Profiles", category=PEOPLE)
    add(watch.AuditView, "Audit", category=PEOPLE)
    order_menu(builder)


def order_menu(builder: AppBuilder) -> None:
    """Tasks in the order of the day; plug-ins may have added theirs before the core did. Words: app/views/words.py."""
    places = {name: place for place, name in enumerate(MENU)}
    last = len(places)
    builder.menu.menu.sort(key=lambda group: places.get(group.name, last))
    for group in builder.menu.menu:
        group.childs.sort(key=lambda entry: places.get(entry.name, last))


WORK, CARE, BOOKS, SETTINGS, PEOPLE = "Orders", "Desk", "Bank", "Settings", "People"
MENU = (
    WORK, "Take an order", "Shipped today", "Transactions", "Operations", "Customers", "Events",
    CARE, "To approve", "Uncertain outcomes", "Alarms", "Rule hits",
    BOOKS, "Calendar", "Remittances", "Unpaid",
    SETTINGS, "Limits", "Reasons", "Options", "Contracts", "Merchants", "Gateway accounts", "Mails",
    PEOPLE, "Team", "Users", "Memberships", "Profiles", "Audit",
)  # fmt: skip
