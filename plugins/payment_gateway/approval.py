"""What an approval makes of a PENDING or REFERRAL sale: its state, its dates, the bank's amounts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from app.database import now
from app.domain.brands import Initiation
from app.domain.days import capture_date, limit_date, local_day, validated_capture_date
from app.domain.states import CaptureMode, Event, OperationName, OperationStatus, State
from app.models import Operation
from app.ports import Decision, GatewayResult

from .cases import Case
from .ledger import enter, finish
from .risk import judge_answer


def approve(case: Case, operation: Operation, result: GatewayResult) -> None:
    """Write an approved authorisation: dates, state by capture mode and risk decision (domain.md section 2)."""
    sale = case.transaction
    zone = ZoneInfo(sale.merchant.zone)
    forced = operation.name == OperationName.ADVICE
    authorised_at = now() if forced else operation.created_at
    initiation = Initiation.MERCHANT if operation.name == OperationName.DUPLICATE else Initiation.CUSTOMER
    today = local_day(authorised_at, zone)
    limit = limit_date(sale.capture_mode, sale.capture_day, today, sale.brand, initiation)
    if result.limit_date is not None and result.limit_date >= today:  # one that was over before it began is none
        limit = min(limit, result.limit_date)
    sale.limit_date = limit
    sale.response_code = "00"
    sale.bank_status = State.TO_VALIDATE
    sale.bank_amount, sale.bank_captured_amount, sale.bank_refunded_amount = sale.original_amount, 0, 0
    if not forced and judge_answer(case.session, sale, result) == Decision.REFUSE:
        _cancel_again(case, operation, result)
        return
    event = _event(case)
    if event == Event.APPROVED_TO_CHALLENGE and sale.capture_mode == CaptureMode.IMMEDIATE:
        sale.capture_mode, sale.capture_day = CaptureMode.AUTHOR_CAPTURE, 0
    if event == Event.APPROVED_TO_CAPTURE:
        day = 0 if sale.capture_mode == CaptureMode.IMMEDIATE else sale.capture_day
        cut_off = sale.contract.cut_off
        sale.capture_date = capture_date(authorised_at, day, zone, cut_off, accepted_at=now(), limit=limit)
    enter(case.session, sale, operation, event, case.actor)
    finish(sale, operation, OperationStatus.DONE, result)


def accepted_challenge(case: Case) -> Event:
    """Set the dates of an accepted challenge and return its event."""
    sale = case.transaction
    if sale.capture_mode == CaptureMode.VALIDATION:
        return Event.CHALLENGE_ACCEPTED_TO_VALIDATE
    zone = ZoneInfo(sale.merchant.zone)
    assert sale.limit_date is not None  # noqa: S101 - an approved sale has one
    sale.capture_date = capture_date(
        sale.created_at, sale.capture_day, zone, sale.contract.cut_off, accepted_at=now(), limit=sale.limit_date
    )
    return Event.CHALLENGE_ACCEPTED_TO_CAPTURE


def validated(case: Case, kept: int) -> None:
    """Keep `kept` minor units and set the day they are remitted."""
    sale = case.transaction
    sale.amount = kept
    assert sale.limit_date is not None  # noqa: S101 - an approved sale has one
    sale.capture_date = validated_capture_date(
        now(), sale.limit_date, ZoneInfo(sale.merchant.zone), sale.contract.cut_off
    )


def _event(case: Case) -> Event:
    if case.transaction.risk_decision == Decision.CHALLENGE:
        return Event.APPROVED_TO_CHALLENGE
    if case.transaction.capture_mode == CaptureMode.VALIDATION:
        return Event.APPROVED_TO_VALIDATE
    return Event.APPROVED_TO_CAPTURE


def _cancel_again(case: Case, operation: Operation, result: GatewayResult) -> None:
    """Approved, then refused by a rule: the sale stays PENDING until the bank has let it go."""
    sale = case.transaction
    operation.new_state = State.PENDING
    finish(sale, operation, OperationStatus.DONE, result)
    case.session.flush()
    case.add(OperationName.CANCEL, OperationStatus.WAITING, sale.amount, reason="RULE", due_at=now())
    case.operations[-1].created_by_id, case.operations[-1].created_by = None, "e-gestion"
