"""One submitted form or Idempotency-Key is done once: who inserts its Submission first, does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.database import now
from app.domain.errors import IdempotencyKeyMissing, IdempotencyMismatch, OperationInFlight
from app.domain.fingerprint import request_digest
from app.models import Submission

CardKeys = Sequence[tuple[int, bytes]]
Canonical = Callable[[int], Mapping[str, Any]]


def card_keys() -> CardKeys:
    """Return the live fingerprint keys, the writing one first."""
    keys: CardKeys = current_app.extensions["settings"].card_keys
    return keys


def claim(session: Session, merchant_id: int, key: str, verb: str, canonical: Canonical) -> Submission | None:
    """Insert the submission and return None, or return the earlier one with this key.

    `canonical(version)` gives the request as plain values, the card number replaced by its fingerprint under that key
    version. Waits for a first submission still in its own unit. Raises IdempotencyMismatch for another request under
    the key. Rolled back with the unit: what writes nothing consumes no key.
    """
    if not key or len(key) > 255:
        raise IdempotencyKeyMissing()
    version, secret = card_keys()[0]
    statement = (
        insert(Submission)
        .values(
            merchant_id=merchant_id,
            key=key,
            verb=verb,
            digest=f"{version}:{request_digest(canonical(version), secret)}",
            created_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["merchant_id", "key"])
        .returning(Submission.id)
    )
    if session.scalar(statement) is not None:
        return None
    earlier = session.scalar(select(Submission).where(Submission.merchant_id == merchant_id, Submission.key == key))
    if earlier is None:  # the first one rolled back between our two statements
        raise OperationInFlight()
    if earlier.verb != verb or not _same(earlier.digest, canonical):
        raise IdempotencyMismatch()
    return earlier


def bind(session: Session, merchant_id: int, key: str, transaction_id: int, operation_id: int | None) -> None:
    """Say what the submission made, so that a repeat finds it."""
    session.query(Submission).filter(Submission.merchant_id == merchant_id, Submission.key == key).update(
        {"transaction_id": transaction_id, "operation_id": operation_id}, synchronize_session=False
    )


def _same(digest: str, canonical: Canonical) -> bool:
    version = int(digest.split(":", 1)[0])
    secret = dict(card_keys()).get(version)
    return secret is not None and digest == f"{version}:{request_digest(canonical(version), secret)}"
