"""The life of a transaction, over the whole product of states and events, against domain.md section 2 written out again."""

from __future__ import annotations

import itertools

import pytest

from app.domain.errors import IllegalTransition
from app.domain.states import TRANSITIONS, Event, State, knows, next_state
from app.domain.verbs import STATES, Verb
from tools.render_transitions import PAGE, render

# domain.md section 2, row by row: from, event, to. "any" is every stored state.
TABLE = """
new           REFUSED_BY_RULE                 REFUSED
new           SUBMITTED                       PENDING
new           IMPORTED                        CAPTURED
PENDING       APPROVED_TO_CAPTURE             TO_CAPTURE
PENDING       APPROVED_TO_VALIDATE            TO_VALIDATE
PENDING       APPROVED_AND_CAPTURED           CAPTURED
PENDING       APPROVED_TO_CHALLENGE           TO_CHALLENGE
PENDING       APPROVED_THEN_REFUSED           CANCELLED
PENDING       DECLINED                        REFUSED
PENDING       ASKED_TO_CALL                   REFERRAL
PENDING       NOT_SENT                        REFUSED
PENDING       CANCELLED                       CANCELLED
PENDING       EXPIRED                         EXPIRED
PENDING       NOT_RECEIVED                    REFUSED
REFUSED       LATE_APPROVAL                   REFUSED
REFERRAL      APPROVED_TO_CAPTURE             TO_CAPTURE
REFERRAL      APPROVED_TO_VALIDATE            TO_VALIDATE
REFERRAL      APPROVED_AND_CAPTURED           CAPTURED
REFERRAL      APPROVED_TO_CHALLENGE           TO_CHALLENGE
REFERRAL      APPROVED_THEN_REFUSED           CANCELLED
REFERRAL      DECLINED                        REFUSED
REFERRAL      CANCELLED                       CANCELLED
REFERRAL      EXPIRED                         EXPIRED
TO_CHALLENGE  CHALLENGE_ACCEPTED_TO_CAPTURE   TO_CAPTURE
TO_CHALLENGE  CHALLENGE_ACCEPTED_TO_VALIDATE  TO_VALIDATE
TO_CHALLENGE  CHALLENGE_REFUSED               CANCELLED
TO_CHALLENGE  CANCELLED                       CANCELLED
TO_CHALLENGE  EXPIRED                         EXPIRED
TO_VALIDATE   VALIDATED                       TO_CAPTURE
TO_VALIDATE   CANCELLED                       CANCELLED
TO_VALIDATE   CANCELLED_IN_PART               TO_VALIDATE
TO_VALIDATE   EXPIRED                         EXPIRED
TO_CAPTURE    CAPTURED                        CAPTURED
TO_CAPTURE    CAPTURE_REFUSED                 TO_CAPTURE
TO_CAPTURE    CAPTURE_NOT_DONE                TO_CAPTURE
TO_CAPTURE    SET_ASIDE                       TO_CAPTURE
TO_CAPTURE    MOVED                           TO_CAPTURE
TO_CAPTURE    HELD                            TO_CAPTURE
TO_CAPTURE    RELEASED                        TO_CAPTURE
TO_CAPTURE    CANCELLED                       CANCELLED
TO_CAPTURE    CANCELLED_IN_PART               TO_CAPTURE
TO_CAPTURE    EXPIRED                         EXPIRED
CAPTURED      REFUNDED_IN_PART                CAPTURED
CAPTURED      REFUNDED                        CREDITED
any           AMENDED                         same
any           WITHDRAWN                       same
any           CHARGED_BACK                    same
any           REPRESENTED                     same
any           SECOND_ORDER                    same
any           NO_CARD_NUMBER                  same
any           TICKET_PRINTED                  same
any           TICKET_MAILED                   same
TO_VALIDATE   DUPLICATED                      same
TO_CAPTURE    DUPLICATED                      same
CAPTURED      DUPLICATED                      same
CREDITED      DUPLICATED                      same
CANCELLED     DUPLICATED                      same
EXPIRED       DUPLICATED                      same
"""
STORED = [state for state in State if state is not State.NEW]
VERBS = {
    "cancel": "TO_CAPTURE TO_VALIDATE TO_CHALLENGE REFERRAL",
    "refund": "CAPTURED",
    "validate": "TO_VALIDATE",
    "capture": "TO_CAPTURE",
    "amend": " ".join(STORED),
    "duplicate": "TO_CAPTURE TO_VALIDATE CAPTURED CREDITED CANCELLED EXPIRED",
    "accept-challenge": "TO_CHALLENGE",
    "refuse-challenge": "TO_CHALLENGE",
    "force": "REFERRAL",
    "withdraw": " ".join(STORED),
    "hold": "TO_CAPTURE",
    "release": "TO_CAPTURE",
    "move": "TO_CAPTURE",
    "resolve": "PENDING",
}


def _expected() -> dict[tuple[State, Event], State]:
    expected = {}
    for line in TABLE.strip().splitlines():
        before, event, after = line.split()
        for state in STORED if before == "any" else [State.NEW if before == "new" else State(before)]:
            assert (state, Event[event]) not in expected, line
            expected[state, Event[event]] = state if after == "same" else State(after)
    return expected


EXPECTED = _expected()


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_event_in_every_state(state: State, event: Event) -> None:
    wanted = EXPECTED.get((state, event))
    assert knows(state, event) == (wanted is not None)
    if wanted is None:
        with pytest.raises(IllegalTransition):
            next_state(state, event)
    else:
        assert next_state(state, event) == wanted


def test_the_table_has_no_more_rows_than_the_domain() -> None:
    assert dict(TRANSITIONS) == EXPECTED


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[State.REFUSED, Event.CAPTURED] = State.CAPTURED  # type: ignore[index]


def test_what_is_over_stays_over() -> None:
    """Nothing but bookkeeping happens to what was refused, cancelled, expired or wholly credited."""
    for (before, _event), after in TRANSITIONS.items():
        if before in (State.REFUSED, State.CANCELLED, State.EXPIRED, State.CREDITED):
            assert after == before


def test_a_person_may_ask_where_the_domain_says() -> None:
    assert {verb: set(states) for verb, states in STATES.items()} == {
        Verb(verb): {State(state) for state in states.split()} for verb, states in VERBS.items()
    }


def test_the_page_in_the_docs_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == render(), "python -m tools.render_transitions"
