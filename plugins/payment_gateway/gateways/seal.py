"""The seal of the Sips Office JSON interface: proof that a message was written by who holds the merchant's secret.

Rule (public documentation of Sips Office JSON, and the clients in GitHub worldline/sips-sdk-java): hex HMAC-SHA-256 with
the merchant's secret as key over the UTF-8 values of all fields but `keyVersion`, `sealAlgorithm` and `seal`,
concatenated in code-point order of the field names; containers are recursed the same way, lists keep their order.

The seal covers the text that travelled: read a message with `read_message`, which keeps `1.0`, `0100` or `1e3` as they
were written, never with a plain `json.loads`, which would lose that. Standard library only: adapter and practice bank,
two different computers, share this one file because the rule is the platform's and not theirs.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

UNSEALED = frozenset({"keyVersion", "sealAlgorithm", "seal"})

FieldValue: TypeAlias = "str | int | bool | None | Sequence[FieldValue] | Mapping[str, FieldValue]"
"""What a field may hold. Amounts are integers or their text; None is an absent value and seals as nothing."""


class MalformedMessage(ValueError):
    """The text is no JSON object, names a field twice, or holds what cannot be sealed. Its text never quotes a value."""


def sealed_text(fields: Mapping[str, FieldValue]) -> str:
    """The text a seal is computed over: the values in code-point order of their names, without separators."""
    return "".join(_text(fields[name]) for name in sorted(fields) if name not in UNSEALED)


def seal_of(fields: Mapping[str, FieldValue], secret: str) -> str:
    """The seal of a message: 64 lower-case hex digits. Raises MalformedMessage for a value that cannot be sealed."""
    try:
        data, key = sealed_text(fields).encode(), secret.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can spell; its text would quote the field
        raise MalformedMessage("a value is not valid Unicode text") from None
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def verify(fields: Mapping[str, FieldValue], secret: str) -> bool:
    """Whether the message's own `seal` (either case of hex) is right for `secret`, compared in constant time."""
    given = fields.get("seal")
    if not isinstance(given, str) or not given.isascii():
        return False
    return hmac.compare_digest(seal_of(fields, secret), given.lower())


def read_message(body: bytes) -> dict[str, FieldValue]:
    """Read a JSON object keeping every number as the text that was sent.

    Raises MalformedMessage; its message never repeats the body, which may carry a card number.
    """
    try:
        message = json.loads(
            body.decode("utf-8"), parse_int=str, parse_float=str, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except (ValueError, RecursionError):
        raise MalformedMessage("the message is not a JSON object in UTF-8") from None
    if not isinstance(message, dict):
        raise MalformedMessage("the message is not a JSON object")
    return message


def _text(value: FieldValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):  # before int: True is one
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return sealed_text(value)
    if isinstance(value, (list, tuple)):  # bytes are a sequence too, of numbers
        return "".join(_text(item) for item in value)
    raise MalformedMessage(f"a {type(value).__name__} cannot be sealed")


def _once(pairs: list[tuple[str, FieldValue]]) -> dict[str, FieldValue]:
    fields = dict(pairs)
    if len(fields) != len(pairs):  # two readers could each see another of the two values
        raise ValueError
    return fields


def _no_constant(_name: str) -> str:
    raise ValueError
