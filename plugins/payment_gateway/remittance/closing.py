"""The end of a remittance's evening: SENDING becomes SENT, PARTLY_SENT, or SETTLED when nothing is to be paid."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.domain.states import OPEN_STATUSES, OperationName, OperationStatus
from app.models import Contract, Operation, Remittance
from app.models.queries.remittances import sums_of

from .due import Due, count

CLOSED = ("SENT", "PARTLY_SENT")


def close_sent(session: Session, contract: Contract, today: date) -> list[Remittance]:
    """Close every remittance of the contract from which nothing has to leave any more; returns those closed. `today` is
    the merchant's local day."""
    sending = session.scalars(
        select(Remittance)
        .where(
            Remittance.merchant_id == contract.merchant_id,
            Remittance.contract_id == contract.id,
            Remittance.state == "SENDING",
        )
        .order_by(Remittance.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    closed = []
    for number, remittance in enumerate(sending, 1):
        # Sales that still have to leave go with the last of them.
        if _calling(session, remittance) or (number == len(sending) and _left(session, contract, remittance, today)):
            continue
        sums = sums_of(session, [remittance])[remittance.id]
        remittance.debit_amount, remittance.credit_amount = sums.debit_amount, sums.credit_amount
        remittance.lines, remittance.sent_at = sums.lines, now()
        remittance.state = "SENT"
        judge(session, remittance)
        closed.append(remittance)
    return closed


def judge(session: Session, remittance: Remittance) -> None:
    """Write what a closed remittance is: PARTLY_SENT while a line of it is refused, set aside or unknown, SETTLED when it
    is complete and its net is 0, for which the bank prints no line; else SENT."""
    if remittance.state not in CLOSED:
        return
    incomplete = session.scalar(
        select(func.count()).select_from(Operation).where(_of(remittance), or_(_open(), _not_captured()))
    )
    if incomplete:
        remittance.state = "PARTLY_SENT"
    else:
        remittance.state = "SENT" if remittance.debit_amount != remittance.credit_amount else "SETTLED"


def judge_again(session: Session, merchant_id: int, remittance_id: int) -> None:
    """Judge a remittance again after one of its uncertain lines has become certain."""
    session.flush()
    remittance = session.scalar(
        select(Remittance)
        .where(Remittance.merchant_id == merchant_id, Remittance.id == remittance_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if remittance is not None:
        judge(session, remittance)


def _calling(session: Session, remittance: Remittance) -> bool:
    """Whether the answer of a line may still come."""
    sent = select(Operation.id).where(_of(remittance), Operation.status == OperationStatus.SENT).limit(1)
    return session.scalar(sent) is not None


def _left(session: Session, contract: Contract, remittance: Remittance, today: date) -> bool:
    return count(session, contract, Due(remittance.day, remittance.day, today, patient=False)) > 0


def _of(remittance: Remittance) -> ColumnElement[bool]:
    return and_(Operation.merchant_id == remittance.merchant_id, Operation.remittance_id == remittance.id)


def _open() -> ColumnElement[bool]:
    return Operation.status.in_(tuple(OPEN_STATUSES))


def _not_captured() -> ColumnElement[bool]:
    return and_(
        Operation.name == OperationName.CAPTURE,
        Operation.status.in_((OperationStatus.REFUSED, OperationStatus.FAILED)),
    )
