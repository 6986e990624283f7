"""I1: amounts keep their order, and the database itself says so. I5: amounts equal the sum of the operations."""

from __future__ import annotations

from typing import cast

from sqlalchemy import CheckConstraint, Connection, Table

from ..domain.states import RESERVING_STATUSES, OperationName, State
from ..models import Transaction
from ..ports import Evidence
from .reading import count, named

GUARDS = ("ck_transaction_amounts", "ck_transaction_amounts_by_state")

_RESERVING = ", ".join(f"'{status}'" for status in sorted(RESERVING_STATUSES))
_MISSING_GUARDS = """SELECT wanted || ' is missing or not enforced' FROM unnest(CAST(:guards AS text[])) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = wanted AND contype = 'c' AND convalidated
                  AND conrelid = 'public.transaction'::regclass)"""

_RELEASES = ", ".join(
    f"'{name}'" for name in (OperationName.CANCEL, OperationName.EXPIRED, OperationName.REFUSE_CHALLENGE)
)
_ORDERS = ", ".join(f"'{name}'" for name in (OperationName.TRANSACTION, OperationName.DUPLICATE, OperationName.ADVICE))
_WHOLE = ", ".join(f"'{state}'" for state in (State.PENDING, State.REFERRAL, State.REFUSED))  # nothing was released yet

# `due`: what the operations leave of the original amount = original - released before a validation - not validated -
# released since. `found_gone`: the order itself ended CANCELLED or EXPIRED, as the bank said when it was asked.
# `kept`: what is validated. A release within TO_VALIDATE came before the validation, every other one after it.
#
# `left_over`: what a DONE operation wrote down as the amount from then on. Where they do not all agree, the one that
# spoke last counts: by the order of the events, for a REQUESTED one may be done long after a later one; without an event
# of its own, by sequence.
_SUMS = f"""
WITH sums AS (
    SELECT transaction_id,
        coalesce(sum(amount) FILTER (WHERE name IN ({_RELEASES}) AND status = 'DONE'
            AND new_state IS NOT DISTINCT FROM 'TO_VALIDATE'), 0) AS before,
        coalesce(sum(amount) FILTER (WHERE name IN ({_RELEASES}) AND status = 'DONE'
            AND new_state IS DISTINCT FROM 'TO_VALIDATE'), 0) AS after,
        coalesce(sum(amount) FILTER (WHERE name IN ({_ORDERS}) AND status = 'DONE'
            AND new_state IN ('CANCELLED', 'EXPIRED')), 0) AS found_gone,
        sum(amount) FILTER (WHERE name = 'VALIDATE' AND status = 'DONE') AS kept,
        min(new_amount) FILTER (WHERE status = 'DONE') AS least, max(new_amount) FILTER (WHERE status = 'DONE') AS most,
        coalesce(sum(amount) FILTER (WHERE name = 'CREDIT' AND status = 'DONE'), 0) AS refunded,
        coalesce(sum(amount) FILTER (WHERE name = 'CREDIT' AND status IN ({_RESERVING})), 0) AS reserved,
        coalesce(sum(amount) FILTER (WHERE name = 'CAPTURE' AND status = 'DONE'), 0) AS captured
    FROM operation GROUP BY 1),
latest AS (
    SELECT DISTINCT ON (o.transaction_id) o.transaction_id, o.new_amount
    FROM sums s JOIN operation o USING (transaction_id)
    LEFT JOIN LATERAL (SELECT max(e.id) AS id FROM event e WHERE e.merchant_id = o.merchant_id
        AND e.transaction_id = o.transaction_id AND e.operation_id = o.id) spoken ON true
    WHERE s.least <> s.most AND o.status = 'DONE' AND o.new_amount IS NOT NULL
    ORDER BY o.transaction_id, spoken.id DESC NULLS LAST, o.sequence DESC),
expected AS (
    SELECT t.reference, t.amount, t.captured_amount, t.refunded_amount, t.reserved_amount,
        CASE WHEN t.state IN ({_WHOLE}) THEN t.original_amount
            ELSE t.original_amount - s.before - greatest(t.original_amount - s.before - s.kept, 0) - s.after
                - s.found_gone END AS due,
        CASE WHEN t.state IN ({_WHOLE}) THEN t.original_amount ELSE coalesce(l.new_amount, s.least) END AS left_over,
        coalesce(s.captured, 0) AS captured, coalesce(s.refunded, 0) AS refunded, coalesce(s.reserved, 0) AS reserved
    FROM transaction t LEFT JOIN sums s ON s.transaction_id = t.id LEFT JOIN latest l ON l.transaction_id = t.id)
SELECT concat_ws(' ', reference || ':',
    CASE WHEN amount IS DISTINCT FROM due THEN format('amount %s, operations say %s', amount, due) END,
    CASE WHEN amount IS DISTINCT FROM left_over
        THEN format('amount %s, the last operation left %s', amount, left_over) END,
    CASE WHEN captured_amount <> captured THEN format('captured %s, operations %s', captured_amount, captured) END,
    CASE WHEN refunded_amount <> refunded THEN format('refunded %s, operations %s', refunded_amount, refunded) END,
    CASE WHEN reserved_amount <> reserved THEN format('reserved %s, operations %s', reserved_amount, reserved) END)
FROM expected
WHERE amount IS DISTINCT FROM due OR amount IS DISTINCT FROM left_over OR captured_amount <> captured
    OR refunded_amount <> refunded OR reserved_amount <> reserved"""


def check_sizes(connection: Connection) -> Evidence:
    """I1: 0 <= refunded + reserved <= captured <= amount <= original, and what each state asks of them."""
    rules = " AND ".join(f"({_condition(name)})" for name in GUARDS)
    wrong = named(connection, _MISSING_GUARDS, guards=list(GUARDS))
    wrong += named(connection, f"SELECT reference FROM transaction WHERE NOT ({rules})")
    return Evidence("I1", count(connection, "transaction"), wrong, "order of the amounts")


def check_sums(connection: Connection) -> Evidence:
    """I5: each amount of a transaction is what its operations make it."""
    return Evidence("I5", count(connection, "operation"), named(connection, _SUMS), "amounts against operations")


def _condition(name: str) -> str:
    """The rule as the model states it: one source for the database's CHECK and for this look at its rows."""
    table = cast(Table, Transaction.__table__)
    return next(str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint) and c.name == name)
