"""The card row an order belongs to: one per merchant and card, whichever key version knew it first."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import now
from app.domain.card import Card as TypedCard
from app.domain.fingerprint import fingerprints
from app.models import Card, CardFingerprint

from .submissions import CardKeys

# Written out for the driver: it runs with every order, and building it costs more than running it. The merchant is named.
_KNOWN = """SELECT card_id, key_version FROM card_fingerprint
    WHERE merchant_id = %(merchant)s AND key_version = ANY (%(versions)s) AND fingerprint = ANY (%(fingerprints)s)"""


def find_or_add_card(session: Session, merchant_id: int, card: TypedCard, keys: CardKeys) -> int:
    """Return the card's id. A hit under an old key adds the fingerprint of each other live key to the same card."""
    prints = fingerprints(card.reveal_number(), keys)
    known = _known(session, merchant_id, prints)
    if not known:
        try:
            with session.begin_nested():
                return _add(session, merchant_id, card, prints)
        except IntegrityError:  # another order with this card was a moment earlier
            known = _known(session, merchant_id, prints)
    card_id = known[0][0]
    have = {version for _, version in known}
    for version, fingerprint in prints:
        if version not in have:
            session.add(_fingerprint(merchant_id, card_id, version, fingerprint))
    return card_id


def _known(session: Session, merchant_id: int, prints: list[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return (card id, key version) of every fingerprint known."""
    versions, fingerprints_ = zip(*prints, strict=True)
    values = {"merchant": merchant_id, "versions": list(versions), "fingerprints": list(fingerprints_)}
    return [(row[0], row[1]) for row in session.connection().exec_driver_sql(_KNOWN, values)]


def _add(session: Session, merchant_id: int, card: TypedCard, prints: list[tuple[int, str]]) -> int:
    row = Card(merchant_id=merchant_id, bin=card.bin, last4=card.last4, created_at=now())
    session.add(row)
    session.flush()
    session.add_all(_fingerprint(merchant_id, row.id, version, fingerprint) for version, fingerprint in prints)
    session.flush()
    return row.id


def _fingerprint(merchant_id: int, card_id: int, version: int, fingerprint: str) -> CardFingerprint:
    return CardFingerprint(
        merchant_id=merchant_id, card_id=card_id, key_version=version, fingerprint=fingerprint, created_at=now()
    )
