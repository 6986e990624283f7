"""The line between product and bank."""

from __future__ import annotations

from collections.abc import Callable

from .. import proxy
from .kinds import Site, Trouble

PATHS = ("cardOrder", "validate", "cancel", "refund", "duplicate", "getTransactionData", "")


def _arm(kind: str) -> Callable[[Site], None]:
    def act(site: Site) -> None:
        # A late message is the platform's own worst case; beyond the not-found rule only orders are looked after.
        path = "cardOrder" if kind == "late" else site.chance.choice(PATHS)
        site.house.proxy.arm(proxy.Trouble(kind, path, site.chance.uniform(0.2, 2.0)))

    return act


TROUBLES = tuple(Trouble(f"line: {kind}", _arm(kind), 2 if kind.startswith("cut") else 1) for kind in proxy.TROUBLES)
