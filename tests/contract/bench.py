"""What a gateway must be given to be tried: cards for every outcome, a bank that misbehaves on demand, its own books.

A new adapter joins the suite with one class like `SipsBench` and one entry in `BENCHES` (docs/gateways.md).
"""

import itertools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from app.domain.card import Card, parse_card
from app.ports import AmountRequest, AuthorizeRequest, BankAccess, DuplicateRequest, ForceRequest, Gateway, Outcome
from plugins.payment_gateway.gateways.http import Transport
from plugins.payment_gateway.gateways.sips import Sips
from tests.bank.conftest import PRACTICE, BankProcess

PATIENCE = 5.0
TODAY = date(2026, 11, 24)
_numbers = itertools.count(1)


@dataclass
class Watch:
    """A seal watch that remembers what it was told."""

    told: list[str] = field(default_factory=list)

    def verified(self) -> None:
        self.told.append("verified")

    def unverified(self) -> None:
        self.told.append("unverified")


class Bench(Protocol):
    """One gateway with the bank behind it."""

    gateway: Gateway
    cards: Mapping[str, tuple[str, Outcome, str | None, str | None]]  # situation: number, outcome, response, acquirer
    unknown: Mapping[str, tuple[str, str | None]]  # situation: number, bank's status afterwards (None: nothing)
    forcing_number: str

    def disturb(self, verb: str, how: str) -> None:
        """Let the next call of our verb end in one of `disturbances`."""

    disturbances: Mapping[str, bool]  # how: whether the bank does what was asked all the same

    def booked(self, reference: str) -> list[tuple[str, int]]:
        """What the bank did on a sale, as (operation, amount), in order; refused ones left out."""

    def is_moto(self, reference: str) -> bool:
        """Whether the bank took the sale as one without the cardholder present or on line."""

    def close(self) -> None:
        """Close what is kept open."""


class SipsBench:
    """The Sips adapter at the practice bank."""

    cards = {
        "approved": ("4970100000000006", Outcome.APPROVED, "00", "00"),
        "referral": ("4970100000000022", Outcome.REFERRAL, "02", "02"),
        "refused": ("4970100000000055", Outcome.DECLINED, "05", "05"),
        "wrong security code": ("4970100000000147", Outcome.DECLINED, "14", "14"),
        "lost card": ("4970100000000410", Outcome.DECLINED, "05", "41"),
        "insufficient funds": ("4970100000000519", Outcome.DECLINED, "05", "51"),
        "expired": ("4970100000000543", Outcome.DECLINED, "54", "54"),
        "issuer unreachable": ("4970100000000915", Outcome.DECLINED, "05", "91"),
        "refuses its capture": ("4970100000000675", Outcome.APPROVED, "00", "00"),
    }
    unknown = {
        "authorises, never answers": ("4970100000000600", "TO_VALIDATE"),
        "does nothing, never answers": ("4970100000000618", None),
        "authorises, answers late": ("4970100000000626", "TO_VALIDATE"),
        "cuts before it commits": ("4970100000000634", None),
        "commits, then cuts": ("4970100000000642", "TO_VALIDATE"),
        "answers garbage": ("4970100000000659", "TO_VALIDATE"),
        "answers about another reference": ("4970100000000667", "TO_VALIDATE"),
    }
    disturbances = {
        "cut_before_commit": False,
        "cut_after_commit": True,
        "cut_in_reply": True,
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
        "code:60": False,
        "code:90": False,
        "code:94": False,
        "code:97": False,
        "code:99": False,
    }
    forcing_number = "123456"
    _verbs = {
        "authorize": "cardOrder",
        "capture": "validate",
        "cancel": "cancel",
        "refund": "refund",
        "duplicate": "duplicate",
        "force": "referral",
        "inquire": "getTransactionData",
    }

    def __init__(self, bank: BankProcess) -> None:
        self.bank, self.watch = bank, Watch()
        url = f"http://127.0.0.1:{bank.port}"
        self.access = BankAccess(url, PRACTICE, 1, f"{PRACTICE}_KEY1")
        self.transport = Transport(url)
        self.gateway: Gateway = Sips(self.access, self.transport, self.watch)

    def with_access(self, **changes: object) -> Gateway:
        return Sips(replace(self.access, **changes), self.transport, self.watch)  # type: ignore[arg-type]

    def disturb(self, verb: str, how: str) -> None:
        self.bank.fault(self._verbs[verb], how)

    def booked(self, reference: str) -> list[tuple[str, int]]:
        entries = self.bank.journal(reference)
        return [(entry["operation"], entry["amount"]) for entry in entries if entry["responseCode"] == "00"]

    def is_moto(self, reference: str) -> bool:
        return bool(self.bank.inquire(reference)["orderChannel"] == "MOTO")

    def close(self) -> None:
        self.transport.close()


BENCHES: Mapping[str, Callable[[BankProcess], Bench]] = {"sips": SipsBench}


def soon(seconds: float = PATIENCE) -> float:
    """A deadline."""
    return time.monotonic() + seconds


def new_reference() -> str:
    return f"C{os.getpid()}N{next(_numbers)}"


def card(number: str, code: str | None = "123") -> Card:
    return parse_card(number, "12/30", code, TODAY)


def order(number: str, amount: int = 10_000, **changes: object) -> AuthorizeRequest:
    made = card(number)
    request = AuthorizeRequest(
        new_reference(), amount, "EUR", made, made.brand, "A-1001", "C42", "context", "AUTHOR_CAPTURE", 3
    )
    return replace(request, **changes)  # type: ignore[arg-type]


def part(reference: str, amount: int, origin: str | None = None, currency: str = "EUR") -> AmountRequest:
    return AmountRequest(reference, amount, currency, origin)


def copy_of(reference: str, amount: int = 5_000) -> DuplicateRequest:
    return DuplicateRequest(reference, new_reference(), amount, "EUR", "A-1002", "AUTHOR_CAPTURE", 0)


def forced(reference: str, number: str, amount: int = 10_000) -> ForceRequest:
    return ForceRequest(reference, amount, "EUR", number)
