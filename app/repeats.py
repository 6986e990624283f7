"""Does an order repeat one that was taken already? The core's own assessor: it informs, and stops nobody by itself.

Built in, since a counter must ask whatever plug-ins there are (docs/decisions/0070). The order page stops once for what it
finds; the API never does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from .database import now
from .domain.days import months_before
from .domain.text import N_
from .models.queries.repeats import earlier_sales
from .ports import Decision, GatewayResult, Hit

SAME_CARD, ORDER_PAID = N_("same card and amount"), N_("order number already paid")
MOMENT = timedelta(minutes=30)
MONTHS = 15  # as long as a sale is kept


class Repeats:
    """The same card and amount within 30 minutes; an order number already paid within 15 months."""

    name = "repeats"
    informs_only = True

    def lock_keys(self, order: Any) -> Sequence[str]:
        """Nothing: what informs gives no place away that two orders could both take."""
        return ()

    def before(self, session: Any, order: Any) -> Sequence[Hit]:
        """Return a hit for each way the order repeats an earlier sale; a second parcel repeats none, it is meant."""
        if order.duplicate_of_id is not None:
            return ()
        at = now()
        past = datetime.combine(months_before(at.date(), MONTHS), time(), UTC)
        earlier = earlier_sales(session, order, at - MOMENT, past)
        found = ((ORDER_PAID, earlier.order_paid), (SAME_CARD, earlier.same_card))
        return [
            Hit(rule, Decision.INFORM, "", reference, earlier=reference)
            for rule, reference in found
            if reference is not None
        ]

    def after(self, session: Any, order: Any, result: GatewayResult) -> Sequence[Hit]:
        """Nothing: the bank's answer says nothing of repeats."""
        return ()
