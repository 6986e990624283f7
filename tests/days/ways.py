"""Two ways to do a day's work: by the API, as a shop's own system does, and on the pages, as people do."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.days.visitor import Page, Visitor
from tools.product import PASSWORD, Product

AMEX = "378282246310005"
WHO = "supervisor"
NOT_NOW = 503  # the gateway takes nothing at this hour: nothing was done


def numbers(mark: str) -> Iterator[str]:
    """Order numbers nobody has."""
    return (f"{mark}-{number}" for number in itertools.count(1))


class Way(Protocol):
    """What people do on a day; amounts in minor units, sales by their reference."""

    name: str

    def sells(self, amount: int, card: str, *, day: int = 0, validated: bool = False) -> str | None:
        """Take an order that is to be remitted so many days later; its reference, None when the bank refuses."""

    def does(self, reference: str, verb: str, amount: int | None = None) -> bool:
        """Do something on a sale, whole or in part; False where the bank takes nothing at this hour."""

    def moves(self, reference: str, to: date) -> None:
        """Move a sale's remittance to another day."""

    def looks_at(self, contract: str, number: int) -> tuple[int, int]:
        """Look at a remittance: how many lines, and what it comes to before commission."""


class Api:
    """By the API, with a token."""

    name = "API"

    def __init__(self, product: Product, who: str = WHO) -> None:
        self._product, self._numbers = product, numbers("A")
        self._token = product.command("api-token", who).strip()

    def ask(self, method: str, path: str, body: object = None, *, allowed: tuple[int, ...] = ()) -> dict[str, Any]:
        """One request below /api/v1. Raises AssertionError for an answer that is neither good nor allowed."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        line = http.client.HTTPConnection(self._product.address.removeprefix("http://"), timeout=60)
        line.request(method, f"/api/v1{path}", None if body is None else json.dumps(body).encode(), headers)
        answer = line.getresponse()
        found = dict(json.load(answer))
        line.close()
        assert answer.status < 300 or answer.status in allowed, (method, path, body, found)
        return found

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            more = f"page_size=200{f'&cursor={cursor}' if cursor else ''}"
            page = self.ask("GET", f"{path}{'&' if '?' in path else '?'}{more}")
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def sells(self, amount: int, card: str, *, day: int = 0, validated: bool = False) -> str | None:
        body = {
            "merchant": "PRACTICE", "order_number": next(self._numbers), "channel": "MAIL_ORDER",
            "amount": amount, "currency": "EUR", "capture_day": day,
            "capture_mode": "VALIDATION" if validated else "AUTHOR_CAPTURE",
            "card": {"number": card, "expiry": "07/31", "security_code": "1234" if card == AMEX else "123"},
        }  # fmt: skip
        taken = self.ask("POST", "/transactions", body)
        assert taken["state"] in ("TO_CAPTURE", "TO_VALIDATE", "REFUSED"), taken
        return None if taken["state"] == "REFUSED" else str(taken["reference"])

    def does(self, reference: str, verb: str, amount: int | None = None) -> bool:
        body = {} if amount is None else {"amount": amount}
        body |= {"reason": "RETURNED"} if verb in ("refund", "cancel") else {}  # type: ignore[dict-item]  # JSON
        answer = self.ask("POST", f"/transactions/{reference}/{verb}", body, allowed=(NOT_NOW,))
        return answer.get("code") != "not_sent"

    def moves(self, reference: str, to: date) -> None:
        self.ask("PATCH", f"/transactions/{reference}", {"capture_date": to.isoformat()})

    def looks_at(self, contract: str, number: int) -> tuple[int, int]:
        found = self.ask("GET", f"/remittances/{contract}/{number}")
        return len(found["lines"]), int(found["net_amount"])


class Screens:
    """On the pages, signed in."""

    name = "screens"

    def __init__(self, product: Product) -> None:
        self._visitor, self._numbers = Visitor(product.address, WHO, PASSWORD), numbers("S")
        self._ids: dict[str, str] = {}

    def sells(self, amount: int, card: str, *, day: int = 0, validated: bool = False) -> str | None:
        number = next(self._numbers)
        typed = {
            "amount": _typed(amount), "order_number": number, "card_number": card, "card_expiry": "0731",
            "security_code": "1234" if card == AMEX else "123", "capture_day": str(day),
            "capture_mode": "VALIDATION" if validated else "AUTHOR_CAPTURE",
        }  # fmt: skip
        page = self._visitor.send("/counter", self._visitor.get("/counter").form("id", "order"), **typed)
        last = parse_qs(urlsplit(page.address).query).get("last")
        if last is None:
            assert "Refused" in page.words, (page.status, page.words[:600])
            return None
        assert "Approved" in page.words, page.words[:600]
        return last[0]

    def does(self, reference: str, verb: str, amount: int | None = None) -> bool:
        path = f"/transactions/{self._id(reference)}/{verb}"
        typed = {} if amount is None else {"amount": _typed(amount)}
        page = self._visitor.get(path)
        if page.status == NOT_NOW:
            return False
        form = page.form("data-action-form")
        if "reason" in form.fields:
            typed["reason"] = "RETURNED"
        page = self._visitor.send(path, form, **typed)
        if verb == "validate" and amount is not None:  # the page says once what is released
            page = self._visitor.send(path, page.form("data-action-form"), **typed)
        return self._done(page, path)

    def moves(self, reference: str, to: date) -> None:
        path = f"/transactions/{self._id(reference)}/move"
        form = self._visitor.get(path).form("data-action-form")
        assert self._done(self._visitor.send(path, form, capture_date=to.isoformat()), path)

    def looks_at(self, contract: str, number: int) -> tuple[int, int]:
        title = f"Remittance {contract}-{number}"
        for id in dict.fromkeys(re.findall(r"/remittances/show/(\d+)", self._visitor.get("/remittances/list/").text)):
            words = self._visitor.get(f"/remittances/show/{id}").words
            if title in words:
                lines = re.search(r" Lines ([\d\s,]+) Sales ", words)
                net = re.search(r" Net before commission (-?[^\d]?[\d,]+\.\d\d)", words)
                assert lines, words[:600]
                assert net, words[:600]
                return int(re.sub(r"\D", "", lines[1])), _cents(net[1])
        raise AssertionError(f"no {title} on the list")

    def _done(self, page: Page, path: str) -> bool:
        assert page.status in (200, NOT_NOW), (path, page.status, page.words[:600])
        assert page.status == NOT_NOW or not page.address.endswith(path), (path, page.words[:600])
        return page.status == 200

    def _id(self, reference: str) -> str:
        if reference not in self._ids:
            page = self._visitor.get(f"/transactions/list/?q={reference}")
            ids = set(re.findall(r"/transactions/show/(\d+)", page.text)) or set(
                re.findall(r"/transactions/show/(\d+)", page.address)
            )
            assert len(ids) == 1, (reference, ids)
            self._ids[reference] = ids.pop()
        return self._ids[reference]


def _typed(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _cents(shown: str) -> int:
    digits = int(re.sub(r"\D", "", shown))
    return -digits if re.match(r"[-\u2212]", shown) else digits
