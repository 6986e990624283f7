"""Who is asking: the bearer token, nothing else. Cookies mean nothing here, so no other site can act through a browser."""

from __future__ import annotations

from flask import g, request

from ..domain.actor import Actor
from ..domain.card_search import IN_FIELD, NOT_HERE, find_card_number
from ..domain.errors import IdempotencyKeyMissing, InvalidInput
from .problems import Unauthorized
from .tokens import holder_of

LONGEST_KEY = 255


def authenticate() -> None:
    """Resolve the holder of the request's token and scope every statement to them (one statement); or Unauthorized."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    identity = holder_of(token.strip()) if scheme.lower() == "bearer" else None
    if identity is None:
        raise Unauthorized()
    g.actor, g.scope = identity.actor, identity.scope


def actor() -> Actor:
    """Return who is asking."""
    found: Actor = g.actor
    return found


def idempotency_key() -> str:
    """Return the request's Idempotency-Key: 1 to 255 visible ASCII characters, no card number.

    Raises IdempotencyKeyMissing, or InvalidInput for one that looks like a card: keys are stored.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        raise IdempotencyKeyMissing()
    if find_card_number(key) is not None and not _is_uuid(key):
        raise InvalidInput.of("Idempotency-Key", IN_FIELD, NOT_HERE)
    return key


def _is_uuid(key: str) -> bool:
    """Whether the key is 8-4-4-4-12 hexadecimal digits: one in 100,000 of them holds a card number by chance."""
    parts = key.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(c in "0123456789abcdefABCDEF-" for c in key)
