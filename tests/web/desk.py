"""A person at the counter, without a browser: the same forms, tokens and keys."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.database import Scope, unit_of_work
from app.models import Merchant, Transaction
from app.models.queries.transactions import SHOWN
from tests.browsing import sign_in

APPROVED, REFERRAL, NO_MONEY = "4970100000000006", "4970100000000022", "4970100000000519"
LOST, SILENT, CAPTURE_REFUSED = "4970100000000410", "4970100000000642", "4970100000000675"
JSON = {"Accept": "application/json"}
CONFIRMED = (
    "NOSUCHSALE"  # a clerk who has said "yes, a second order": tests take the same card and amount again and again
)


class Desk:
    """One signed-in login."""

    def __init__(self, app: Flask, login: str, password: str, language: str = "en") -> None:
        self.app, self.login = app, login
        self.client: FlaskClient = sign_in(app, login, password)
        self.speak(language)

    def speak(self, language: str) -> None:
        self.language = language
        form = {"language": language, "csrf_token": token_of(self.client.get("/").text)}
        assert self.client.post("/preferences", data=form).status_code == 303

    def order(self, json: bool = True, key: str | None = None, **fields: Any) -> TestResponse:
        """Open the page and post an order; fields given as None are left out."""
        page = self.client.get("/counter").text
        data = {
            "csrf_token": token_of(page),
            "key": key or key_of(page),
            "amount": "12.34",
            "channel": "TELEPHONE_ORDER",
            "card_number": APPROVED,
            "card_expiry": "0730",
            "security_code": "123",
            "confirmed": CONFIRMED,
            **fields,
        }
        sent = {name: value for name, value in data.items() if value is not None}
        return self.client.post("/counter", data=sent, headers=JSON if json else None)

    def taken(self, **fields: Any) -> Transaction:
        """Take an order and return its sale."""
        answer = self.order(**fields)
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return self.sale(answer.json["reference"])

    def form(self, sale: Transaction, verb: str) -> TestResponse:
        """Open an action's form."""
        return self.client.get(f"/transactions/{sale.id}/{verb}")

    def act(self, sale: Transaction, verb: str, key: str | None = None, **fields: Any) -> TestResponse:
        """Open an action's form, fill it in over what it holds, and send it."""
        page = self.form(sale, verb).text
        data = filled_in(page) | {"csrf_token": token_of(page)} | fields
        data |= {"key": key} if key else {}
        return self.client.post(f"/transactions/{sale.id}/{verb}", data=data)

    def sale(self, reference: str) -> Transaction:
        """Read a sale of any merchant."""
        return read(self.app, reference)

    def flashes(self) -> list[str]:
        """Take the messages that wait for the next page."""
        with self.client.session_transaction() as session:
            return [text for _, text in session.pop("_flashes", [])]


def read(app: Flask, reference: str) -> Transaction:
    """Return the sale as it is now."""
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            merchants = tuple(session.scalars(select(Merchant.id)))
        with unit_of_work(Scope(merchants)) as session:
            return session.scalars(select(Transaction).where(Transaction.reference == reference).options(*SHOWN)).one()


def token_of(page: str) -> str:
    """Return the CSRF token of a page."""
    return _value(page, "csrf_token")


def key_of(page: str) -> str:
    """Return the hidden key of a form."""
    return _value(page, "key")


def filled_in(page: str) -> dict[str, str]:
    """Return the inputs of a page with what they hold."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return found


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert found, f"no {name} on the page: {page[:300]}"
    return found[1]
