"""Our books as `verify` holds them against the bank's: which sales are asked about, and which are still open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import create_engine, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.pool import NullPool

from app.database import Scope, now, real_now
from app.domain.days import local_day
from app.domain.states import OPEN_STATUSES, OperationStatus, State
from app.models import Merchant, Operation, Transaction, TransactionEvent

from .accounts import GatewayAccount
from .ledger import OLD_ENOUGH

RECENT = timedelta(days=8)  # an authorisation lives 7 days; an older sale is asked about when it moved since
FINAL = (State.CAPTURED, State.CREDITED, State.CANCELLED, State.REFUSED, State.EXPIRED)  # until something moves it
LAPSING = (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE, State.REFERRAL)
UNSETTLED = (*OPEN_STATUSES, OperationStatus.WAITING)
AT_ONCE = 5_000  # references looked up in one statement


@dataclass(frozen=True, slots=True)
class Line:
    """What the bank's journal is compared with: a sale's state and refunds (minor units), and whether it is open."""

    state: str
    refunded_amount: int
    open: bool


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that sees every merchant's rows and writes nothing; what was read stays usable after it."""
    settings = current_app.extensions["settings"]
    engine = create_engine(settings.check_url or settings.database_url, hide_parameters=True, poolclass=NullPool)
    try:
        with Session(engine, expire_on_commit=False) as session:
            everybody = session.execute(select(Merchant.__table__.c.id)).scalars().all()  # the table: no wall yet
            session.info["scope"] = Scope(tuple(everybody), admin=True)
            yield session
            session.expunge_all()
    finally:
        engine.dispose()


def accounts(session: Session) -> Mapping[int, GatewayAccount]:
    """Return every gateway account by its id."""
    return {account.id: account for account in session.scalars(select(GatewayAccount))}


def moved(session: Session) -> list[int]:
    """Return the ids of the sales that were taken or moved within RECENT, however old, and of those in no final state."""
    since = now() - RECENT
    condition = or_(
        Transaction.created_at >= since,
        Transaction.state.not_in(FINAL),
        Transaction.id.in_(select(Operation.transaction_id).where(Operation.settled_at >= since)),
        Transaction.id.in_(select(TransactionEvent.transaction_id).where(TransactionEvent.at >= since)),
    )
    asked = select(Transaction.id).where(Transaction.gateway_account_id.is_not(None), condition)
    return list(session.scalars(asked.order_by(Transaction.id)))


def sales(session: Session, ids: Collection[int]) -> list[Transaction]:
    """Return these sales as they are now."""
    return list(
        session.scalars(
            select(Transaction)
            .options(selectinload(Transaction.operations), joinedload(Transaction.merchant))
            .where(Transaction.id.in_(ids))
            .order_by(Transaction.id)
        )
    )


def lines(session: Session, references: Collection[str]) -> dict[str, Line]:
    """Return what we have under these references; one that is missing we do not know."""
    unsettled = exists().where(
        Operation.merchant_id == Transaction.merchant_id,
        Operation.transaction_id == Transaction.id,
        Operation.status.in_(UNSETTLED),
    )
    columns = (Transaction.reference, Transaction.state, Transaction.refunded_amount, unsettled)
    found: dict[str, Line] = {}
    asked = list(references)
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        for reference, state, refunded, open_ in session.execute(
            select(*columns).where(Transaction.reference.in_(some))
        ):
            found[reference] = Line(state, refunded, open_ or state == State.PENDING)
    return found


def is_open(sale: Transaction) -> bool:
    """Return whether what is here may differ from the bank for now: no certain outcome yet, something waits to be sent,
    or its limit date is over and the sweep that releases it has not come by."""
    if sale.state == State.PENDING or any(operation.status in UNSETTLED for operation in sale.operations):
        return True
    if sale.state not in LAPSING or sale.limit_date is None:
        return False
    return bool(sale.limit_date < local_day(now(), ZoneInfo(sale.merchant.zone)))


def is_old(sale: Transaction) -> bool:
    """Return whether an operation has been without a certain outcome for longer than the repair limit: persons may resolve
    it since, so it is compared all the same. By real time: the bank was not asked on days that practice skipped."""
    return any(
        operation.status in OPEN_STATUSES and operation.sent_at and real_now() - operation.sent_at >= OLD_ENOUGH
        for operation in sale.operations
    )
