"""One row of every kind a merchant owns, each with a marker a test can look for where it must not be."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.domain.states import State
from app.models import (
    Alarm,
    AuditEntry,
    Contract,
    Merchant,
    MerchantLimit,
    MerchantOption,
    OutboxMail,
    Reason,
    Remittance,
    RiskHit,
    TransactionEvent,
    Unpaid,
)
from tests.factories import NOON, make_operation, make_transaction

_numbers = itertools.count(1)


def make_everything(session: Session, merchant: Merchant, marker: str) -> dict[str, int]:
    """Add one row of every kind a merchant owns, each with the marker, and return {table: id}."""
    contract = session.query(Contract).filter_by(merchant_id=merchant.id).order_by(Contract.id).first()
    assert contract is not None
    sale = make_transaction(session, merchant, State.CAPTURED, marker=marker)
    operation = make_operation(session, sale, marker=marker)
    rows = [
        Remittance(
            merchant_id=merchant.id,
            contract_id=contract.id,
            number=next(_numbers),
            day=NOON.date(),
            state="OPEN",
            opened_at=NOON,
        ),
        Unpaid(
            merchant_id=merchant.id,
            contract_id=contract.id,
            transaction_id=sale.id,
            amount=500,
            currency="EUR",
            notified_on=NOON.date(),
            response_deadline=NOON.date() + timedelta(days=15),
            reason_code="10.4",
            bank_reference=f"bank {marker}",
            source="FILE",
            created_at=NOON,
        ),
        RiskHit(
            merchant_id=merchant.id,
            transaction_id=sale.id,
            rule=f"rule {marker}",
            decision="INFORM",
            code="02",
            info=marker,
            at=NOON,
        ),
        Alarm(
            merchant_id=merchant.id, transaction_id=sale.id, kind="TEST", message=f"alarm {marker}", params={}, at=NOON
        ),
        OutboxMail(
            merchant_id=merchant.id,
            message_id=f"<{next(_numbers)}.{marker}@example.test>",
            kind="TEST",
            recipients=[f"{marker.lower()}@example.test"],
            subject=f"subject {marker}",
            body=f"body {marker}",
            created_at=NOON,
            next_try_at=NOON,
        ),
        MerchantLimit(merchant_id=merchant.id, verb="refund", amount=10_000),
        MerchantOption(merchant_id=merchant.id, code="RISK", from_day=date(2020, 1, 1), until_day=date(2020, 2, 1)),
        Reason(
            merchant_id=merchant.id, code=f"R{marker}"[:32], label_fr=f"motif {marker}", label_en=f"reason {marker}"
        ),
        AuditEntry(
            merchant_id=merchant.id,
            at=NOON,
            actor=f"clerk{marker}",
            kind="test",
            outcome="OK",
            origin="TEST",
            object=f"object {marker}",
        ),
    ]
    session.add_all(rows)
    session.flush()
    found = {row.__tablename__: row.id for row in rows}
    found |= {"transaction": sale.id, "operation": operation.id, "contract": contract.id, "merchant": merchant.id}
    event = session.query(TransactionEvent.id).filter_by(transaction_id=sale.id).first()
    return found | {"customer": sale.customer_row_id or 0, "event": event[0] if event else 0}
