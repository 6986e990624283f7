"""Every filter, sort and search reaches an index as the application's own role, row security and all: rows read are counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.database import Scope, unit_of_work
from app.models.queries.merchants import MerchantFacts, merchants_in_scope
from app.models.queries.operations import OperationFilter
from app.models.queries.transactions import SORTS, TransactionFilter
from app.supervisor.provision import libpq
from config import Settings
from tests.factories import make_card, make_contract, make_merchant

SALES = 30_000
RARE = 300  # rows a rare filter may read; a page of 50 and what is beside it

CUSTOMERS = """INSERT INTO customer (merchant_id, name, name_key, telephone_key, email_key, created_at)
    SELECT :merchant, 'Client ' || n, 'CLIENT ' || n, '336' || lpad(n::text, 8, '0'), 'client' || n || '@example.test',
    timestamptz '2026-01-01' + n * interval '1 minute' FROM generate_series(1, :sales) n"""
FILL = """INSERT INTO transaction (merchant_id, contract_id, reference, order_number, order_key, channel, state,
    payment_pattern, currency, original_amount, amount, captured_amount, refunded_amount, reserved_amount, card_id, brand,
    brand_choice, bin, last4, masked_pan, card_expiry, capture_mode, capture_day, capture_tries, held, customer_id, customer_row_id,
    created_at, created_by, shipping_date)
    SELECT :merchant, :contract, 'V' || n, 'Ord ' || n, 'ORD ' || n,
    CASE WHEN n % 200 = 0 THEN 'FAX_ORDER' ELSE 'TELEPHONE_ORDER' END, CASE WHEN n % 200 = 1 THEN 'REFERRAL' ELSE 'REFUSED' END,
    'ONE_SHOT', 'EUR', 100 + n, 100 + n, 0, 0, 0, :card, CASE WHEN n % 200 = 2 THEN 'AMEX' ELSE 'CB' END,
    'ONLY', '497010', lpad((n % 10000)::text, 4, '0'), '497010######' || lpad((n % 10000)::text, 4, '0'), '203112',
    'AUTHOR_CAPTURE', 0, 0, false, 'C' || n, (SELECT min(id) FROM customer WHERE merchant_id = :merchant) + n - 1,
    timestamptz '2026-01-01' + n * interval '1 minute', 'clerk' || n % 200,
    date '2026-01-01' + n % 200 FROM generate_series(1, :sales) n"""
OPERATE = """INSERT INTO operation (merchant_id, transaction_id, sequence, name, status, amount, created_at, created_by,
    inquiries, not_found_count) SELECT merchant_id, id, 1, 'TRANSACTION',
    CASE WHEN id % 200 = 0 THEN 'FAILED' ELSE 'DONE' END, amount, created_at, created_by, 0, 0
    FROM transaction WHERE merchant_id = :merchant"""


@pytest.fixture(scope="module")
def volume(app: Flask, servers: Settings) -> Iterator[tuple[Session, tuple[MerchantFacts, ...]]]:
    """A unit of two merchants, one of them with many sales."""
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            large, small = make_merchant(session, "VOLUME"), make_merchant(session, "TINY")
        with unit_of_work(Scope((large.id, small.id), admin=True)) as session:
            ids = {"merchant": large.id, "sales": SALES, "card": make_card(session, large).id}
            ids["contract"] = make_contract(session, large).id
            session.execute(text("SET LOCAL plan_cache_mode = auto"))  # a unit's plans are for single rows
            for statement in (CUSTOMERS, FILL, OPERATE):
                session.execute(text(statement), ids)
        with psycopg.connect(libpq(servers.owner_url or ""), autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE transaction, customer, operation")
        with unit_of_work(Scope((large.id, small.id))) as session:
            yield session, merchants_in_scope(session)


def rows_read(session: Session, filter_: Any, *, counting: bool = True) -> int:
    """How many rows of the large tables all statements of a page read (without `counting`: all but the count)."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    filter_.page(session)
    event.remove(engine, "before_cursor_execute", note)
    connection = session.connection().connection.driver_connection
    total = 0
    for statement, parameters in statements:
        if "set_config" in statement or ("count(*)" in statement and not counting):
            continue
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).fetchone()
        plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
        total += sum(read(node) for node in nodes(plan[0]["Plan"]))
    return total


def read(node: dict[str, Any]) -> int:
    """Rows one node of a plan took from a large table, those it threw away included."""
    if node.get("Relation Name") not in ("transaction", "customer", "operation"):
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round((node["Actual Rows"] + removed) * node["Actual Loops"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, itself first."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


Volume = tuple[Session, tuple[MerchantFacts, ...]]


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_in_any_order_reads_a_page(volume: Volume, sort: str) -> None:
    session, merchants = volume
    query = {"sort": [sort], "page_size": ["20"]}
    first = TransactionFilter.parse(query, merchants)
    assert rows_read(session, first, counting=False) < RARE
    cursor = first.page(session).next_cursor
    assert rows_read(session, TransactionFilter.parse({**query, "cursor": [cursor]}, merchants), counting=False) < RARE


@pytest.mark.parametrize(
    "query",
    [
        {"order_number": ["ord 777"]},
        {"state": ["REFERRAL"]},
        {"brand": ["AMEX"]},
        {"channel": ["FAX_ORDER"]},
        {"last4": ["0777"]},
        {"amount": ["877"]},
        {"date_from": ["2026-01-03"], "date_to": ["2026-01-03"], "created_by": ["clerk7"]},
        {"created_by": ["clerk7"]},
        {"customer_id": ["C777"]},
        {"shipping_date": ["2026-03-07"]},
        {"date_to": ["2026-01-01"], "state": ["REFERRAL"]},
    ],
)
def test_a_rare_filter_reads_what_it_finds(volume: Volume, query: dict[str, list[str]]) -> None:
    session, merchants = volume
    assert rows_read(session, TransactionFilter.parse(query, merchants)) < RARE * 3
    assert TransactionFilter.parse(query, merchants).page(session).rows


@pytest.mark.parametrize("q", ["client777@example", "55"])
def test_what_begins_so_is_read_alone(volume: Volume, q: str) -> None:
    session, merchants = volume
    assert rows_read(session, TransactionFilter.parse({"q": [q]}, merchants)) < RARE


@pytest.mark.parametrize("q", ["V777", "rd 777", "0777", "lient", "06 00 00 07 77", "nothing"])
def test_what_stands_inside_is_looked_through_once(volume: Volume, q: str) -> None:
    session, merchants = volume
    assert rows_read(session, TransactionFilter.parse({"q": [q]}, merchants)) < SALES + RARE


def test_a_common_search_stops(volume: Volume) -> None:
    session, merchants = volume
    assert rows_read(session, TransactionFilter.parse({"q": ["ord"]}, merchants), counting=False) < SALES + 25_000
    assert len(TransactionFilter.parse({"q": ["ord"]}, merchants).page(session).rows) == 50


def test_the_count_stops_at_its_limit(volume: Volume) -> None:
    session, merchants = volume
    page = TransactionFilter.parse({}, merchants).page(session)
    assert (page.count, page.count_is_exact) == (10_000, False)
    assert rows_read(session, TransactionFilter.parse({}, merchants)) < 11_000


def test_operations(volume: Volume) -> None:
    session, merchants = volume
    assert rows_read(session, OperationFilter.parse({}, merchants), counting=False) < RARE
    assert rows_read(session, OperationFilter.parse({"status": ["FAILED"]}, merchants)) < RARE * 2
    assert rows_read(session, OperationFilter.parse({"date_to": ["2026-01-01"]}, merchants), counting=False) < RARE
