"""Names of menu entries, which FAB keys permissions by and shows through gettext, listed for the catalogues."""

from __future__ import annotations

from flask_babel import lazy_gettext

WORDS = (
    lazy_gettext("Orders"),
    lazy_gettext("Take an order"),
    lazy_gettext("Shipped today"),
    lazy_gettext("Transactions"),
    lazy_gettext("Operations"),
    lazy_gettext("Customers"),
    lazy_gettext("Events"),
    lazy_gettext("Desk"),
    lazy_gettext("Uncertain outcomes"),
    lazy_gettext("Alarms"),
    lazy_gettext("Rule hits"),
    lazy_gettext("Mails"),
    lazy_gettext("Bank"),
    lazy_gettext("Calendar"),
    lazy_gettext("Remittances"),
    lazy_gettext("Unpaid"),
    lazy_gettext("Settings"),
    lazy_gettext("Limits"),
    lazy_gettext("Reasons"),
    lazy_gettext("Options"),
    lazy_gettext("Contracts"),
    lazy_gettext("Merchants"),
    lazy_gettext("People"),
    lazy_gettext("Team"),
    lazy_gettext("Users"),
    lazy_gettext("Memberships"),
    lazy_gettext("Profiles"),
    lazy_gettext("Audit"),
)
