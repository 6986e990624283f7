"""How an operation stands, as people read it: the bank's code and reason, when it leaves, why the service rejected it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from ..domain.response_codes import words_of
from ..domain.states import OperationName, OperationStatus
from ..extensions import db
from ..models.queries.desk import reason_label
from ..web.formats import locale_code, moment
from ..web.labels import label
from .interface import LedgerInterface

ORDERS = (OperationName.TRANSACTION, OperationName.DUPLICATE)
ACCEPTED = "00"
ANSWERED, REASON = "answered", "reason"
# Why the machine itself cancels at the bank: no reason of the merchant's list.
_OF_THE_MACHINE = ("LATE", "RULE")


class OperationInterface(LedgerInterface):
    """Operations with what became of them (`answered`) and their reason in words."""

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        if col == ANSWERED:
            return answered(item)
        if col == REASON and item.reason not in _OF_THE_MACHINE:
            return reason_label(db.session(), item.merchant_id, item.reason, locale_code())
        return LedgerInterface._get_attr_value(item, col)


def answered(operation: Any) -> str:
    """Return what the bank said of it, or what it waits for, or why it was rejected."""
    status = operation.status
    if status == OperationStatus.REQUESTED:
        return str(gettext("waits for a second person"))
    if status == OperationStatus.WAITING and operation.due_at is not None:
        return str(
            gettext("leaves by itself, %(when)s", when=moment(operation.due_at, operation.transaction.merchant.zone))
        )
    if status == OperationStatus.REJECTED:
        return _rejected(operation)
    code = operation.response_code or ""
    if status == OperationStatus.FAILED and not code:
        return str(gettext("nothing reached the bank"))
    if status in (OperationStatus.REFUSED, OperationStatus.FAILED):
        # The security code's result is the order's own, not that of what came after.
        security_code = operation.transaction.csc_result if operation.name in ORDERS else None
        words = words_of(operation.response_code, operation.acquirer_response_code, security_code)
        return f"{code} – {gettext(words.reason)}" if code else str(gettext(words.reason))
    return f"{code} – {gettext('accepted')}" if code == ACCEPTED else code


def _rejected(operation: Any) -> str:
    if operation.approved_by_id is not None:
        return str(gettext("rejected by %(person)s", person=operation.approved_by))
    return str(gettext("overtaken: the sale was %(state)s by then", state=label(operation.new_state)))
