"""The hidden key of a form: made when it is rendered, so that a form sent twice is done once."""

from __future__ import annotations

import re
import uuid

from ..domain.card_search import find_card_number
from ..domain.errors import IdempotencyKeyMissing

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_OTHER = re.compile(r"[A-Za-z0-9._-]{8,64}")


def new_key() -> str:
    """Return a key for one submission."""
    return str(uuid.uuid4())


def read_key(text: str | None) -> str:
    """Return the key of a submitted form; raises IdempotencyKeyMissing for none, or one that looks like a card.

    A UUID is taken as it is: one in 100,000 of them holds a card number by chance.
    """
    key = (text or "").strip()
    if _UUID.fullmatch(key) or (_OTHER.fullmatch(key) and find_card_number(key) is None):
        return key
    raise IdempotencyKeyMissing()
