"""What the Sips adapter believes of what it reads."""

import json
import socket
from typing import Any

import pytest

from app.ports import GatewayResult, Outcome
from plugins.payment_gateway.gateways import seal
from plugins.payment_gateway.gateways.sips_codes import PLATFORM
from tests.contract.bench import SipsBench, copy_of, forced, order, part, soon
from tests.contract.stranger import SECRET, Stranger, approving, http, reply_to, sending
from tests.contract.test_sips_requests import caller
from tests.contract.test_transport import CARD, Caller

__all__ = ["caller"]


def answered(stranger: Stranger, caller: Caller, verb: str = "authorize", **changes: Any) -> GatewayResult:
    stranger.behave = approving(**changes)
    request = {
        "authorize": lambda: order(CARD),
        "duplicate": lambda: copy_of("R1"),
        "force": lambda: forced("R1", "123456"),
    }.get(verb, lambda: part("R1", 10_000))()
    result = getattr(caller.gateway, verb)(request, soon())
    assert isinstance(result, GatewayResult)
    return result


@pytest.mark.parametrize("code", sorted({*PLATFORM, "41", "43", "59", "91", "A1"}))
def test_the_table_of_codes(stranger: Stranger, caller: Caller, code: str) -> None:
    unknown = {"60", "90", "94", "97", "99"}
    result = answered(stranger, caller, responseCode=code, acquirerResponseCode="59")
    kept = code if code in PLATFORM and code not in ("34", "51") else "05"
    assert (result.response_code, result.acquirer_response_code) == (kept, "59")
    if code == "00":
        assert result.outcome == Outcome.APPROVED
    elif code == "02":
        assert result.outcome == Outcome.REFERRAL
    elif code in unknown | {"24", "25"}:
        assert result.outcome == Outcome.UNKNOWN
    else:
        assert result.outcome == Outcome.DECLINED
    cash = answered(stranger, caller, "refund", responseCode=code)
    assert cash.response_code == (code if code in PLATFORM and code != "34" else "05")
    expected = Outcome.APPROVED if code == "00" else Outcome.UNKNOWN if code in unknown else Outcome.DECLINED
    assert cash.outcome == expected


def test_a_code_of_the_banks_own_is_kept_as_the_acquirers(stranger: Stranger, caller: Caller) -> None:
    result = answered(stranger, caller, responseCode="59", acquirerResponseCode=None)
    assert (result.outcome, result.response_code, result.acquirer_response_code) == (Outcome.DECLINED, "05", "59")


@pytest.mark.parametrize(
    "changes",
    [
        {"transactionReference": "OTHER"},
        {"merchantId": "002001000000002"},
        {"currencyCode": "840"},
        {"amount": 9_999},
        {"amount": "10000.0"},
        {"amount": -10_000},
        {"responseCode": None},
        {"responseCode": 0},
        {"responseCode": "000"},
        {"responseCode": "0٠"},
        {"transactionStatus": "REFUSED"},
        {"newStatus": "CANCELLED"},
        {"seal": "0" * 64},
        {"seal": ""},
        {"seal": 5},
    ],
)
def test_an_approval_of_something_else_is_unknown(stranger: Stranger, caller: Caller, changes: dict[str, Any]) -> None:
    assert answered(stranger, caller, **changes).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("verb", ["capture", "cancel", "refund"])
def test_another_amount_of_an_operation_is_unknown(stranger: Stranger, caller: Caller, verb: str) -> None:
    assert answered(stranger, caller, verb).outcome == Outcome.APPROVED
    assert answered(stranger, caller, verb, operationAmount=1).outcome == Outcome.UNKNOWN


def test_a_capture_that_leaves_another_amount_is_unknown(stranger: Stranger, caller: Caller) -> None:
    assert answered(stranger, caller, "capture", newAmount="10000").outcome == Outcome.APPROVED
    assert answered(stranger, caller, "capture", newAmount=9_000).outcome == Outcome.UNKNOWN
    assert answered(stranger, caller, "capture", newStatus="TO_VALIDATE").outcome == Outcome.UNKNOWN


