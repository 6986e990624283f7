"""What the Sips adapter writes, and what it believes of what it reads."""

import json
import socket
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app.ports import BankView, GatewayResult, Outcome
from plugins.payment_gateway.gateways import seal
from plugins.payment_gateway.gateways.sips_codes import PLATFORM
from tests.bank.conftest import PRACTICE
from tests.contract.bench import SipsBench, copy_of, forced, new_reference, order, part, soon
from tests.contract.stranger import SECRET, Stranger, approving, http, reply_to, sending
from tests.contract.test_transport import CARD, Caller


@pytest.fixture
def caller(stranger: Stranger) -> Iterator[Caller]:
    made = Caller(stranger.url)
    yield made
    made.transport.close()


def sent(stranger: Stranger) -> dict[str, Any]:
    message = seal.read_message(stranger.requests[-1])
    assert seal.verify(message, SECRET)
    return dict(message)


# --- what is written ----------------------------------------------------------------------------------------------------


def test_an_order_says_all_the_platform_needs(stranger: Stranger, caller: Caller) -> None:
    request = order(CARD, 12_345, capture_mode="IMMEDIATE", capture_day=0)
    caller.gateway.authorize(request, soon())
    message = sent(stranger)
    del message["seal"]
    assert message == {
        "interfaceVersion": "IR_WS_2.27",
        "merchantId": PRACTICE,
        "keyVersion": "1",
        "sealAlgorithm": "HMAC-SHA-256",
        "transactionReference": request.reference,
        "amount": "12345",
        "currencyCode": "978",
        "cardNumber": CARD,
        "cardExpiryDate": "203012",
        "cardCSCValue": "123",
        "paymentMeanBrand": "CB",
        "paymentPattern": "ONE_SHOT",
        "captureMode": "VALIDATION",
        "captureDay": "6",
        "orderChannel": "MOTO",
        "orderId": "A-1001",
        "customerId": "C42",
        "returnContext": "context",
    }


def test_what_the_platform_forbids_in_texts_is_sent_as_blanks(stranger: Stranger, caller: Caller) -> None:
    caller.gateway.authorize(order(CARD, order_number='é|a;b:c"d\t', customer_id="x|y", return_context=None), soon())
    message = sent(stranger)
    assert (message["orderId"], message["customerId"]) == ("é a b c d ", "x y")
    assert "returnContext" not in message


@pytest.mark.parametrize(("name", "longest"), [("order_number", 32), ("customer_id", 19), ("return_context", 256)])
def test_a_text_too_long_is_not_sent_at_all(stranger: Stranger, caller: Caller, name: str, longest: int) -> None:
    assert caller.gateway.authorize(order(CARD, **{name: "x" * longest}), soon()).outcome == Outcome.APPROVED
    result = caller.gateway.authorize(order(CARD, **{name: "x" * (longest + 1)}), soon())
    assert result.outcome == Outcome.FAILED
    assert len(stranger.requests) == 1


def test_text_that_is_no_unicode_is_not_sent(stranger: Stranger, caller: Caller) -> None:
    assert caller.gateway.authorize(order(CARD, order_number="\ud800"), soon()).outcome == Outcome.FAILED
    assert stranger.requests == []


def test_operations_carry_amount_currency_and_origin(stranger: Stranger, caller: Caller) -> None:
    caller.gateway.capture(part("R1", 700, "0123456-42"), soon())
    message = sent(stranger)
    assert (message["operationAmount"], message["currencyCode"]) == ("700", "978")
    assert (message["operationOrigin"], message["interfaceVersion"]) == ("0123456-42", "CR_WS_2.27")
    caller.gateway.refund(part("R1", 700, "a-very-long-contract-000042", "JPY"), soon())
    message = sent(stranger)
    assert (message["operationOrigin"], message["currencyCode"]) == ("long-contract-000042", "392")


def test_a_duplicate_and_a_referral(stranger: Stranger, caller: Caller) -> None:
    request = copy_of("R1")
    caller.gateway.duplicate(request, soon())
    message = sent(stranger)
    assert (message["fromTransactionReference"], message["transactionReference"]) == ("R1", request.reference)
    assert (message["captureMode"], message["captureDay"], message["orderChannel"]) == ("VALIDATION", "6", "MOTO")
    caller.gateway.force(forced("R2", "123456"), soon())
    assert sent(stranger)["authorisationId"] == "123456"


