"""What the Sips adapter writes: fields, forbidden characters, lengths, seals."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.ports import Outcome
from plugins.payment_gateway.gateways import seal
from tests.bank.conftest import PRACTICE
from tests.contract.bench import copy_of, forced, order, part, soon
from tests.contract.stranger import SECRET, Stranger
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
