"""getTransactionData as the Sips adapter reads it, and the bank's night."""

from datetime import date
from typing import Any

import pytest

from app.ports import BankView, Outcome
from tests.contract.bench import SipsBench, new_reference, order, part, soon
from tests.contract.stranger import Stranger, approving
from tests.contract.test_sips_requests import caller
from tests.contract.test_transport import CARD, Caller

__all__ = ["caller"]


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
