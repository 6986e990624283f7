"""Bearer tokens: signed, one hour of real time, dead at once when the person is disabled or changes roles.

A token holds the user's number, the token version and a digest of the roles; nothing is stored. Each request compares
them with what the database says now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from ..security.identity import Identity, look_up, parse_key

LIFETIME = 3600  # seconds
LONGEST = 512  # characters


def issue(identity: Identity) -> str:
    """Return a token for this person."""
    actor = identity.actor
    return _serializer().dumps([actor.id, identity.token_version, role_digest(identity.roles)])


def holder_of(token: str) -> Identity | None:
    """Return who holds a token (one statement), None for one that is forged, over, or from before a change."""
    if len(token) > LONGEST:
        return None
    try:
        held = _serializer().loads(token, max_age=LIFETIME)
        user_id, version, digest = held
    except (BadData, ValueError, TypeError):
        return None
    key = parse_key(user_id)
    identity = look_up(key) if key is not None else None
    if identity is None or identity.token_version != version or role_digest(identity.roles) != digest:
        return None
    return identity


def role_digest(roles: Sequence[str]) -> str:
    """Return 16 hex digits that change with the set of roles."""
    return hashlib.sha256("\n".join(sorted(roles)).encode()).hexdigest()[:16]


def _serializer() -> URLSafeTimedSerializer:
    key = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(
        key, salt="egestion.bearer", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
