"""getTransactionData read as a BankView.

What the amounts mean (docs/practice-bank.md; of the live platform unverified): originAmount never changes; currentAmount is
what is still authorised or was captured; remainingAmount is currentAmount without what was refunded.
"""

from __future__ import annotations

from app.ports import BankView, Outcome

from .sips_codes import Asked, judge
from .sips_replies import Expected, Message, kept, limit_date, scrubbed

FOUND, NOT_FOUND = "00", "25"
# We capture by `validate` alone, so a sale of ours that waits for the bank's run in TO_CAPTURE is captured.
CAPTURED = frozenset({"TO_CAPTURE", "CAPTURED", "TO_CREDIT", "CREDITED"})
_OTHER_MODES = frozenset({"AUTHOR_CAPTURE", "IMMEDIATE"})  # where TO_CAPTURE is only authorised


def view_of(message: Message, expected: Expected) -> BankView:
    """Return what a verified reply to an inquiry says; `found` None when it says nothing we can use."""
    code = kept(message, "getTransDataResponseCode")
    wrong = expected.contradiction(message)
    if wrong is not None:
        return unusable(f"the reply is about another {wrong}")
    if code == NOT_FOUND:
        return BankView(False, raw=scrubbed(message))
    if code != FOUND:
        return unusable(f"getTransDataResponseCode {code}")
    status = kept(message, "transactionStatus")
    origin, current, remaining = (_amount(message, f"{part}Amount") for part in ("origin", "current", "remaining"))
    if status is None or origin is None or current is None or not (remaining or 0) <= current <= origin:
        return unusable("status or amounts missing or impossible")
    captured = _captured(message, status)
    response = kept(message, "responseCode")
    judged = judge(response, kept(message, "acquirerResponseCode"), Asked.ORDER) if response else None
    return BankView(
        True,
        status=status,
        original_amount=origin,
        amount=current,
        captured_amount=current if captured else 0,
        refunded_amount=_refunded(current, remaining) if captured else 0,
        authorisation_id=kept(message, "authorisationId"),
        response_code=judged.response_code if judged else None,
        acquirer_response_code=judged.acquirer_code if judged else None,
        csc_result=kept(message, "cardCSCResultCode"),
        last_operation=kept(message, "lastOperationName"),
        limit_date=limit_date(message),
        raw=scrubbed(message),
    )


def unusable(reason: str, outcome: Outcome = Outcome.UNKNOWN) -> BankView:
    """Return the view of an inquiry that was not answered; `raw` tells why, and FAILED where nothing was even sent."""
    return BankView(None, raw={"outcome": str(outcome), "reason": reason})


def _captured(message: Message, status: str) -> bool:
    if status == "TO_CAPTURE" and kept(message, "captureMode") in _OTHER_MODES:
        return False
    return status in CAPTURED


def _refunded(current: int, remaining: int | None) -> int | None:
    return None if remaining is None else current - remaining


def _amount(message: Message, name: str) -> int | None:
    text = kept(message, name)
    return None if text is None else int(text)
