"""The life of a transaction as one table (domain.md section 2).

`TRANSITIONS[state, event]` is the next state; what is not in the table cannot happen. `VERBS` says which verb a person
may ask for in which state; rights, amounts and the gateway's capabilities are checked elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from .errors import IllegalTransition


class State(StrEnum):
    NEW = "NEW"  # before the row exists; never stored
    PENDING = "PENDING"
    TO_CHALLENGE = "TO_CHALLENGE"
    REFERRAL = "REFERRAL"
    TO_VALIDATE = "TO_VALIDATE"
    TO_CAPTURE = "TO_CAPTURE"
    CAPTURED = "CAPTURED"
    CREDITED = "CREDITED"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


class CaptureMode(StrEnum):
    AUTHOR_CAPTURE = "AUTHOR_CAPTURE"
    VALIDATION = "VALIDATION"
    IMMEDIATE = "IMMEDIATE"


class OperationName(StrEnum):
    TRANSACTION = "TRANSACTION"
    ADVICE = "ADVICE"
    VALIDATE = "VALIDATE"
    CANCEL = "CANCEL"
    CREDIT = "CREDIT"
    CAPTURE = "CAPTURE"
    EXPIRED = "EXPIRED"
    DUPLICATE = "DUPLICATE"
    ACCEPT_CHALLENGE = "ACCEPT_CHALLENGE"
    REFUSE_CHALLENGE = "REFUSE_CHALLENGE"
    AMEND = "AMEND"
    CHARGEBACK = "CHARGEBACK"
    REPRESENTMENT = "REPRESENTMENT"


class OperationStatus(StrEnum):
    REQUESTED = "REQUESTED"
    WAITING = "WAITING"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


OPEN_STATUSES = frozenset({OperationStatus.SENT, OperationStatus.UNKNOWN})
RESERVING_STATUSES = OPEN_STATUSES | {OperationStatus.REQUESTED, OperationStatus.WAITING}
SETTLED_STATUSES = frozenset(OperationStatus) - RESERVING_STATUSES


class Event(StrEnum):
    REFUSED_BY_RULE = "a rule says REFUSE; the bank is not called"
    SUBMITTED = "intent committed, bank called"
    IMPORTED = "terminal taking imported"
    APPROVED_TO_CAPTURE = "approved, AUTHOR_CAPTURE"
    APPROVED_TO_VALIDATE = "approved, VALIDATION"
    APPROVED_AND_CAPTURED = "approved and captured, IMMEDIATE"
    APPROVED_TO_CHALLENGE = "approved, risk decision CHALLENGE"
    APPROVED_THEN_REFUSED = "approved, then refused by a rule that needs the answer: bank cancel"
    DECLINED = "refused by the bank"
    ASKED_TO_CALL = "02 and the merchant may force"
    NOT_SENT = "the connection failed before the first byte was sent (90)"
    NOT_RECEIVED = "the bank says 25 twice (97)"
    LATE_APPROVAL = "a late approval is seen: CANCEL sent, alarm"
    CANCELLED = "CANCEL whole"
    CANCELLED_IN_PART = "CANCEL part"
    VALIDATED = "VALIDATE whole or part"
    CHALLENGE_ACCEPTED_TO_CAPTURE = "challenge accepted, AUTHOR_CAPTURE"
    CHALLENGE_ACCEPTED_TO_VALIDATE = "challenge accepted, VALIDATION"
    CHALLENGE_REFUSED = "challenge refused: bank cancel"
    CAPTURED = "captured by remittance or `capture`"
    CAPTURE_REFUSED = "capture refused by the bank"
    CAPTURE_NOT_DONE = "an uncertain capture was not done: it leaves its remittance"
    SET_ASIDE = "could not be captured after its tries: set aside for a person"
    MOVED = "moved to another capture_date"
    HELD = "held out of the runs"
    RELEASED = "released into the runs"
    EXPIRED = "its limit date passed"
    REFUNDED_IN_PART = "CREDIT part"
    REFUNDED = "CREDIT, all is refunded"
    AMENDED = "amended"
    DUPLICATED = "duplicated"
    WITHDRAWN = "a REQUESTED or WAITING operation withdrawn"
    CHARGED_BACK = "CHARGEBACK"
    REPRESENTED = "REPRESENTMENT"
    SECOND_ORDER = "a person says it is a second order, not the earlier one again"
    NO_CARD_NUMBER = "a supervisor says its order number is no card number"
    TICKET_PRINTED = "a ticket was printed"
    TICKET_MAILED = "a ticket was mailed, the customer agreeing"


S, E = State, Event
STORED = tuple(s for s in State if s is not S.NEW)
AUTHORISED = (S.TO_CAPTURE, S.TO_VALIDATE, S.TO_CHALLENGE)
NOTES = (E.SECOND_ORDER, E.NO_CARD_NUMBER, E.TICKET_PRINTED, E.TICKET_MAILED)  # told of a sale, changing nothing
NOT_DUPLICABLE = (S.PENDING, S.REFERRAL, S.TO_CHALLENGE, S.REFUSED)

_APPROVALS = {
    E.APPROVED_TO_CAPTURE: S.TO_CAPTURE,
    E.APPROVED_TO_VALIDATE: S.TO_VALIDATE,
    E.APPROVED_AND_CAPTURED: S.CAPTURED,
    E.APPROVED_TO_CHALLENGE: S.TO_CHALLENGE,
    E.APPROVED_THEN_REFUSED: S.CANCELLED,
}


def _table() -> dict[tuple[State, Event], State]:
    table = {
        (S.NEW, E.REFUSED_BY_RULE): S.REFUSED,
        (S.NEW, E.SUBMITTED): S.PENDING,
        (S.NEW, E.IMPORTED): S.CAPTURED,
        (S.PENDING, E.DECLINED): S.REFUSED,
        (S.PENDING, E.ASKED_TO_CALL): S.REFERRAL,
        (S.PENDING, E.NOT_SENT): S.REFUSED,
        (S.PENDING, E.NOT_RECEIVED): S.REFUSED,
        (S.PENDING, E.CANCELLED): S.CANCELLED,
        (S.PENDING, E.EXPIRED): S.EXPIRED,
        (S.REFUSED, E.LATE_APPROVAL): S.REFUSED,
        (S.REFERRAL, E.DECLINED): S.REFUSED,
        (S.REFERRAL, E.CANCELLED): S.CANCELLED,
        (S.REFERRAL, E.EXPIRED): S.EXPIRED,
        (S.TO_CHALLENGE, E.CHALLENGE_ACCEPTED_TO_CAPTURE): S.TO_CAPTURE,
        (S.TO_CHALLENGE, E.CHALLENGE_ACCEPTED_TO_VALIDATE): S.TO_VALIDATE,
        (S.TO_CHALLENGE, E.CHALLENGE_REFUSED): S.CANCELLED,
        (S.TO_VALIDATE, E.VALIDATED): S.TO_CAPTURE,
        (S.TO_CAPTURE, E.CAPTURED): S.CAPTURED,
        (S.CAPTURED, E.REFUNDED_IN_PART): S.CAPTURED,
        (S.CAPTURED, E.REFUNDED): S.CREDITED,
    }
    for event, state in _APPROVALS.items():
        table[S.PENDING, event] = state
        table[S.REFERRAL, event] = state
    for state in AUTHORISED:
        table[state, E.CANCELLED] = S.CANCELLED
        table[state, E.EXPIRED] = S.EXPIRED
    for state in (S.TO_CAPTURE, S.TO_VALIDATE):
        table[state, E.CANCELLED_IN_PART] = state
    for event in (E.CAPTURE_REFUSED, E.CAPTURE_NOT_DONE, E.SET_ASIDE, E.MOVED, E.HELD, E.RELEASED):
        table[S.TO_CAPTURE, event] = S.TO_CAPTURE
    for state in STORED:
        for event in (E.AMENDED, E.WITHDRAWN, E.CHARGED_BACK, E.REPRESENTED, *NOTES):
            table[state, event] = state
        if state not in NOT_DUPLICABLE:
            table[state, E.DUPLICATED] = state
    return table


TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(_table())


def next_state(state: str, event: Event) -> State:
    """Return the state `event` leads to from `state`; raises IllegalTransition for what the table does not know."""
    try:
        return TRANSITIONS[State(state), event]
    except KeyError:
        raise IllegalTransition(f"{event.name} in state {state}") from None


def knows(state: str, event: Event) -> bool:
    """Return whether the table knows `event` in `state`."""
    return (State(state), event) in TRANSITIONS
