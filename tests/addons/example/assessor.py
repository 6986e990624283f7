"""Large orders are held until a person has looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.ports import Decision, GatewayResult, Hit

LARGE = 500_000  # minor units


class LargeOrders:
    """CHALLENGE above LARGE; needs nothing from the bank and no lock."""

    name = "large orders"

    def lock_keys(self, order: Any) -> Sequence[str]:
        """No counter is read, so nothing is locked."""
        return ()

    def before(self, session: Any, order: Any) -> Sequence[Hit]:
        """Return one hit for a large order."""
        if order.original_amount <= LARGE:
            return ()
        return (Hit("large order", Decision.CHALLENGE, "02", "A large order: look before it is remitted."),)

    def after(self, session: Any, order: Any, result: GatewayResult) -> Sequence[Hit]:
        """Nothing depends on the bank's answer."""
        return ()
