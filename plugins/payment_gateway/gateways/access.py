"""What an adapter is told about one account at a bank, and whom it tells about seals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


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
