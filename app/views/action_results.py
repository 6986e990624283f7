"""What a verb did, as the message shown on the next page: done, waiting, refused, and what happens next."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext

from ..domain.response_codes import words_of
from ..domain.states import OperationName, OperationStatus
from ..domain.verbs import Verb
from ..ports import Answer, TransactionAction
from ..web import formats, labels
from .panel import APPROVED, HELD, REFUSED, answer_sentence, panel_of

NEW_SALES = (OperationName.TRANSACTION, OperationName.DUPLICATE)


class Message(NamedTuple):
    """A text and its tone (flash category)."""

    text: str
    tone: str


def message_of(done: Answer, sale: Any, action: TransactionAction | None = None) -> Message:
    """Return the message for an answer; `sale` is the transaction it names, loaded with its operations."""
    operation = next((each for each in sale.operations if each.id == done.operation_id), None)
    if operation is None:
        if action is not None and action.name in (Verb.MOVE, Verb.HOLD, Verb.RELEASE):
            return Message(_planned(sale), "success")
        return Message(gettext("Done: %(action)s.", action=gettext(action.label) if action else ""), "success")
    if operation.name in NEW_SALES and operation.status != OperationStatus.REQUESTED and done.code is None:
        return Message(answer_sentence(sale), _tone_of_sale(sale))
    what = _named(operation, sale)
    if done.code == "approval_required":
        return Message(_wants_approval(operation, what), "info")
    return _by_status(operation, sale, what)


def _planned(sale: Any) -> str:
    """When the sale leaves now, after it was moved, held or released."""
    days = {"day": formats.day(sale.capture_date), "limit": formats.day(sale.limit_date)}
    if sale.held:
        return str(gettext("Done: it is held out of the remittances; it lapses after %(limit)s.", **days))
    return str(gettext("Done: it leaves with the remittance of %(day)s.", **days))


def _by_status(operation: Any, sale: Any, what: str) -> Message:
    status = operation.status
    if status == OperationStatus.DONE:
        return Message(gettext("Done: %(what)s.", what=what), "success")
    if status == OperationStatus.WAITING:
        when = formats.moment(operation.due_at, sale.merchant.zone)
        text = gettext("%(what)s: the bank cannot take it yet. It leaves by itself, %(when)s.", what=what, when=when)
        return Message(text, "info")
    if status in (OperationStatus.SENT, OperationStatus.UNKNOWN):
        text = gettext(
            "%(what)s: the bank's answer did not arrive. The bank is being asked; do not do it a second time.",
            what=what,
        )
        return Message(text, "warning")
    if status == OperationStatus.REFUSED:
        return Message(_refused(operation, what), "danger")
    if status == OperationStatus.FAILED:
        text = gettext("%(what)s: nothing reached the bank and nothing changed; it may be tried again.", what=what)
        return Message(text, "warning")
    if status == OperationStatus.REJECTED:
        return Message(gettext("Rejected: %(what)s.", what=what), "success")
    return Message(gettext("Withdrawn: %(what)s.", what=what), "success")


def _refused(operation: Any, what: str) -> str:
    words = words_of(operation.response_code, operation.acquirer_response_code)
    return str(
        gettext(
            "The bank refused: %(what)s. %(reason)s (codes: %(response)s platform, %(bank)s bank)",
            what=what,
            reason=gettext(words.reason),
            response=operation.response_code or "–",
            bank=operation.acquirer_response_code or "–",
        )
    )


def _wants_approval(operation: Any, what: str) -> str:
    if operation.status == OperationStatus.REQUESTED:
        return str(gettext("%(what)s: above your limit, so a second person has to approve it.", what=what))
    return str(gettext("Noted. A second person has to confirm the bank's written answer."))


def _named(operation: Any, sale: Any) -> str:
    word = labels.label(operation.name, "operation")
    if not operation.amount:
        return word
    return str(
        gettext("%(operation)s of %(amount)s", operation=word, amount=formats.amount(operation.amount, sale.currency))
    )


def _tone_of_sale(sale: Any) -> str:
    return {APPROVED: "success", HELD: "warning", REFUSED: "danger"}.get(panel_of(sale).outcome, "warning")
