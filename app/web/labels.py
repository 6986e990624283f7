"""Words and tones for the codes people see: states of a transaction, names and statuses of operations, remittances.

A badge always carries its word; the tone only helps the eye (WCAG 1.4.1). Codes: domain.md section 2.
"""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

Words = dict[str, tuple[LazyString, str]]

STATES: Words = {
    "NEW": (lazy_gettext("new"), "plain"),  # before there is a row: in the history only
    "PENDING": (lazy_gettext("pending"), "wait"),
    "TO_CHALLENGE": (lazy_gettext("to check"), "alert"),
    "REFERRAL": (lazy_gettext("call the bank"), "alert"),
    "TO_VALIDATE": (lazy_gettext("to validate"), "info"),
    "TO_CAPTURE": (lazy_gettext("to remit"), "info"),
    "CAPTURED": (lazy_gettext("remitted"), "good"),
    "CREDITED": (lazy_gettext("refunded"), "plain"),
    "CANCELLED": (lazy_gettext("cancelled"), "plain"),
    "REFUSED": (lazy_gettext("refused"), "bad"),
    "EXPIRED": (lazy_gettext("expired"), "bad"),
}
OPERATIONS: Words = {
    "TRANSACTION": (lazy_gettext("Authorisation"), "plain"),
    "ADVICE": (lazy_gettext("Forcing"), "plain"),
    "VALIDATE": (lazy_gettext("Validation"), "plain"),
    "CANCEL": (lazy_gettext("Cancellation"), "plain"),
    "CREDIT": (lazy_gettext("Refund"), "plain"),
    "CAPTURE": (lazy_gettext("Remittance"), "plain"),
    "EXPIRED": (lazy_gettext("Expiry"), "plain"),
    "DUPLICATE": (lazy_gettext("Duplication"), "plain"),
    "ACCEPT_CHALLENGE": (lazy_gettext("Check accepted"), "plain"),
    "REFUSE_CHALLENGE": (lazy_gettext("Check refused"), "plain"),
    "AMEND": (lazy_gettext("Amendment"), "plain"),
    "CHARGEBACK": (lazy_gettext("Unpaid"), "bad"),
    "REPRESENTMENT": (lazy_gettext("Representment"), "plain"),
}
STATUSES: Words = {
    "REQUESTED": (lazy_gettext("to approve"), "alert"),
    "WAITING": (lazy_gettext("waiting for the bank"), "wait"),
    "SENT": (lazy_gettext("sent"), "wait"),
    "UNKNOWN": (lazy_gettext("outcome unknown"), "alert"),
    "DONE": (lazy_gettext("done"), "good"),
    "REFUSED": (lazy_gettext("refused"), "bad"),
    "FAILED": (lazy_gettext("not sent"), "bad"),
    "REJECTED": (lazy_gettext("rejected"), "plain"),
    "WITHDRAWN": (lazy_gettext("withdrawn"), "plain"),
}
# The members of app.domain.states.Event, as rows of the history name them.
EVENTS: Words = {
    "REFUSED_BY_RULE": (lazy_gettext("Refused by a rule, the bank was not asked"), "bad"),
    "SUBMITTED": (lazy_gettext("Authorisation asked"), "plain"),
    "IMPORTED": (lazy_gettext("Terminal taking read in"), "plain"),
    "APPROVED_TO_CAPTURE": (lazy_gettext("Authorised, to remit"), "good"),
    "APPROVED_TO_VALIDATE": (lazy_gettext("Authorised, to validate"), "good"),
    "APPROVED_AND_CAPTURED": (lazy_gettext("Authorised and remitted"), "good"),
    "APPROVED_TO_CHALLENGE": (lazy_gettext("Authorised, to check"), "alert"),
    "APPROVED_THEN_REFUSED": (lazy_gettext("Authorised, then refused by a rule"), "bad"),
    "DECLINED": (lazy_gettext("Refused by the bank"), "bad"),
    "ASKED_TO_CALL": (lazy_gettext("The bank asks for a call"), "alert"),
    "NOT_SENT": (lazy_gettext("Not sent: no connection to the bank"), "bad"),
    "NOT_RECEIVED": (lazy_gettext("The bank never received it"), "bad"),
    "LATE_APPROVAL": (lazy_gettext("Authorised too late, released at the bank"), "alert"),
    "CANCELLED": (lazy_gettext("Cancelled"), "plain"),
    "CANCELLED_IN_PART": (lazy_gettext("Cancelled in part"), "plain"),
    "VALIDATED": (lazy_gettext("Validated"), "plain"),
    "CHALLENGE_ACCEPTED_TO_CAPTURE": (lazy_gettext("Check accepted, to remit"), "plain"),
    "CHALLENGE_ACCEPTED_TO_VALIDATE": (lazy_gettext("Check accepted, to validate"), "plain"),
    "CHALLENGE_REFUSED": (lazy_gettext("Check refused"), "plain"),
    "CAPTURED": (lazy_gettext("Remitted to the bank"), "good"),
    "CAPTURE_REFUSED": (lazy_gettext("Remittance refused by the bank"), "bad"),
    "CAPTURE_NOT_DONE": (lazy_gettext("An uncertain remittance was not done"), "alert"),
    "SET_ASIDE": (lazy_gettext("Set aside: it could not be remitted"), "bad"),
    "MOVED": (lazy_gettext("Moved to another day"), "plain"),
    "HELD": (lazy_gettext("Held"), "plain"),
    "RELEASED": (lazy_gettext("Released"), "plain"),
    "EXPIRED": (lazy_gettext("Expired"), "bad"),
    "REFUNDED_IN_PART": (lazy_gettext("Refunded in part"), "plain"),
    "REFUNDED": (lazy_gettext("Wholly refunded"), "plain"),
    "AMENDED": (lazy_gettext("Amended"), "plain"),
    "DUPLICATED": (lazy_gettext("Duplicated"), "plain"),
    "WITHDRAWN": (lazy_gettext("A request was withdrawn or rejected"), "plain"),
    "CHARGED_BACK": (lazy_gettext("Came back unpaid"), "bad"),
    "REPRESENTED": (lazy_gettext("Presented again to the bank"), "plain"),
    "SECOND_ORDER": (lazy_gettext("Confirmed: a second order"), "plain"),
    "NO_CARD_NUMBER": (lazy_gettext("Confirmed: its order number is no card number"), "plain"),
    "TICKET_PRINTED": (lazy_gettext("Ticket printed"), "plain"),
    "TICKET_MAILED": (lazy_gettext("Ticket sent by mail, the customer agreeing"), "plain"),
}
# The members of app.ports.Outcome, as an alarm says what the bank answered.
OUTCOMES: Words = {
    "APPROVED": (lazy_gettext("accepted"), "good"),
    "DECLINED": (lazy_gettext("refused"), "bad"),
    "REFERRAL": (lazy_gettext("call the bank"), "alert"),
    "FAILED": (lazy_gettext("not done"), "bad"),
    "UNKNOWN": (lazy_gettext("outcome unknown"), "alert"),
}
# What becomes of a deferred sale (app/models/queries/calendar.py).
PLANS: Words = {
    "remit": (lazy_gettext("to remit"), "info"),
    "validate": (lazy_gettext("to validate"), "info"),
    "challenge": (lazy_gettext("to check"), "alert"),
    "held": (lazy_gettext("held"), "wait"),
    "refused": (lazy_gettext("refused at the remittance"), "bad"),
    "lapsing": (lazy_gettext("lapsing unless decided"), "bad"),
}
REMITTANCES: Words = {
    "OPEN": (lazy_gettext("open"), "info"),
    "SENDING": (lazy_gettext("being sent"), "wait"),
    "SENT": (lazy_gettext("sent"), "good"),
    "PARTLY_SENT": (lazy_gettext("partly sent"), "bad"),
    "SETTLED": (lazy_gettext("credited"), "plain"),
}
MAILS = {
    "DUE": (lazy_gettext("to be sent"), "wait"),
    "SENT": (lazy_gettext("mail sent"), "good"),
    "FAILED": (lazy_gettext("given up"), "bad"),
}
TABLES = {
    "state": STATES,
    "operation": OPERATIONS,
    "status": STATUSES,
    "event": EVENTS,
    "outcome": OUTCOMES,
    "plan": PLANS,
    "remittance": REMITTANCES,
    "mail": MAILS,
}


def label(code: object, kind: str = "state") -> str:
    """Return the word for a code of `kind` (a name in TABLES) in the reader's language, else the code."""
    word = TABLES[kind].get(str(code))
    return str(word[0]) if word else str(code)


def tone(code: object, kind: str = "state") -> str:
    """Return the tone of a badge: good, info, wait, alert, bad or plain."""
    word = TABLES[kind].get(str(code))
    return word[1] if word else "plain"


def yes_no(value: bool) -> str:
    """Return the word for a boolean."""
    return str(gettext("yes") if value else gettext("no"))
