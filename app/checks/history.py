"""I6: the events of a transaction are one unbroken chain to its present. I7: every step is one of the table."""

from __future__ import annotations

from sqlalchemy import Connection, text

from ..domain.states import TRANSITIONS, Event, State
from ..ports import Evidence
from .reading import MOST_NAMED, count, named

# `reserved_amount` is left out: asking for a refund, and its refusal, reserve and release without an event; I5 has it.
_CHAIN = """
WITH chain AS (
    SELECT merchant_id, transaction_id, id, from_state, to_state, amount, captured_amount, refunded_amount,
        lag(to_state, 1, 'NEW') OVER steps AS before, lead(id) OVER steps IS NULL AS last
    FROM event WINDOW steps AS (PARTITION BY merchant_id, transaction_id ORDER BY id))
SELECT t.reference || CASE WHEN c.id IS NULL THEN ': no event'
    WHEN c.before <> c.from_state THEN format(': event %s starts from %s after %s', c.id, c.from_state, c.before)
    WHEN c.to_state <> t.state THEN format(': %s, but its events end in %s', t.state, c.to_state)
    ELSE ': amounts are not those of its last event' END
FROM transaction t LEFT JOIN chain c ON c.merchant_id = t.merchant_id AND c.transaction_id = t.id
WHERE c.id IS NULL OR c.before <> c.from_state OR (c.last AND (c.to_state, c.amount, c.captured_amount, c.refunded_amount)
    IS DISTINCT FROM (t.state, t.amount, t.captured_amount, t.refunded_amount))"""

_STEPS = (
    """SELECT from_state, kind, to_state, count(*), min(transaction_id) FROM event GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
)


def check_chain(connection: Connection) -> Evidence:
    """I6: each event starts where the one before ended, and the last one is the transaction as it stands."""
    return Evidence("I6", count(connection, "event"), named(connection, _CHAIN), "chain of events")


def check_transitions(connection: Connection) -> Evidence:
    """I7: (state before, event, state after) of every event is in domain.states.TRANSITIONS."""
    checked, wrong = 0, []
    for before, kind, after, times, example in connection.execute(text(_STEPS)):
        checked += times
        if not _known(before, kind, after):
            wrong.append(f"{before} -{kind}-> {after} ({times}, first in transaction id {example})")
    return Evidence("I7", checked, wrong[:MOST_NAMED], "transitions of the table")


def _known(before: str, kind: str, after: str) -> bool:
    try:
        return TRANSITIONS.get((State(before), Event[kind])) == State(after)
    except (KeyError, ValueError):
        return False
