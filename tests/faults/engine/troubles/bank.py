"""The bank misbehaves: the practice bank's own faults, ordered over its control page."""

from __future__ import annotations

from collections.abc import Callable

from .kinds import Site, Trouble

MONEY = ("cardOrder", "validate", "cancel", "refund")
EITHER_WAY = ("html", "empty", "garbage", "http_429", "http_500", "http_503", "never")
# Name of the trouble -> (fault, the messages it may befall).
FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    **{kind: (kind, (*MONEY, "duplicate", "getTransactionData")) for kind in EITHER_WAY},
    **{kind: (kind, MONEY) for kind in ("wrong_amount", "other_reference", "cut_in_reply", "slow_bytes")},
    "cut_before_commit": ("cut_before_commit", (*MONEY, "duplicate")),
    "cut_after_commit": ("cut_after_commit", (*MONEY, "duplicate")),
    "refuses": ("refuse:05", MONEY),
    "holds for a check": ("challenge", ("cardOrder",)),
    "duplicate 94": ("code:94", ("cardOrder",)),
    "time-out 97": ("code:97", MONEY),
    "problem 99": ("code:99", MONEY),
    "day not closed 24": ("code:24", ("refund",)),
    "not found 25": ("code:25", ("getTransactionData",)),
}


def _order(fault: str, verbs: tuple[str, ...]) -> Callable[[Site], None]:
    def act(site: Site) -> None:
        more = {"commit": site.chance.random() < 0.5} if fault in EITHER_WAY else {}
        site.house.bank.fault(site.chance.choice(verbs), fault, **more)

    return act


TROUBLES = tuple(Trouble(f"bank: {name}", _order(*each)) for name, each in FAULTS.items())
