"""One submitted form or Idempotency-Key is done once: who inserts its Submission first, does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import now
from app.domain.errors import IdempotencyKeyMissing, IdempotencyMismatch, OperationInFlight
from app.domain.fingerprint import request_digest
from app.domain.states import OperationName, OperationStatus
from app.models import Operation, Submission

CardKeys = Sequence[tuple[int, bytes]]
Canonical = Callable[[int], Mapping[str, Any]]
DECIDE = "decide"  # an approval that FAILED used up what it approved
# Written out for the driver: SQLAlchemy would compile an INSERT … ON CONFLICT anew each time, a tenth of an authorisation.
_INSERT = """INSERT INTO submission (merchant_id, key, verb, digest, created_at, transaction_id, operation_id)
    VALUES (%(merchant)s, %(key)s, %(verb)s, %(digest)s, %(at)s, {transaction}, {operation})
    ON CONFLICT (merchant_id, key) DO NOTHING RETURNING transaction_id, operation_id, xmin::text"""
_FIRST = _INSERT.format(transaction="NULL", operation="NULL")
_FIRST_OF_A_SALE = _INSERT.format(transaction="nextval('transaction_id_seq')", operation="nextval('operation_id_seq')")


def card_keys() -> CardKeys:
    """Return the live fingerprint keys, the writing one first."""
    keys: CardKeys = current_app.extensions["settings"].card_keys
    return keys


@dataclass(frozen=True, slots=True)
class Claim:
    """A first submission (`earlier` None); for a new sale with the ids drawn for it and its first operation.

    `unit` is PostgreSQL's number (xmin) of the database transaction that claimed.
    """

    earlier: Submission | None
    drawn: tuple[int, int] = (0, 0)
    unit: str = ""


def claim(
    session: Session, merchant_id: int, key: str, verb: str, canonical: Canonical, *, new_sale: bool = False
) -> Claim:
    """Insert the submission, or find the earlier one with this key.

    `canonical(version)` gives the request as plain values, the card number replaced by its fingerprint under that key
    version. `new_sale` draws the ids of a transaction and its first operation at once, so that the submission needs no
    second statement (its references are checked at the commit). Waits for a first submission still in its own unit.
    Raises IdempotencyMismatch for another request under the key. Rolled back with the unit: what writes nothing
    consumes no key.
    """
    if not key or len(key) > 255:
        raise IdempotencyKeyMissing()
    version, secret = card_keys()[0]
    values = {
        "merchant": merchant_id,
        "key": key,
        "verb": verb,
        "digest": f"{version}:{request_digest(canonical(version), secret)}",
        "at": now(),
    }
    insert = _FIRST_OF_A_SALE if new_sale else _FIRST
    first = session.connection().exec_driver_sql(insert, values).one_or_none()
    if first is not None:
        return Claim(None, (first[0], first[1]) if new_sale else (0, 0), first[2])
    earlier = session.scalar(select(Submission).where(Submission.merchant_id == merchant_id, Submission.key == key))
    if earlier is None:  # the first one rolled back between our two statements
        raise OperationInFlight()
    if earlier.verb != verb or not _same(earlier.digest, canonical):
        raise IdempotencyMismatch()
    return Claim(None if verb != DECIDE and _unsent(session, earlier) else earlier)


def bind(session: Session, merchant_id: int, key: str, transaction_id: int, operation_id: int | None) -> None:
    """Say what the submission made, so that a repeat finds it."""
    session.query(Submission).filter(Submission.merchant_id == merchant_id, Submission.key == key).update(
        {"transaction_id": transaction_id, "operation_id": operation_id}, synchronize_session=False
    )


def _unsent(session: Session, earlier: Submission) -> bool:
    """Return whether the submission's operation FAILED: nothing happened, so the same request may be sent again under
    its key (interface.md). Two that come at once are told apart by the lock on their submission."""
    if earlier.operation_id is None or not _failed(session, earlier.operation_id):
        return False
    session.refresh(earlier, with_for_update=True)
    return _failed(session, earlier.operation_id)


def _failed(session: Session, operation_id: int) -> bool:
    """An order that FAILED is recorded as REFUSED: that is its answer."""
    found = select(Operation.id).where(
        Operation.id == operation_id,
        Operation.status == OperationStatus.FAILED,
        Operation.name.not_in([OperationName.TRANSACTION, OperationName.DUPLICATE]),
    )
    return session.scalar(found) is not None


def _same(digest: str, canonical: Canonical) -> bool:
    version = int(digest.split(":", 1)[0])
    secret = dict(card_keys()).get(version)
    return secret is not None and digest == f"{version}:{request_digest(canonical(version), secret)}"
