"""What an inquiry tells of an operation: the bank reports amounts and a status, not operations, so the difference to
what it said before the operation was sent is the outcome (domain.md section 2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.states import OperationName
from app.models import Operation, Transaction
from app.ports import BankView, GatewayResult, Outcome

HOLDING = ("TO_VALIDATE", "TO_CAPTURE", "TO_CHALLENGE")
TAKEN = ("CAPTURED", "CREDITED", "TO_CREDIT")
RELEASED = ("CANCELLED", "EXPIRED")


class Conclusion(StrEnum):
    SETTLED = "SETTLED"  # the result says how
    NOT_DONE = "NOT_DONE"  # the bank shows nothing of it; final only after a while
    NOT_FOUND = "NOT_FOUND"  # 25; final only after a while
    RELEASED = "RELEASED"  # the bank had already let it go
    UNCLEAR = "UNCLEAR"  # no usable answer
    DIFFERENT = "DIFFERENT"  # a difference no operation of ours explains: a person looks


@dataclass(frozen=True, slots=True)
class Finding:
    """The conclusion, and the result to settle with where it is SETTLED or RELEASED."""

    conclusion: Conclusion
    result: GatewayResult | None = None


def conclude(sale: Transaction, operation: Operation, view: BankView) -> Finding:
    """Return what the view says of the operation."""
    if view.found is None:
        return Finding(Conclusion.UNCLEAR)
    if view.found is False:
        return Finding(Conclusion.NOT_FOUND)
    if view.original_amount is not None and view.original_amount != sale.original_amount:
        return Finding(Conclusion.DIFFERENT)
    name = operation.name
    if name in (OperationName.TRANSACTION, OperationName.DUPLICATE, OperationName.ADVICE):
        return _authorisation(name, view)
    if name == OperationName.CAPTURE:
        return _capture(operation, view)
    if name == OperationName.CREDIT:
        return _credit(operation, view)
    return _release(sale, operation, view)


def waited_enough(operation: Operation, elapsed: timedelta, not_found_after: int) -> bool:
    """Return whether a second "nothing there" may be believed: this one comes at least `not_found_after` seconds after
    the call ended, and is not the first (domain.md section 2)."""
    return operation.not_found_count >= 1 and elapsed >= timedelta(seconds=not_found_after)


def _approved(view: BankView) -> Finding:
    return Finding(Conclusion.SETTLED, _result(Outcome.APPROVED, view, "00"))


def _result(outcome: Outcome, view: BankView, code: str | None = None) -> GatewayResult:
    return GatewayResult(
        outcome,
        authorisation_id=view.authorisation_id,
        response_code=code or view.response_code,
        acquirer_response_code=view.acquirer_response_code,
        csc_result=view.csc_result,
        new_status=view.status,
        limit_date=view.limit_date,
    )


def _authorisation(name: str, view: BankView) -> Finding:
    if view.status in HOLDING:
        if view.amount is not None and view.amount != view.original_amount:  # a part was released elsewhere
            return Finding(Conclusion.DIFFERENT)
        return _approved(view)
    if view.status in RELEASED:
        return Finding(Conclusion.RELEASED, _result(Outcome.DECLINED, view, "24"))
    if view.status == "REFUSED":
        return Finding(Conclusion.SETTLED, _result(Outcome.DECLINED, view))
    if view.status == "REFERRAL":
        if name == OperationName.ADVICE:
            return Finding(Conclusion.NOT_DONE)
        return Finding(Conclusion.SETTLED, _result(Outcome.REFERRAL, view))
    if view.status in TAKEN:  # captured, though we never asked: made elsewhere
        return Finding(Conclusion.DIFFERENT)
    return Finding(Conclusion.UNCLEAR)


def _capture(operation: Operation, view: BankView) -> Finding:
    if view.status in RELEASED:
        return Finding(Conclusion.SETTLED, _result(Outcome.DECLINED, view, "24"))
    if view.captured_amount == operation.amount:
        return _approved(view)
    if view.captured_amount == (operation.before_captured_amount or 0) and view.status in HOLDING:
        return Finding(Conclusion.NOT_DONE)
    return Finding(Conclusion.DIFFERENT)


def _credit(operation: Operation, view: BankView) -> Finding:
    before = operation.before_refunded_amount or 0
    if view.refunded_amount == before + operation.amount:
        return _approved(view)
    if view.refunded_amount == before:
        return Finding(Conclusion.NOT_DONE)
    return Finding(Conclusion.DIFFERENT)


def _release(sale: Transaction, operation: Operation, view: BankView) -> Finding:
    if view.status in RELEASED:
        if operation.amount == sale.amount or sale.state == "REFUSED":
            return _approved(view)
        return Finding(Conclusion.DIFFERENT)
    before = operation.before_amount
    if view.status in TAKEN:
        return Finding(Conclusion.DIFFERENT)
    if before is not None and view.amount == before:
        return Finding(Conclusion.NOT_DONE)
    if before is not None and view.amount == before - operation.amount:
        return _approved(view)
    return Finding(Conclusion.DIFFERENT)
