"""I1: amounts keep their order, and the database itself says so. I5: amounts equal the sum of the operations."""

from __future__ import annotations

from typing import cast

from sqlalchemy import CheckConstraint, Connection, Table

from ..domain.states import RESERVING_STATUSES
from ..models import Transaction
from ..ports import Evidence
from .reading import count, named

GUARDS = ("ck_transaction_amounts", "ck_transaction_amounts_by_state")

_MISSING_GUARDS = """SELECT wanted || ' is missing or not enforced' FROM unnest(CAST(:guards AS text[])) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = wanted AND contype = 'c' AND convalidated
                  AND conrelid = 'public.transaction'::regclass)"""

# Which DONE operation spoke last of the amount: by the order of the events, for a REQUESTED one may be done long after
# a later one; where an operation has no event of its own, by sequence.
_SUMS = f"""
WITH spoken AS (SELECT operation_id, max(id) AS event_id FROM event WHERE operation_id IS NOT NULL GROUP BY 1),
latest AS (
    SELECT DISTINCT ON (o.transaction_id) o.transaction_id, o.new_amount
    FROM operation o LEFT JOIN spoken s ON s.operation_id = o.id
    WHERE o.status = 'DONE' AND o.new_amount IS NOT NULL
    ORDER BY o.transaction_id, s.event_id DESC NULLS LAST, o.sequence DESC),
sums AS (
    SELECT transaction_id,
        coalesce(sum(amount) FILTER (WHERE name = 'CREDIT' AND status = 'DONE'), 0) AS refunded,
        coalesce(sum(amount) FILTER (WHERE name = 'CREDIT' AND status IN ({", ".join(f"'{s}'" for s in sorted(RESERVING_STATUSES))})), 0)
            AS reserved,
        coalesce(sum(amount) FILTER (WHERE name = 'CAPTURE' AND status = 'DONE'), 0) AS captured
    FROM operation WHERE name IN ('CREDIT', 'CAPTURE') GROUP BY 1),
expected AS (
    SELECT t.reference, t.amount, t.captured_amount, t.refunded_amount, t.reserved_amount,
        CASE WHEN t.state IN ('PENDING', 'REFERRAL', 'REFUSED') THEN t.original_amount ELSE l.new_amount END AS due,
        coalesce(s.captured, 0) AS captured, coalesce(s.refunded, 0) AS refunded, coalesce(s.reserved, 0) AS reserved
    FROM transaction t LEFT JOIN sums s ON s.transaction_id = t.id LEFT JOIN latest l ON l.transaction_id = t.id)
SELECT concat_ws(' ', reference || ':',
    CASE WHEN amount IS DISTINCT FROM due THEN format('amount %s, operations say %s', amount, due) END,
    CASE WHEN captured_amount <> captured THEN format('captured %s, operations %s', captured_amount, captured) END,
    CASE WHEN refunded_amount <> refunded THEN format('refunded %s, operations %s', refunded_amount, refunded) END,
    CASE WHEN reserved_amount <> reserved THEN format('reserved %s, operations %s', reserved_amount, reserved) END)
FROM expected
WHERE amount IS DISTINCT FROM due OR captured_amount <> captured OR refunded_amount <> refunded
    OR reserved_amount <> reserved ORDER BY 1"""


def check_sizes(connection: Connection) -> Evidence:
    """I1: 0 <= refunded + reserved <= captured <= amount <= original, and what each state asks of them."""
    rules = " AND ".join(f"({_condition(name)})" for name in GUARDS)
    wrong = named(connection, _MISSING_GUARDS, guards=list(GUARDS))
    wrong += named(connection, f"SELECT reference FROM transaction WHERE NOT ({rules}) ORDER BY 1")
    return Evidence("I1", count(connection, "transaction"), wrong, "order of the amounts")


def check_sums(connection: Connection) -> Evidence:
    """I5: each amount of a transaction is what its operations make it."""
    return Evidence("I5", count(connection, "operation"), named(connection, _SUMS), "amounts against operations")


def _condition(name: str) -> str:
    """The rule as the model states it: one source for the database's CHECK and for this look at its rows."""
    table = cast(Table, Transaction.__table__)
    return next(str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint) and c.name == name)
