"""Keyed digests in the place of card numbers and requests."""

import hashlib
import hmac
from datetime import date

import pytest

from app.domain.card import parse_card
from app.domain.fingerprint import fingerprints, parse_keys, request_digest

NUMBER = "4970100000000006"
NEW, OLD = bytes(range(32)), bytes(range(32, 64))


def test_one_fingerprint_per_live_key():
    found = fingerprints(NUMBER, [(2, NEW), (1, OLD)])
    assert found == [(v, hmac.new(k, NUMBER.encode(), hashlib.sha256).hexdigest()) for v, k in ((2, NEW), (1, OLD))]
    assert fingerprints(NUMBER, [(1, OLD)]) == found[1:]
    assert fingerprints("4970100000000022", [(1, OLD)]) != found[1:]


@pytest.mark.parametrize(
    "number", ["", "4970 1000 0000 0006", NUMBER + "0000", NUMBER + "\n", "４９７０１０００００００００００６"]
)
def test_digits_only(number):
    with pytest.raises(ValueError, match="12 to 19 digits") as caught:
        fingerprints(number, [(1, OLD)])
    assert "4970" not in str(caught.value)


def test_keys_are_long_and_there():
    for keys in ([], [(1, OLD[:31])], [(2, NEW), (1, b"")]):
        with pytest.raises(ValueError, match="key"):
            fingerprints(NUMBER, keys)
    with pytest.raises(ValueError, match="key"):
        request_digest({}, b"short")


def test_keys_of_the_setting():
    assert parse_keys(f"2:{NEW.hex()}, 1:{OLD.hex().upper()}") == [(2, NEW), (1, OLD)]
    for wrong in (
        "",
        NEW.hex(),
        "1:",
        f"1:{NEW.hex()[:-1]}",
        f"1:{NEW.hex()},1:{OLD.hex()}",
        f"1:{NEW.hex()},",
        f"0:{NEW.hex()}",
    ):
        with pytest.raises(ValueError, match="card keys") as caught:
            parse_keys(wrong)
        assert NEW.hex()[:8] not in str(caught.value)


def test_the_order_of_fields_does_not_matter_and_everything_else_does():
    body = {"amount": 12345, "order_number": "Ü-1", "card": {"fingerprint": "ab", "expiry": "07/28"}, "tags": [1, 2]}
    turned = {"tags": [1, 2], "card": {"expiry": "07/28", "fingerprint": "ab"}, "order_number": "Ü-1", "amount": 12345}
    digest = request_digest(body, NEW)
    assert digest == request_digest(turned, NEW)
    assert len(digest) == 64
    assert digest != request_digest(body, OLD)
    for change in (
        {"amount": 12346},
        {"amount": "12345"},
        {"tags": [2, 1]},
        {"note": None},
        {"card": {"fingerprint": "ac"}},
    ):
        assert digest != request_digest(body | change, NEW)


def test_a_card_or_what_is_no_json_is_refused():
    card = parse_card(NUMBER, "07/28", "123", date(2026, 11, 24))
    with pytest.raises(TypeError) as caught:
        request_digest({"card": card}, NEW)
    assert NUMBER not in str(caught.value)
    with pytest.raises(ValueError, match="JSON"):
        request_digest({"amount": float("nan")}, NEW)