def test_fields_a_reply_leaves_out_contradict_nothing(stranger: Stranger, caller: Caller) -> None:
    """Public clients of the live platform know no transactionReference in replies to operations."""
    bare = {"transactionReference": None, "merchantId": None, "amount": None, "currencyCode": None}
    assert answered(stranger, caller, **bare).outcome == Outcome.APPROVED
    assert answered(stranger, caller, **bare, responseCode="05").outcome == Outcome.DECLINED


def test_numbers_may_be_texts_or_numbers(stranger: Stranger, caller: Caller) -> None:
    assert answered(stranger, caller, amount=10_000, currencyCode=978).outcome == Outcome.APPROVED
    assert answered(stranger, caller, amount="10000").outcome == Outcome.APPROVED


def test_the_seal_covers_the_text_that_was_sent(stranger: Stranger, caller: Caller) -> None:
    def behave(connection: socket.socket, body: bytes) -> bool:
        fields = reply_to(body, amount=None)
        del fields["seal"]
        text = json.dumps(fields)[:-1] + ', "score": 1.50, "amount": 10000'
        mark = seal.seal_of(seal.read_message(text.encode() + b"}"), SECRET)
        connection.sendall(http(f'{text}, "seal": "{mark.upper()}"}}'.encode()))
        return True

    stranger.behave = behave
    result = caller.authorize()
    assert result.outcome == Outcome.APPROVED, result.reason


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"<html>", b"\xff\xfe{}", b'{"seal":NaN}', b'{"a":1,"a":1}', b"{" * 20_000, b'"' * 9),
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"a":' + b"[" * 400 + b"]" * 400 + b',"seal":"00"}',
    ],
)
def test_what_is_no_sealed_message_is_unknown(stranger: Stranger, caller: Caller, body: bytes) -> None:
    stranger.behave = sending(http(body))
    assert caller.authorize().outcome == Outcome.UNKNOWN


def test_a_key_named_twice_is_unknown_whatever_its_seal(stranger: Stranger, caller: Caller) -> None:
    def behave(connection: socket.socket, body: bytes) -> bool:
        text = json.dumps(reply_to(body))
        connection.sendall(http((text[:-1] + ', "responseCode": "00"}').encode()))
        return True

    stranger.behave = behave
    result = caller.authorize()
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "the reply is no JSON object")
    assert caller.watch.told == []


def test_who_is_told_about_seals(stranger: Stranger, caller: Caller, sips: SipsBench) -> None:
    answered(stranger, caller)
    answered(stranger, caller, seal="0" * 64)
    answered(stranger, caller, seal="")
    stranger.behave = sending(http(b"<html>"))
    caller.authorize()
    assert caller.watch.told == ["verified", "unverified", "unverified"]


def test_a_missing_seal_passes_where_the_policy_says_so_a_wrong_one_never(sips: SipsBench) -> None:
    gateway = sips.with_access(seal_required=False)
    sips.disturb("authorize", "no_seal")
    assert gateway.authorize(order(CARD), soon()).outcome == Outcome.APPROVED
    sips.disturb("authorize", "bad_seal")
    assert gateway.authorize(order(CARD), soon()).outcome == Outcome.UNKNOWN
    assert sips.watch.told == ["unverified"]


@pytest.mark.parametrize("changes", [{"secret": "wrong"}, {"key_version": 9}, {"merchant_id": "002001000000009"}])
def test_a_wrong_account_is_never_taken_for_a_refusal_of_the_card(sips: SipsBench, changes: dict[str, Any]) -> None:
    result = sips.with_access(**changes).authorize(order(CARD), soon())
    assert result.outcome == Outcome.DECLINED if "key_version" in changes else Outcome.UNKNOWN


def test_a_watch_that_fails_costs_no_answer(sips: SipsBench) -> None:
    class Broken:
        def verified(self) -> None:
            raise RuntimeError

        unverified = verified

    sips.watch = Broken()  # type: ignore[assignment]
    assert sips.with_access().authorize(order(CARD), soon()).outcome == Outcome.APPROVED
