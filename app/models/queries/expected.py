"""Remittances whose credit is still to come, with their sums so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..remittance import Remittance
from .keyset import of_merchants
from .merchants import MerchantFacts
from .remittances import Sums, sums_of

BACK = timedelta(days=14)  # further back no delay reaches, closed days and all
MOST = 500


def remitted_lately(session: Session, merchants: Sequence[MerchantFacts], today: date) -> list[tuple[Remittance, Sums]]:
    """Return the remittances of the last days that are not credited yet, oldest first (two statements)."""
    if not merchants:
        return []
    rows = session.scalars(
        select(Remittance)
        .where(of_merchants(Remittance, merchants), Remittance.day >= today - BACK, Remittance.state != "SETTLED")
        .order_by(Remittance.day, Remittance.id)
        .limit(MOST)
        .options(joinedload(Remittance.contract, innerjoin=True))
    ).all()
    sums = sums_of(session, rows)
    return [(row, sums[row.id]) for row in rows]
