"""The same past at the practice bank, so that old sales can be asked about, captured and refunded there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.currencies import numeric_code
from app.domain.states import OperationName, OperationStatus, State

from ..simulator.preload import PastSale
from .life import Life

GONE = ("CANCELLED", "EXPIRED")
ALIVE = ("TO_VALIDATE", "CAPTURED", "CREDITED")


def sales_at_the_bank(lives: Sequence[Life]) -> Iterator[PastSale]:
    """Return what the bank holds of each sale it ever heard of."""
    for life in lives:
        if life.bank.known:
            yield _sale(life)


def _sale(life: Life) -> PastSale:
    sale, bank = life.sale, life.bank
    status = "EXPIRED" if bank.status == State.REFERRAL else bank.status
    done = [each for each in life.operations if each.status == OperationStatus.DONE and each.settled_at is not None]
    captures = [each.origin for each in done if each.name == OperationName.CAPTURE]
    credits_ = [(each.settled_at, each.amount, each.origin) for each in done if each.name == OperationName.CREDIT]
    _, account = next(door for door in life.place.doors.values() if door[0].id == sale.contract_id)
    return PastSale(
        merchant_id=account.bank_merchant_id,
        reference=sale.reference,
        from_reference=life.source.sale.reference if life.source else None,
        order_id=sale.order_number,
        customer_id=sale.customer_id,
        amount=sale.original_amount,
        current_amount=(0 if status in GONE else (sale.bank_amount or 0) if status in ALIVE else sale.original_amount),
        refunded_amount=sale.bank_refunded_amount or 0,
        status=status,
        created_at=sale.created_at,
        captured_at=sale.captured_at,
        limit_date=bank.limit if sale.authorisation_id else None,
        last_operation=bank.last_operation,
        last_operation_at=bank.last_operation_at or sale.created_at,
        brand=sale.brand,
        masked_pan=sale.masked_pan,
        pan_expiry=sale.card_expiry,
        currency=numeric_code(sale.currency),
        response_code=sale.response_code or "00",
        acquirer_code=sale.acquirer_response_code,
        csc_result=sale.csc_result,
        authorisation_id=sale.authorisation_id,
        scenario=bank.scenario,
        capture_origin=captures[0] if captures else None,
        credits=tuple((at, amount, origin) for at, amount, origin in credits_ if at is not None),
        unpaid=tuple((each.created_at, each.amount, each.reason_code) for each in life.unpaid),
    )
