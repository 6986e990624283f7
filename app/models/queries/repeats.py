"""Sales a new order may repeat: the same card and amount a moment ago, its order number paid already."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from ...domain.states import State
from ..transaction import Transaction

#: Money is held or taken, or may be: a refused, released or wholly refunded sale is nothing an order could repeat.
ALIVE = (State.PENDING, State.REFERRAL, State.TO_CHALLENGE, State.TO_VALIDATE, State.TO_CAPTURE, State.CAPTURED)

# Written out: it runs with every order, and building it costs more than running it. The merchant is named.
_EARLIER = text(
    """(SELECT 'card' AS why, reference FROM transaction
        WHERE merchant_id = :merchant AND card_id = :card AND created_at >= :moment AND original_amount = :amount
            AND currency = :currency AND state = ANY (:alive)
        ORDER BY created_at DESC, id DESC LIMIT 1)
    UNION ALL
    (SELECT 'order', reference FROM transaction
        WHERE merchant_id = :merchant AND order_key = :order_key AND created_at >= :past AND state = ANY (:alive)
        ORDER BY id DESC LIMIT 1)"""
)


class Earlier(NamedTuple):
    """The newest earlier sale of each kind, by its reference."""

    same_card: str | None
    order_paid: str | None


def earlier_sales(session: Session, sale: Transaction, moment: datetime, past: datetime) -> Earlier:
    """Return what a sale not yet written may repeat: its card and amount since `moment`, its order number since `past`."""
    values = {
        "merchant": sale.merchant_id,
        "card": sale.card_id,
        "amount": sale.original_amount,
        "currency": sale.currency,
        "order_key": sale.order_key,
        "moment": moment,
        "past": past,
        "alive": list(ALIVE),
    }
    found = {row.why: row.reference for row in session.execute(_EARLIER, values)}
    return Earlier(found.get("card"), found.get("order"))
