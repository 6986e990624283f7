"""What stands for a card number, and for a request, where neither may be kept: keyed digests (trust.md, PCI DSS 3.5.1.1)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

KEY_BYTES = 32


def parse_keys(text: str) -> list[tuple[int, bytes]]:
    """Return (version, key) pairs of `2:<64 hex>,1:<64 hex>` (EGESTION_CARD_KEY); the first is the one that writes.

    Raises ValueError, without repeating any of it, when there is no key, a version twice, or another form.
    """
    found = [re.fullmatch(r"\s*([1-9][0-9]{0,8}):([0-9A-Fa-f]{64})\s*", part) for part in text.split(",")]
    keys = [(int(m[1]), bytes.fromhex(m[2])) for m in found if m]
    if len(keys) != len(found) or len({version for version, _ in keys}) != len(keys):
        raise ValueError("card keys are version:64 hexadecimal digits, parted by commas, each version once")
    return keys


def fingerprints(number: str, keys: Sequence[tuple[int, bytes]]) -> list[tuple[int, str]]:
    """Return (key version, 64 hex digits) for each live key, in the order of `keys`: HMAC-SHA-256 over the whole number.

    `number` is the card number as digits only. Raises ValueError (never holding it) for another text, or no or short keys.
    """
    if not re.fullmatch("[0-9]{12,19}", number):
        raise ValueError("a card number is 12 to 19 digits")
    _demand_keys([key for _, key in keys])
    return [(version, hmac.new(key, number.encode("ascii"), hashlib.sha256).hexdigest()) for version, key in keys]


def request_digest(canonical: Mapping[str, Any], key: bytes) -> str:
    """Return 64 hex digits by which two requests under one idempotency key are compared (interface.md).

    HMAC-SHA-256 over the request as JSON with sorted keys and no blanks, so the order of its fields does not matter.
    The caller has put the card's fingerprint in the place of its number and left the security code out. The text starts
    with a brace, so no digest ever equals a fingerprint under the same key. Raises TypeError for what is not JSON (a
    Card above all), ValueError for a short key, NaN or an infinity.
    """
    _demand_keys([key])
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def _demand_keys(keys: Sequence[bytes]) -> None:
    if not keys or any(len(key) < KEY_BYTES for key in keys):
        raise ValueError(f"at least one key, and none shorter than {KEY_BYTES} bytes")
