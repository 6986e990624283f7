"""What a gateway is made with: its account at a bank, the line to it, and whom it tells about seals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .gateway import Gateway


@dataclass(frozen=True, slots=True)
class BankAccess:
    """One account: practice and live differ in URL, merchant id and key only.

    `seal_required` False lets replies without any seal pass (the platform's test server); a wrong seal never passes.
    `blackout` tells whether the bank keeps its nightly hours without cash operations.
    """

    url: str
    merchant_id: str
    key_version: int
    secret: str = field(repr=False)
    seal_required: bool = True
    blackout: bool = True


class SealWatch(Protocol):
    """Told of every reply that was a message: whether its seal proved who wrote it. Must not delay or raise."""

    def verified(self) -> None:
        """The reply was written by who holds the account's secret."""

    def unverified(self) -> None:
        """The reply's seal is wrong, or missing where one is required."""


class Unsent(Exception):
    """Nothing of the request left this machine. `reason` is a few words that hold no data of the request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unanswered(Exception):
    """The request may have been obeyed and no usable answer came. `reason` holds no data of request or answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer: status 100 to 599, and its body."""

    status: int
    body: bytes = field(repr=False)


class BankLine(Protocol):
    """The way to one account's bank; threads share it."""

    def post(self, path: str, body: bytes, deadline: float) -> Reply:
        """Send `body` (JSON) once to `path` below the account's URL; `deadline` in `time.monotonic()` seconds.

        Raises Unsent when not a byte of the request was sent, Unanswered otherwise.
        """


#: A gateway's class: made for one account, for one call or a few; calls nothing yet. It may have an attribute `night`: the
#: Blackout of its platform, whether an account's bank keeps it or not.
GatewayMaker = Callable[[BankAccess, BankLine, SealWatch], Gateway]
