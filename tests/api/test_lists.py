"""GET /transactions: filters, one search box, four sorts by key, a count that stops."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.api.tokens import issue
from app.database import Scope, unit_of_work
from app.domain.states import State
from app.models import Customer, Merchant
from app.models.queries import keyset, search
from app.security.identity import look_up
from tests.api.client import Client, body_of, fields_of, problem_of
from tests.factories import make_merchant, make_transaction, make_user

PARIS_MIDNIGHT = datetime(2026, 3, 29, 22, 0, tzinfo=UTC)  # 30 March in Paris, the day after the clock went forward


@pytest.fixture(scope="module")
def shops(app: Flask) -> Iterator[Client]:
    """An auditor of two merchants in two zones, each with sales of its own."""
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            paris = make_merchant(session, "PARIS")
            lima = make_merchant(session, "LIMA", zone="America/Lima")
            reader = make_user(session, "listreader", "Auditor", (paris, lima)).id
        with unit_of_work(Scope((paris.id, lima.id), admin=True)) as session:
            for number in range(12):
                make_transaction(
                    session,
                    paris,
                    (State.TO_CAPTURE, State.CAPTURED, State.REFUSED)[number % 3],
                    amount=1000 + number % 4,
                    at=PARIS_MIDNIGHT + timedelta(hours=number - 6),
                    order_number=None if number % 5 == 0 else f"Ord {number % 3}",
                    order_key=None if number % 5 == 0 else f"ORD {number % 3}",
                    brand=("CB", "VISA", "MASTERCARD")[number % 3],
                    last4=f"{number:04d}",
                )
            named(session, paris, "Hélène Lefèvre", "HELENE LEFEVRE", "33612345678", reference="PAREXACT01")
            named(session, lima, "Helena Quispe", "HELENA QUISPE", "5112345678", at=PARIS_MIDNIGHT)
            make_transaction(
                session, paris, State.TO_CAPTURE, amount=777, at=PARIS_MIDNIGHT, reference="PARTCANCEL",
                original_amount=999, order_number="Z", order_key="Z",
            )  # fmt: skip
        identity = look_up(reader)
        assert identity is not None
        yield Client(app, issue(identity))


def named(session: Any, merchant: Merchant, name: str, key: str, telephone: str, **values: Any) -> None:
    """Add a sale of a customer."""
    keys = {"name_key": key, "telephone_key": telephone, "email_key": "h@example.test"}
    customer = Customer(
        merchant_id=merchant.id, name=name, telephone=f"+{telephone}", created_at=PARIS_MIDNIGHT, **keys
    )
    session.add(customer)
    session.flush()
    make_transaction(
        session, merchant, State.CAPTURED, **{"at": PARIS_MIDNIGHT, "customer_row_id": customer.id, **values}
    )


def walk(client: Client, size: int, **query: object) -> list[dict[str, object]]:
    """Every row of a list, page after page."""
    rows: list[dict[str, object]] = []
    cursor: dict[str, object] = {}
    while True:
        page = body_of(client.get("/transactions", page_size=size, **query, **cursor))
        assert len(page["items"]) <= size
        rows += page["items"]
        if page["next_cursor"] is None:
            assert page["count"] == len(rows)
            return rows
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("size", [2, 200])
@pytest.mark.parametrize("sort", ["created_at", "brand", "order_number", "amount"])
@pytest.mark.parametrize("down", ["", "-"])
def test_pages_hold_every_row_once_in_order(shops: Client, size: int, sort: str, down: str) -> None:
    rows = walk(shops, size, sort=down + sort)
    references = [row["reference"] for row in rows]
    assert len(set(references)) == len(references) == 15
    values = [row[sort] for row in rows if row[sort] is not None]
    assert values == sorted(
        values, reverse=bool(down), key=lambda value: str(value).upper() if sort != "amount" else value
    )
    assert [row[sort] for row in rows][len(values) :] == [None] * (len(rows) - len(values))


def test_newest_first_is_the_default(shops: Client) -> None:
    times = [row["created_at"] for row in walk(shops, 4)]
    assert times == sorted(times, reverse=True)


def test_days_are_days_of_each_merchants_zone(shops: Client) -> None:
    paris = walk(shops, 50, merchant="PARIS", date_from="2026-03-30", date_to="2026-03-30")
    assert all(row["created_at"] >= "2026-03-29T22:00" for row in paris)
    assert len(paris) == 8
    assert len(walk(shops, 50, merchant="PARIS", date_to="2026-03-29")) == 6
    # 22:00 UTC is still the 29th in Lima
    assert len(walk(shops, 50, merchant="LIMA", date_from="2026-03-29", date_to="2026-03-29")) == 1
    assert len(walk(shops, 50, date_from="2026-03-30")) == 8
    for far in (
        {"date_from": "0001-01-01"},
        {"date_to": "9999-12-31"},
        {"date_from": "0001-01-01", "date_to": "9999-12-31"},
    ):
        assert len(walk(shops, 50, **far)) == 15
    for none in ({"date_to": "0001-01-01"}, {"date_from": "9999-12-31"}):
        assert walk(shops, 50, **none) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "REFUSED"}, 4),
        ({"brand": "VISA"}, 4),
        ({"channel": "TELEPHONE_ORDER"}, 15),
        ({"channel": "FAX_ORDER"}, 0),
        ({"last4": "0011"}, 1),
        ({"amount": 1001}, 3),
        ({"amount": 777}, 1),
        ({"amount": 999}, 1),
        ({"order_number": "oRd 1"}, 3),
        ({"order_number": "ord"}, 0),
        ({"created_by": "clerk"}, 15),
        ({"created_by": "cler"}, 0),
        ({"merchant": "LIMA"}, 1),
        ({"merchant": "PARIS", "state": "CAPTURED", "brand": "VISA"}, 4),
        ({"q": "parexact01"}, 1),
        ({"q": "ORD 1"}, 3),
        ({"q": "ord"}, 9),
        ({"q": "0007"}, 1),
        ({"q": "hélèn"}, 2),
        ({"q": "Lefevre"}, 1),
        ({"q": "lef hél"}, 1),
        ({"q": "elene"}, 0),
        ({"q": "0 6 12 34"}, 1),
        ({"q": "0033 6 12 34"}, 1),
        ({"q": "rd 1"}, 3),
        ({"q": "helene lef", "merchant": "PARIS"}, 1),
        ({"q": "06 12 34"}, 1),
        ({"q": "+33 6 12 34 56 78"}, 1),
        ({"q": "h@example"}, 2),
        ({"q": "z", "amount": 999}, 1),
        ({"q": "%"}, 0),
        ({"q": "' OR 1=1 --"}, 0),
        ({"q": "🙂"}, 0),
    ],
)
def test_filters_find(shops: Client, query: dict[str, object], count: int) -> None:
    assert len(walk(shops, 2, **query)) == count


def test_a_common_word_is_found_by_walking_the_list(shops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {query: [row["reference"] for row in walk(shops, 2, q=query)] for query in ("ord", "hele", "h@", "0336")}
    monkeypatch.setattr(search, "FOUND_LIMIT", 0)
    assert {query: [row["reference"] for row in walk(shops, 2, q=query)] for query in wanted} == wanted


def test_many_merchants_share_branches(shops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [row["reference"] for row in walk(shops, 4, date_from="2026-03-30", sort="order_number")]
    monkeypatch.setattr(keyset, "BRANCHES", 0)
    assert [row["reference"] for row in walk(shops, 4, date_from="2026-03-30", sort="order_number")] == wanted


def test_the_count_stops(shops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = body_of(shops.get("/transactions", page_size=1))
    assert (exact["count"], exact["count_is_exact"]) == (15, True)
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 10)
    more = body_of(shops.get("/transactions", page_size=1))
    assert (more["count"], more["count_is_exact"]) == (10, False)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"state": "GONE"}, {"state": "not_a_choice"}),
        ({"state": ""}, {"state": "not_a_choice"}),
        ({"sort": "reference"}, {"sort": "not_a_choice"}),
        ({"sort": "--amount"}, {"sort": "not_a_choice"}),
        ({"page_size": 201}, {"page_size": "out_of_range"}),
        ({"page_size": 0}, {"page_size": "out_of_range"}),
        ({"page_size": "many"}, {"page_size": "wrong_type"}),
        ({"amount": "12.5"}, {"amount": "wrong_type"}),
        ({"amount": 10**13}, {"amount": "out_of_range"}),
        ({"amount": "9" * 30}, {"amount": "wrong_type"}),
        ({"last4": "12a4"}, {"last4": "malformed"}),
        ({"date_from": "yesterday", "date_to": "2026-02-30"}, {"date_from": "date_invalid", "date_to": "date_invalid"}),
        ({"q": "4970100000000006"}, {"q": "card_number_in_field"}),
        ({"order_number": "4970 1000 0000 0006"}, {"order_number": "card_number_in_field"}),
        ({"q": "x" * 65}, {"q": "too_long"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
        ({"state": ["CAPTURED", "REFUSED"]}, {"state": "repeated"}),
        ({"cursor": "é"}, {"cursor": "malformed"}),
    ],
)
def test_wrong_parameters_are_named(shops: Client, query: dict[str, object], wrong: dict[str, str]) -> None:
    assert fields_of(shops.get("/transactions", **query)) == wrong


@pytest.mark.parametrize(
    "inside",
    [
        ["-created_at", "2026-03-30T00:00:00", 1],
        ["-created_at", "2026-03-30T00:00:00+00:00", 2**31],
        ["-created_at", "2026-03-30T00:00:00+00:00", True],
        ["-created_at", 5, 1],
        ["amount", 5, 1],
        ["-created_at", {}, 1],
        {},
        "x",
        [[[]]],
        ["-created_at", "2026-03-30T00:00:00+00:00", 1, 1],
    ],
)
def test_forged_cursors_are_refused(shops: Client, inside: object) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(inside).encode()).decode().rstrip("=")
    problem_of(shops.get("/transactions", cursor=forged), 422, "cursor_invalid")
    problem_of(shops.get("/transactions", cursor=forged[1:]), 422, "cursor_invalid")


def test_a_cursor_of_another_sort_is_refused(shops: Client) -> None:
    cursor = body_of(shops.get("/transactions", sort="brand", page_size=1))["next_cursor"]
    problem_of(shops.get("/transactions", sort="amount", cursor=cursor), 422, "cursor_invalid")
    assert shops.get("/transactions", sort="brand", page_size=1, cursor=cursor).status_code == 200


def test_a_merchant_out_of_scope_is_404(shops: Client) -> None:
    for name in ("PRACTICE", "NOBODY"):
        problem_of(shops.get("/transactions", merchant=name), 404, "not_found")
        problem_of(shops.get("/operations", merchant=name), 404, "not_found")
    assert fields_of(shops.get("/transactions", merchant="paris")) == {"merchant": "malformed"}
