"""References a person can say: ten characters of Crockford's base 32 (no I, L, O, U), 50 random bits."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10


def new_reference() -> str:
    """Return a new reference; it is the bank's transactionReference too (alphanumeric, at most 35)."""
    bits = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))
