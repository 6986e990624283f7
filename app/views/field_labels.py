"""The labels of the order page and the action forms: one word for one field, wherever it stands."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

LABELS = {
    "merchant": lazy_gettext("Merchant"),
    "amount": lazy_gettext("Amount"),
    "currency": lazy_gettext("Currency"),
    "order_number": lazy_gettext("Order number"),
    "channel": lazy_gettext("Channel"),
    "card_number": lazy_gettext("Card number"),
    "card_expiry": lazy_gettext("Expiry"),
    "security_code": lazy_gettext("Security code"),
    "brand": lazy_gettext("Brand"),
    "capture_mode": lazy_gettext("Remittance"),
    "capture_day": lazy_gettext("Day"),
    "capture_date": lazy_gettext("Day of the remittance"),
    "shipping_date": lazy_gettext("Shipping day"),
    "customer_name": lazy_gettext("Name"),
    "customer_telephone": lazy_gettext("Telephone"),
    "customer_email": lazy_gettext("E-mail"),
    "customer_postal_code": lazy_gettext("Postal code"),
    "customer_address": lazy_gettext("Delivery address"),
    "customer_country": lazy_gettext("Country"),
    "customer_id": lazy_gettext("Customer number"),
    "note": lazy_gettext("Note"),
    "return_context": lazy_gettext("Context"),
    "reason": lazy_gettext("Reason"),
    "authorisation_number": lazy_gettext("Authorisation number"),
    "operation": lazy_gettext("What to withdraw"),
    "decision": lazy_gettext("Decision"),
    "outcome": lazy_gettext("The bank's written answer"),
    "confirm": lazy_gettext("Refund all the same: the sale came back unpaid"),
}
CHANNELS = {
    "TELEPHONE_ORDER": lazy_gettext("Telephone"),
    "MAIL_ORDER": lazy_gettext("Post"),
    "FAX_ORDER": lazy_gettext("Fax"),
}
CAPTURE_MODES = {
    "AUTHOR_CAPTURE": lazy_gettext("by itself, on the chosen day"),
    "VALIDATION": lazy_gettext("only once somebody validates the order"),
    "IMMEDIATE": lazy_gettext("at once"),
}
DECISIONS = {
    "cancel": lazy_gettext("Have the bank cancel it"),
    "close": lazy_gettext("Close it with the bank's written answer (two persons)"),
}
OUTCOMES = {
    "APPROVED": lazy_gettext("approved"),
    "REFUSED": lazy_gettext("refused"),
    "CANCELLED": lazy_gettext("cancelled"),
    "EXPIRED": lazy_gettext("expired"),
}


def field_label(name: str) -> str:
    """Return the label of a field, its name for one a plug-in made up."""
    return str(LABELS.get(name, name.replace("_", " ").capitalize()))


def summary_line(label: str, error: str) -> str:
    """Return one line of the list of errors above a form."""
    return str(gettext("%(label)s: %(error)s", label=label, error=error))
