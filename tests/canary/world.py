"""Who works at the service during the run, and what they need to type a card: a client or browser each, and orders."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.canary.callers import Client, Visitor, inputs, tokens
from tests.canary.cards import CanaryCard, Deck
from tests.canary.service import Service
from tests.canary.wire import JSON, Heard

LOGINS = ("clerk", "supervisor", "manager", "accountant", "risk", "auditor", "admin")
TRIES = 20  # of an order for which no call to the bank is free
T = TypeVar("T")


@dataclass
class World:
    """The run: the service, the cards, the people. `api` are clients by login, `web` signed-in browsers; `approved` the
    cards whose order the API said was taken: of the others a fail point may have left nothing."""

    service: Service
    deck: Deck
    api: dict[str, Client] = field(default_factory=dict)
    web: dict[str, Visitor] = field(default_factory=dict)
    approved: list[CanaryCard] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def open(self) -> None:
        """Give everybody their token and their browser."""
        self.api = {login: Client(self.service, token) for login, token in tokens(self.service, LOGINS).items()}
        self.web = {login: Visitor(self.service, login) for login in LOGINS}

    def order(self, card: CanaryCard, **more: Any) -> dict[str, Any]:
        """An order as a client of the API sends it; amounts are of five digits, so that none looks like a code."""
        number = next(self._numbers)
        return {
            "merchant": "PRACTICE",
            "order_number": f"CANARY-{number}",
            "channel": "TELEPHONE_ORDER",
            "amount": 10000 + number,
            "currency": "EUR",
            "card": card.as_json(),
            **more,
        }

    def take(self, card: CanaryCard, login: str = "clerk", **more: Any) -> Heard:
        """Take an order through the API; one that was cut off, or found no free call to the bank, is sent again under its
        key, as clients do."""
        sent, key = json.dumps(self.order(card, **more)).encode(), f"key-{card.masked}-{next(self._numbers)}"
        heard = self.api[login].call("POST", "/transactions", sent, Idempotency_Key=key)
        if heard.status in (0, 500, 503):
            heard = self.api[login].call("POST", "/transactions", sent, Idempotency_Key=key)
        for _ in range(TRIES):
            if heard.status != 503 or heard.body.get("code") != "not_sent":
                break
            time.sleep(0.2)
            heard = self.api[login].call("POST", "/transactions", sent, Idempotency_Key=key)
        return heard

    def act(self, reference: str, verb: str, login: str = "supervisor", **asked: Any) -> Heard:
        """Ask for a verb through the API."""
        return self.api[login].call("POST", f"/transactions/{reference}/{verb}", json.dumps(asked).encode())

    def type_order(self, card: CanaryCard, script: bool, login: str = "clerk", **fields: str) -> Heard:
        """Take an order on the page: `script` posts and reads as our JavaScript does."""
        page = self.web[login].get("/counter").text
        typed = {
            "amount": f"{100 + next(self._numbers)},00",
            "channel": "TELEPHONE_ORDER",
            "card_number": card.number,
            "card_expiry": "0731",
            "security_code": card.code,
            **fields,
        }
        return self.web[login].post("/counter", inputs(page) | typed, **({"Accept": JSON} if script else {}))

    def a_sale(self) -> str:
        """The reference of an approved sale."""
        for card in self.deck.several("a sale to work on", 5):  # a fail point may stand in the way
            heard = self.take(card)
            if heard.status == 201:
                return str(heard.body["reference"])
        raise AssertionError(f"no sale: {heard.status} {heard.text}")


def together(items: Iterable[Any], do: Callable[[Any], T], workers: int = 8) -> list[T]:
    """Do it for all, several at a time; the results in order."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(do, items))
