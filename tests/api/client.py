"""A client of the API as an outsider writes one, and orders as outsiders send them."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.api.tokens import issue
from app.extensions import db
from app.security.identity import look_up

APPROVED, REFERRAL, REFUSED = "4970100000000006", "4970100000000022", "4970100000000055"
COMMITS_THEN_CUTS, CAPTURE_REFUSED, AMEX = "4970100000000642", "4970100000000675", "378282246310005"
_numbers = itertools.count(1)


def card(number: str = APPROVED, **more: Any) -> dict[str, Any]:
    """A card as a client sends it."""
    return {"number": number, "expiry": "07/31", "security_code": "123", **more}


def order(number: str = APPROVED, **more: Any) -> dict[str, Any]:
    """An order of 123.45 EUR."""
    return {
        "merchant": "PRACTICE",
        "order_number": f"A-{next(_numbers)}",
        "channel": "TELEPHONE_ORDER",
        "amount": 12345,
        "currency": "EUR",
        "card": card(number),
        **more,
    }


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same without some fields."""
    return {name: value for name, value in body.items() if name not in names}


class Client:
    """Calls the API as one person; keys are new unless given."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app, self.token = app, token

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = "",
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> TestResponse:
        """Send one request; `key=""` makes an Idempotency-Key, None sends none, `data` replaces the JSON of `body`."""
        sent = {"Accept-Language": "en"}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if method in ("POST", "PATCH") and key is not None:
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        path = path if path.startswith(("/api", "/health", "/metrics")) else f"/api/v1{path}"
        return self.app.test_client().open(
            path, method=method, data=data, headers=sent | (headers or {}), query_string=query or None
        )

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET."""
        return self.call("GET", path, **query)

    def post(self, path: str, body: object = None, **more: Any) -> TestResponse:
        """POST with a new key."""
        return self.call("POST", path, body, **more)

    def take(self, number: str = APPROVED, **more: Any) -> dict[str, Any]:
        """Take an order and return the transaction."""
        response = self.post("/transactions", order(number, **more))
        assert response.status_code in (201, 202), response.text
        return body_of(response)

    def captured(self, **more: Any) -> dict[str, Any]:
        """Take an order, capture it and return the transaction."""
        response = self.post(f"/transactions/{self.take(**more)['reference']}/capture")
        assert response.status_code == 200, response.text
        return body_of(response)


def body_of(response: TestResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    found: dict[str, Any] = json.loads(response.data)
    return found


def problem_of(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The body of a problem, checked for what every problem has."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    body = body_of(response)
    assert (body["status"], body["code"]) == (status, code), body
    assert body["type"] == f"urn:egestion:problem:{code}"
    assert body["detail"]
    return body


def fields_of(response: TestResponse) -> dict[str, str]:
    """Field -> code of a 422."""
    body = problem_of(response, 422, body_of(response).get("code", ""))
    assert all(each["message"] for each in body["errors"])
    return {each["field"]: each["code"] for each in body["errors"]}


def token_of(username: str) -> str:
    """A token of an active user; needs an application context."""
    with db.engine.connect() as connection:
        user_id = connection.scalar(text("SELECT id FROM ab_user WHERE username = :name"), {"name": username})
    identity = look_up(user_id)
    assert identity is not None
    return issue(identity)
