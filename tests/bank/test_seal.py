"""The seal of the Sips Office interface, as a function."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.payment_gateway.gateways import seal

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FIELDS = st.dictionaries(
    TEXT, st.recursive(TEXT | st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6), max_size=6
)  # fmt: skip


def test_seal_is_the_hmac_of_the_values_in_code_point_order() -> None:
    fields = {"b": "2", "a": 1, "B": "0", "list": ["y", "x"], "map": {"z": "9", "Y": "8"}, "é": "ü", "none": None}
    fields |= {"keyVersion": "7", "sealAlgorithm": "HMAC-SHA-256", "seal": "x"}
    assert seal.sealed_text(fields) == "0" + "1" + "2" + "yx" + "89" + "ü"
    expected = hmac.new(b"k\xc3\xa9y", "012yx89ü".encode(), hashlib.sha256).hexdigest()
    assert seal.seal_of(fields, "kéy") == expected


@given(FIELDS)
def test_a_message_read_back_has_the_same_seal(fields: dict[str, object]) -> None:
    sealed = {**fields, "seal": seal.seal_of(fields, "secret")}  # type: ignore[arg-type]
    read = seal.read_message(json.dumps(sealed).encode())
    assert seal.verify(read, "secret")
    assert not seal.verify(read, "other")


def test_numbers_keep_their_text() -> None:
    read = seal.read_message(b'{"a": 100, "b": 1.50, "c": 1e3, "d": -0, "e": true}')
    assert read == {"a": "100", "b": "1.50", "c": "1e3", "d": "-0", "e": True}
    assert seal.sealed_text(read) == "1001.501e3-0true"


@pytest.mark.parametrize("given_seal", [None, "", 1, "é" * 64, "0" * 64])
def test_no_or_another_seal_is_not_right(given_seal: object) -> None:
    assert not seal.verify({"a": "1", "seal": given_seal}, "secret")  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"\xff", b'{"a":1,"a":2}', b'{"m":{"a":1,"a":2}}', b'{"a":Infinity}', b"[" * 9999]
)
def test_what_is_no_message_is_said_without_quoting_it(body: bytes) -> None:
    with pytest.raises(seal.MalformedMessage) as caught:
        seal.read_message(body)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_what_cannot_be_sealed_is_malformed() -> None:
    for value in (1.5, b"bytes", "\ud800"):
        with pytest.raises(seal.MalformedMessage):
            seal.seal_of({"a": value}, "secret")  # type: ignore[dict-item]