def test_a_currency_nobody_knows_is_not_sent(stranger: Stranger, caller: Caller) -> None:
    assert caller.gateway.cancel(part("R1", 1, currency="EUX"), soon()).outcome == Outcome.FAILED
    assert stranger.requests == []


# --- what is believed ---------------------------------------------------------------------------------------------------


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


# --- inquiries ----------------------------------------------------------------------------------------------------------

KNOWN = {
    "getTransDataResponseCode": "00", "transactionStatus": "CAPTURED", "captureMode": "VALIDATION",
    "originAmount": 10_000, "currentAmount": "8000", "remainingAmount": 3_000, "captureLimitDate": "20261130",
}  # fmt: skip


def inquired(stranger: Stranger, caller: Caller, **changes: Any) -> BankView:
    stranger.behave = approving(**(KNOWN | changes))
    return caller.gateway.inquire(new_reference(), soon())


def test_amounts_of_an_inquiry(stranger: Stranger, caller: Caller) -> None:
    view = inquired(stranger, caller)
    assert (view.found, view.original_amount, view.amount) == (True, 10_000, 8_000)
    assert (view.captured_amount, view.refunded_amount, view.limit_date) == (8_000, 5_000, date(2026, 11, 30))


@pytest.mark.parametrize(
    ("status", "mode", "captured"),
    [
        ("TO_VALIDATE", "VALIDATION", 0),
        ("TO_CAPTURE", "VALIDATION", 8_000),
        ("TO_CAPTURE", "AUTHOR_CAPTURE", 0),
        ("TO_CHALLENGE", "VALIDATION", 0),
        ("CREDITED", "VALIDATION", 8_000),
        ("REFERRAL", "VALIDATION", 0),
    ],
)
def test_what_counts_as_captured(stranger: Stranger, caller: Caller, status: str, mode: str, captured: int) -> None:
    view = inquired(stranger, caller, transactionStatus=status, captureMode=mode, remainingAmount=8_000)
    assert (view.captured_amount, view.refunded_amount) == (captured, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"getTransDataResponseCode": "99"},
        {"getTransDataResponseCode": None},
        {"transactionStatus": None},
        {"currentAmount": None},
        {"currentAmount": 10_001},
        {"remainingAmount": 8_001},
        {"originAmount": "ten"},
        {"transactionReference": "OTHER"},
        {"merchantId": "002001000000002"},
        {"seal": "1" * 64},
    ],
)
def test_an_inquiry_that_makes_no_sense_says_nothing(
    stranger: Stranger, caller: Caller, changes: dict[str, Any]
) -> None:
    view = inquired(stranger, caller, **changes)
    assert (view.found, view.status, view.amount) == (None, None, None)
    assert view.raw["reason"]


def test_not_found_is_believed_with_a_right_seal_only(stranger: Stranger, caller: Caller) -> None:
    assert inquired(stranger, caller, getTransDataResponseCode="25").found is False
    assert inquired(stranger, caller, getTransDataResponseCode="25", seal="").found is None


def test_the_night_of_the_bank(sips: SipsBench) -> None:
    """With the night on a validated sale waits for the bank's run: for us it is captured, and refunds come too early."""
    sips.bank.control(night=True)
    request = order(CARD)
    sips.gateway.authorize(request, soon())
    result = sips.gateway.capture(part(request.reference, 10_000), soon())
    if result.response_code == "90":  # the test runs in the bank's own blackout
        assert result.outcome == Outcome.UNKNOWN
        return
    assert (result.outcome, result.new_status) == (Outcome.APPROVED, "TO_CAPTURE")
    view = sips.gateway.inquire(request.reference, soon())
    assert (view.status, view.captured_amount) == ("TO_CAPTURE", 10_000)
    early = sips.gateway.refund(part(request.reference, 100), soon())
    assert (early.outcome, early.response_code) == (Outcome.DECLINED, "24")
