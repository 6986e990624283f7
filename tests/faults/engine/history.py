"""What the clients asked and what they were told: ok, fail (nothing was done), or unknown."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# Refusals that promise that nothing was written under the key.
NOTHING_DONE = frozenset({400, 403, 404, 409, 422})
UNSENT = frozenset({"not_sent", "gateway_stopped"})


class Told(StrEnum):
    """What a client knows of its call."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole answer."""

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The problem's code, else nothing."""
        return str(self.body.get("code") or "")

    @property
    def told(self) -> Told:
        """What this answer alone says; 202 and the service's own troubles leave it open."""
        if self.status in (200, 201):
            return Told.OK
        if self.status in NOTHING_DONE or (self.status == 503 and self.code in UNSENT):
            return Told.FAIL
        return Told.UNKNOWN


@dataclass(slots=True)
class Call:
    """One thing a client wants done, under one key, however often it is sent.

    `order` is the order number of a new sale (take, duplicate), `reference` the sale of a verb; `amount` in minor units.
    """

    verb: str
    body: Mapping[str, Any]
    reference: str | None = None
    order: str | None = None
    amount: int | None = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    sent: int = 0
    replies: list[Reply | None] = field(default_factory=list)
    told: Told = Told.UNKNOWN
    last: Reply | None = None

    @property
    def method(self) -> str:
        """PATCH for a move."""
        return "PATCH" if self.verb == "move" else "POST"

    @property
    def path(self) -> str:
        """Below /api/v1."""
        if self.verb == "take":
            return "/transactions"
        return f"/transactions/{self.reference}" + ("" if self.verb == "move" else f"/{self.verb}")

    def note(self, reply: Reply | None, *, quiet: bool = False) -> None:
        """Keep an answer (None: the connection ended without one).

        A refusal says that nothing was done only while no earlier sending may still be under way, or when all is `quiet`.
        The bank's refusal is the answer of the operation itself.
        """
        self.replies.append(reply)
        if reply is None or self.told == Told.OK:
            return
        certain = quiet or len(self.replies) == self.sent == 1 or reply.code == "bank_refused"
        self.last = reply
        if reply.told == Told.OK or (reply.told == Told.FAIL and certain):
            self.told = reply.told

    def __str__(self) -> str:
        answers = [f"{each.status} {each.code}".strip() if each else "cut" for each in self.replies[-6:]]
        return (
            f"{self.verb} {self.order or self.reference} {self.amount or ''} key {self.key[:8]} {self.told} {answers}"
        )


class History:
    """Every call of a run; clients in many threads add to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: list[Call] = []

    def add(self, call: Call) -> int:
        """Add a call; returns how many there are."""
        with self._lock:
            self.calls.append(call)
            return len(self.calls)

    def open(self) -> list[Call]:
        """Those whose outcome the client does not know."""
        return [call for call in self.calls if call.told == Told.UNKNOWN]

    def counts(self) -> Counter[str]:
        """How many ended how."""
        return Counter(str(call.told) for call in self.calls)

    def verbs(self) -> Counter[str]:
        """How many of each verb."""
        return Counter(call.verb for call in self.calls)
