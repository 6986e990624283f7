"""The contract's open remittance: captures and refunds join it when they are sent (domain.md section 6)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app.domain.days import next_remittance
from app.domain.errors import NotAllowedInState
from app.domain.states import OperationName
from app.models import Contract, Operation, Remittance, Transaction

_CONTRACT_LOCK = text("SELECT pg_advisory_xact_lock(7305112, :contract)")


def join(session: Session, sale: Transaction, operation: Operation, at: datetime) -> str:
    """Put the operation into the contract's OPEN remittance, opened if need be; `take_line` numbers it once it is done.

    Returns `<contract>-<number>`, which the bank prints as operationOrigin. The transaction is locked already; the
    contract's advisory lock makes the numbers gap-free. After cut-off the remittance opened is tomorrow's.
    """
    contract: Contract = sale.contract
    lock_contract(session, contract.id)
    remittance = session.scalar(
        select(Remittance).where(Remittance.contract_id == contract.id, Remittance.state == "OPEN")
    )
    day = remittance_day(contract, sale.merchant.zone, at)
    if remittance is not None and remittance.day < day:  # its cut-off is past, and no run has been there yet
        remittance.state = "SENDING"
        session.flush()
        remittance = None
    if remittance is None:
        remittance = new_remittance(session, contract, day, "OPEN", at)
    operation.remittance_id = remittance.id
    operation.origin = f"{contract.number}-{remittance.number}"
    return operation.origin


def place(session: Session, operation: Operation, remittance_id: int) -> str:
    """Put the operation into a remittance that is being sent; returns `<contract>-<number>`.

    Whoever closes the remittance waits for this unit. Raises NotAllowedInState when it is closed already.
    """
    remittance = demand_sending(session, operation.merchant_id, remittance_id)
    operation.remittance_id = remittance.id
    operation.origin = f"{remittance.contract.number}-{remittance.number}"
    return operation.origin


def demand_sending(session: Session, merchant_id: int, remittance_id: int) -> Remittance:
    """Return a remittance being sent, which stays so until the unit ends; raises NotAllowedInState for one closed already."""
    remittance = _held(session, "placed", merchant_id, remittance_id)
    if remittance is None or remittance.state != "SENDING":
        raise NotAllowedInState(state=remittance.state if remittance is not None else None)
    return remittance


def take_line(session: Session, operation: Operation) -> None:
    """Give an operation the bank has done the next line of its remittance: what was refused or has to wait takes none,
    so lines are 1 to n without a gap. The transaction is locked already; the remittance is locked here, after it.

    A line that became certain after its remittance was closed is added to what was written at its close.
    """
    remittance = _held(session, "numbered", operation.merchant_id, operation.remittance_id)
    if remittance is None:
        return
    remittance.last_line += 1
    operation.remittance_line = remittance.last_line
    if remittance.state not in ("OPEN", "SENDING"):
        remittance.lines += 1
        if operation.name == OperationName.CREDIT:
            remittance.credit_amount += operation.amount
        else:
            remittance.debit_amount += operation.amount


def _held(session: Session, purpose: str, merchant_id: int, remittance_id: int | None) -> Remittance | None:
    """Return a remittance under the lock of a purpose, taken once in a unit: a batch puts or numbers many lines."""
    held: dict[tuple[str, int | None], Remittance | None] = session.info.setdefault("remittances_held", {})
    if (purpose, remittance_id) not in held:
        held[purpose, remittance_id] = session.scalar(
            select(Remittance)
            .where(Remittance.merchant_id == merchant_id, Remittance.id == remittance_id)
            .options(joinedload(Remittance.contract, innerjoin=True))
            .with_for_update(key_share=True, read=purpose == "placed", of=Remittance)
            .execution_options(populate_existing=True)
        )
    return held[purpose, remittance_id]


def leave(operation: Operation) -> None:
    """Take an operation that has to wait out of its remittance: it leaves in a later one."""
    operation.remittance_id = operation.remittance_line = operation.origin = None


def remittance_day(contract: Contract, zone_name: str, at: datetime) -> date:
    """Return the day whose remittance takes what is captured now: today, tomorrow after the contract's cut-off."""
    return next_remittance(at, ZoneInfo(zone_name), contract.cut_off)


def lock_contract(session: Session, contract_id: int) -> None:
    """Let nobody else open, number or begin to send a remittance of the contract until the unit ends."""
    session.execute(_CONTRACT_LOCK, {"contract": contract_id})


def new_remittance(session: Session, contract: Contract, day: date, state: str, at: datetime) -> Remittance:
    """Return a new remittance under the contract's next number; the contract is locked (`lock_contract`)."""
    last = session.scalar(
        select(Remittance.number)
        .where(Remittance.contract_id == contract.id)
        .order_by(Remittance.number.desc())
        .limit(1)
    )
    remittance = Remittance(
        merchant_id=contract.merchant_id,
        contract_id=contract.id,
        number=(last or 0) + 1,
        day=day,
        state=state,
        last_line=0,
        opened_at=at,
    )
    session.add(remittance)
    session.flush()
    return remittance
