"""Faults a test or a trainer orders over the control endpoint, applied to the next messages of a verb and counted."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

COMMITS = {
    "cut_before_commit": False,
    "cut_after_commit": True,
    "cut_in_reply": True,
    "never": True,
    "late": True,
    "slow_bytes": True,
    "html": True,
    "empty": True,
    "garbage": True,
    "http_429": False,
    "http_500": True,
    "http_503": False,
    "wrong_amount": True,
    "other_reference": True,
    "bad_seal": True,
    "no_seal": True,
    "challenge": True,
    "refuse": True,
    "code": False,
}
"""Every kind, and whether the bank does what was asked before it misbehaves."""

# Only these make sense both ways: their reply is not made of the operation's result.
EITHER_WAY = frozenset({"never", "html", "empty", "garbage", "http_429", "http_500", "http_503"})
VERBS = frozenset(
    {
        "cardOrder", "validate", "cancel", "refund", "duplicate", "referral", "acceptChallenge", "refuseChallenge",
        "getTransactionData",
    }
)  # fmt: skip


class FaultError(ValueError):
    """An order for a fault that does not exist; the text names the field and may be shown."""


@dataclass(frozen=True)
class Fault:
    """One misbehaviour. `code` belongs to `refuse` and `code`; `commit` tells whether the operation is done first."""

    kind: str
    commit: bool = True
    code: str | None = None


@dataclass
class Ordered:
    """A fault waiting for its messages: the next `times` of `verb` ("*": any), of one `reference` where given."""

    verb: str
    fault: Fault
    times: int = 1
    reference: str | None = None

    def as_json(self) -> dict[str, object]:
        name = f"{self.fault.kind}:{self.fault.code}" if self.fault.code else self.fault.kind
        return {
            "verb": self.verb, "fault": name, "commit": self.fault.commit, "times": self.times,
            "reference": self.reference,
        }  # fmt: skip


class FaultDesk:
    """The faults in force, first ordered, first applied. Kept in memory: a restarted bank behaves."""

    def __init__(self) -> None:
        self.waiting: list[Ordered] = []
        self.applied: Counter[str] = Counter()

    def take(self, verb: str, reference: str | None) -> Fault | None:
        """The fault for this message, if one waits for it, counted down and counted as applied."""
        for ordered in self.waiting:
            if ordered.verb in (verb, "*") and ordered.reference in (None, reference):
                ordered.times -= 1
                if ordered.times == 0:
                    self.waiting.remove(ordered)
                self.applied[f"{verb} {ordered.fault.kind}"] += 1
                return ordered.fault
        return None

    def clear(self) -> None:
        """Forget what waits; the counts stay."""
        self.waiting.clear()


def read_order(entry: object) -> Ordered:
    """Read one element of the control endpoint's `next`; raises FaultError naming what is wrong."""
    if not isinstance(entry, Mapping):
        raise FaultError("next: an element is not an object")
    unknown = set(entry) - {"verb", "fault", "commit", "times", "reference"}
    if unknown:
        raise FaultError(f"next: unknown field {sorted(map(str, unknown))[0]}")
    verb = entry.get("verb", "*")
    if verb != "*" and verb not in VERBS:
        raise FaultError(f"next.verb: one of *, {', '.join(sorted(VERBS))}")
    times = entry.get("times", 1)
    if type(times) is not int or times < 1:
        raise FaultError("next.times: a whole number above 0")
    reference = entry.get("reference")
    if reference is not None and not isinstance(reference, str):
        raise FaultError("next.reference: a text")
    return Ordered(verb=str(verb), fault=_fault(entry), times=times, reference=reference)


def _fault(entry: Mapping[str, object]) -> Fault:
    kind, _, code = str(entry.get("fault", "")).partition(":")
    if kind not in COMMITS or (kind in ("refuse", "code")) != bool(re.fullmatch(r"[0-9A-Z]{2}", code)):
        raise FaultError(f"next.fault: one of {', '.join(sorted(COMMITS))}; refuse and code with two signs: refuse:05")
    fault = Fault(kind, COMMITS[kind], code or None)
    commit = entry.get("commit", fault.commit)
    if not isinstance(commit, bool) or (commit != fault.commit and kind not in EITHER_WAY):
        raise FaultError(f"next.commit: true or false, and to be chosen only for {', '.join(sorted(EITHER_WAY))}")
    return replace(fault, commit=commit)
