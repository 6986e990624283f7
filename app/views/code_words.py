"""Words for the codes of columns that are no state: channels, modes, stages, settings."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from ..repeats import ORDER_PAID, SAME_CARD

WORDS: dict[str, Any] = {
    # channel
    "TELEPHONE_ORDER": lazy_gettext("Telephone"),
    "MAIL_ORDER": lazy_gettext("Post"),
    "FAX_ORDER": lazy_gettext("Fax"),
    "TERMINAL": lazy_gettext("Payment terminal"),
    "PAY_LINK": lazy_gettext("Pay link"),
    # capture mode
    "AUTHOR_CAPTURE": lazy_gettext("remitted on its day"),
    "VALIDATION": lazy_gettext("remitted after validation"),
    "IMMEDIATE": lazy_gettext("remitted at once"),
    # merchant
    "INVITED": lazy_gettext("invited"),
    "ACTIVE": lazy_gettext("active"),
    "SUSPENDED": lazy_gettext("suspended: no new order"),
    "ENDED": lazy_gettext("ended: no new order"),
    "SAME_DAY": lazy_gettext("the same day"),
    "UNTIL_REMITTANCE": lazy_gettext("until the remittance"),
    "fr": lazy_gettext("French"),
    "en": lazy_gettext("English"),
    # contract
    "CARD": lazy_gettext("CB, Visa, Mastercard"),
    "AMEX": lazy_gettext("American Express"),
    "GROSS": lazy_gettext("gross, commission apart"),
    "NET": lazy_gettext("net of commission"),
    # option
    "RISK": lazy_gettext("Security controls"),
    "JRB": lazy_gettext("Bank reconciliation journal"),
    "JRI": lazy_gettext("Unpaid journal"),
    # remittance
    "OPEN": lazy_gettext("open"),
    "SENDING": lazy_gettext("being sent"),
    "SENT": lazy_gettext("sent"),
    "PARTLY_SENT": lazy_gettext("partly sent"),
    "SETTLED": lazy_gettext("credited"),
    # unpaid
    "NOTIFIED": lazy_gettext("notified"),
    "CONTESTED": lazy_gettext("contested"),
    "WON": lazy_gettext("won"),
    "LOST": lazy_gettext("lost"),
    "ACCEPTED": lazy_gettext("accepted"),
    "STATEMENT": lazy_gettext("bank statement"),
    "FILE": lazy_gettext("acquirer's file"),
    "GATEWAY": lazy_gettext("payment gateway"),
    # mail
    "DUE": lazy_gettext("to be sent"),
    "FAILED": lazy_gettext("given up"),
    # rule
    "INFORM": lazy_gettext("inform"),
    "CHALLENGE": lazy_gettext("have it checked"),
    "REFUSE": lazy_gettext("refuse"),
    SAME_CARD: lazy_gettext("same card and amount"),
    ORDER_PAID: lazy_gettext("order number already paid"),
    # audit
    "OK": lazy_gettext("done"),
    "REFUSED": lazy_gettext("refused"),
    # kinds of audit entries (app/audit.py)
    "login": lazy_gettext("sign-in"),
    "logout": lazy_gettext("sign-out"),
    "token_issued": lazy_gettext("API token issued"),
    "access_refused": lazy_gettext("access refused"),
    "user_created": lazy_gettext("user added"),
    "user_changed": lazy_gettext("user changed"),
    "user_roles_changed": lazy_gettext("profiles of a user changed"),
    "credential_changed": lazy_gettext("password changed"),
    "settings_changed": lazy_gettext("settings changed"),
    "exported": lazy_gettext("rows exported"),
    "audit_read": lazy_gettext("audit looked at"),
    "card_found": lazy_gettext("card number in a wrong field"),
    "alarm_acknowledged": lazy_gettext("alarm acknowledged"),
    "money_decided": lazy_gettext("decision about money"),
    "command_run": lazy_gettext("command run"),
    # limit
    "cancel": lazy_gettext("Cancel"),
    "refund": lazy_gettext("Refund now"),
    "validate": lazy_gettext("Validate"),
    "capture": lazy_gettext("Capture now"),
}


def word(code: object) -> Any:
    """Return the word for a code in the reader's language, else the code; nothing stays nothing."""
    return "" if code is None else WORDS.get(str(code), str(code))


def in_words(*columns: str) -> dict[str, Any]:
    """Return the formatters that write these columns in words."""
    return dict.fromkeys(columns, word)
