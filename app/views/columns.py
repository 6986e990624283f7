"""What columns are called on screens, and how they are written (app/web/listing.py kinds)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from ..web.labels import TABLES
from .code_words import WORDS

LABELS: dict[str, Any] = {
    "account": lazy_gettext("Bank account (IBAN)"),
    "acknowledged_at": lazy_gettext("Acknowledged"),
    "acknowledged_by": lazy_gettext("Acknowledged by"),
    "acquirer_response_code": lazy_gettext("Bank's response"),
    "active": lazy_gettext("Active"),
    "actor": lazy_gettext("By"),
    "address": lazy_gettext("Address"),
    "amount": lazy_gettext("Amount"),
    "answered": lazy_gettext("Answer"),
    "approved_by": lazy_gettext("Approved by"),
    "at": lazy_gettext("When"),
    "authorisation_id": lazy_gettext("Authorisation"),
    "bank_reference": lazy_gettext("Bank's reference"),
    "bank_status": lazy_gettext("Status at the bank"),
    "body": lazy_gettext("Text"),
    "brand": lazy_gettext("Scheme"),
    "capture_date": lazy_gettext("Remittance day"),
    "capture_day": lazy_gettext("Days to remittance"),
    "capture_error": lazy_gettext("Remittance refused"),
    "capture_mode": lazy_gettext("Capture mode"),
    "captured_amount": lazy_gettext("Remitted"),
    "card_expiry": lazy_gettext("Expiry"),
    "channel": lazy_gettext("Channel"),
    "clerk_cancels": lazy_gettext("A clerk cancels own sales"),
    "code": lazy_gettext("Code"),
    "complementary_code": lazy_gettext("Control code"),
    "complementary_info": lazy_gettext("Control"),
    "contract": lazy_gettext("Contract"),
    "contract.currency": lazy_gettext("Currency"),
    "contract.number": lazy_gettext("Contract"),
    "country": lazy_gettext("Country"),
    "created_at": lazy_gettext("Created"),
    "created_by": lazy_gettext("Created by"),
    "credit_amount": lazy_gettext("Refunds"),
    "currency": lazy_gettext("Currency"),
    "customer_fields": lazy_gettext("Customer fields asked"),
    "customer_id": lazy_gettext("Customer number"),
    "cut_off": lazy_gettext("Cut-off"),
    "bank_closed_on": lazy_gettext("Bank also closed on"),
    "customer.address": lazy_gettext("Delivery address"),
    "customer.country": lazy_gettext("Country"),
    "customer.email": lazy_gettext("E-mail"),
    "customer.name": lazy_gettext("Customer"),
    "customer.postal_code": lazy_gettext("Postal code"),
    "customer.telephone": lazy_gettext("Telephone"),
    "data": lazy_gettext("Details"),
    "day": lazy_gettext("Day"),
    "debit_amount": lazy_gettext("Sales"),
    "decision": lazy_gettext("Decision"),
    "default_brand": lazy_gettext("Preferred scheme"),
    "default_capture_day": lazy_gettext("Days to remittance"),
    "default_capture_mode": lazy_gettext("Capture mode"),
    "email_key": lazy_gettext("E-mail"),
    "email": lazy_gettext("E-mail"),
    "forcing_allowed": lazy_gettext("Forcing allowed"),
    "from_day": lazy_gettext("From"),
    "from_state": lazy_gettext("State before"),
    "held": lazy_gettext("Held"),
    "immediate_allowed": lazy_gettext("Immediate remittance allowed"),
    "info": lazy_gettext("What was seen"),
    "kind": lazy_gettext("Kind"),
    "label_en": lazy_gettext("English label"),
    "label_fr": lazy_gettext("French label"),
    "language": lazy_gettext("Language"),
    "last4": lazy_gettext("Last four digits"),
    "last_error": lazy_gettext("Last error"),
    "limit_date": lazy_gettext("Limit day"),
    "lines": lazy_gettext("Lines"),
    "masked_pan": lazy_gettext("Card"),
    "merchant": lazy_gettext("Merchant"),
    "merchant.currency": lazy_gettext("Currency"),
    "merchant.short_name": lazy_gettext("Merchant"),
    "merchant_id": lazy_gettext("Merchant"),
    "message": lazy_gettext("Message"),
    "name_key": lazy_gettext("Name"),
    "name": lazy_gettext("Name"),
    "new_state": lazy_gettext("State after"),
    "next_try_at": lazy_gettext("Next try"),
    "net_amount": lazy_gettext("Net"),
    "note": lazy_gettext("Note"),
    "notified_on": lazy_gettext("Notified"),
    "number": lazy_gettext("Number"),
    "object": lazy_gettext("Object"),
    "opened_at": lazy_gettext("Opened"),
    "order_key": lazy_gettext("Order number"),
    "order_number": lazy_gettext("Order number"),
    "order_number_required": lazy_gettext("Order number required"),
    "origin": lazy_gettext("From where"),
    "original_amount": lazy_gettext("Original amount"),
    "outcome": lazy_gettext("Outcome"),
    "plan": lazy_gettext("Situation"),
    "postal_code": lazy_gettext("Postal code"),
    "reason": lazy_gettext("Reason"),
    "reason_code": lazy_gettext("Reason code"),
    "recipients": lazy_gettext("Recipients"),
    "reference": lazy_gettext("Reference"),
    "referral_telephone": lazy_gettext("Bank's telephone"),
    "refundable_amount": lazy_gettext("Still refundable"),
    "refunded_amount": lazy_gettext("Refunded"),
    "reserved_amount": lazy_gettext("Refunds under way"),
    "response_code": lazy_gettext("Response"),
    "response_deadline": lazy_gettext("Answer until"),
    "return_context": lazy_gettext("Context"),
    "rule": lazy_gettext("Rule"),
    "scheme": lazy_gettext("Scheme"),
    "security_code_required": lazy_gettext("Security code required"),
    "sent_at": lazy_gettext("Sent"),
    "sequence": lazy_gettext("No."),
    "settled_at": lazy_gettext("Settled"),
    "settlement": lazy_gettext("Settlement"),
    "shipping_date": lazy_gettext("Shipping day"),
    "short_name": lazy_gettext("Short name"),
    "siret": lazy_gettext("SIRET"),
    "source": lazy_gettext("Source"),
    "stage": lazy_gettext("Stage"),
    "state": lazy_gettext("State"),
    "status": lazy_gettext("Status"),
    "subject": lazy_gettext("Subject"),
    "telephone_key": lazy_gettext("Telephone"),
    "telephone": lazy_gettext("Telephone"),
    "to_state": lazy_gettext("State after"),
    "transaction.currency": lazy_gettext("Currency"),
    "transaction.order_number": lazy_gettext("Order number"),
    "transaction.reference": lazy_gettext("Transaction"),
    "tries": lazy_gettext("Tries"),
    "until_day": lazy_gettext("Until"),
    "user": lazy_gettext("User"),
    "user.username": lazy_gettext("User"),
    "verb": lazy_gettext("Action"),
    "zone": lazy_gettext("Time zone"),
}


def choices(values: Iterable[str], kind: str | None = None) -> list[SelectChoice]:
    """Return the choices of a drop-down; `kind` names the table of words (state, operation, status)."""
    words = {code: pair[0] for code, pair in TABLES[kind].items()} if kind else WORDS
    return [SelectChoice(str(value), words.get(str(value), str(value))) for value in values]


def choice(label: str, values: Iterable[str], kind: str | None = None, default: str | None = None) -> SelectField:
    """Return a drop-down of a column that holds one of the values; what is posted must be one of them."""
    return SelectField(LABELS[label], choices=choices(values, kind), default=default)


def search_choice(label: str, values: Iterable[str], kind: str | None = None) -> SelectField:
    """Return the drop-down of a search form."""
    return SelectField(LABELS[label], choices=choices(values, kind), validate_choice=False)
