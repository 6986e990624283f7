"""No database connection is held while the bank is asked: neither the desk's units nor the request's own session."""

from __future__ import annotations

import itertools
import re
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.pool import QueuePool

from app.database import Scope, now, unit_of_work
from app.domain.days import add_days, local_day
from app.extensions import db
from app.models import Merchant, Transaction
from config import Settings
from plugins.payment_gateway.accounts import GatewayAccount
from plugins.payment_gateway.remittance.batch import capture_together
from plugins.payment_gateway.remittance.due import Due
from tests.api.client import Client, token_of
from tests.browsing import sign_in
from tests.service.conftest import NewShop
from tests.service.shop import APPROVED, EUR, Shop
from tests.web_process import WebProcess

T = TypeVar("T")
_amounts = itertools.count(21)


@dataclass
class Pages:
    """What the manager's browser sends, with the tokens it read before."""

    client: FlaskClient
    token: str
    sale_id: int
    account_id: int

    def send(self, path: str, status: int, **fields: str) -> None:
        answer = self.client.post(path, data={"csrf_token": self.token, "key": str(uuid.uuid4()), **fields})
        assert answer.status_code == status, answer.text[:2000]


def elsewhere(do: Callable[[], T]) -> T:
    """In a thread without the test's application context: a browser shares none with the server."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(do).result()


@pytest.fixture
def pages(app: Flask, web: WebProcess, servers: Settings) -> Pages:
    """The manager of PRACTICE signed in, one of their sales, and the account it went through."""
    sale = Client(app, token_of("manager")).take()
    client = elsewhere(lambda: sign_in(app, "manager", servers.practice_password or ""))
    page = elsewhere(lambda: client.get("/counter").text)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    with unit_of_work(Scope(admin=True)) as session:
        merchants = tuple(session.scalars(select(Merchant.id).where(Merchant.short_name == "PRACTICE")))
    with unit_of_work(Scope(merchants)) as session:
        sale_id = session.scalars(select(Transaction.id).where(Transaction.reference == sale["reference"])).one()
        account_id = session.scalars(select(GatewayAccount.id).order_by(GatewayAccount.id)).first()
    assert account_id is not None
    return Pages(client, found[1], sale_id, account_id)


# The second of an order that is captured at once is under way 1.5 s after it was sent.
SECOND_CALL = 1.5
OURS = ("desk", "api", "evening", "resolution", "second call")  # asked for in the process itself, not by a browser


@pytest.mark.parametrize(
    "through",
    ["desk", "api", "evening", "resolution", "second call", "order page", "action form", "connection test"],
)
def test_the_pool_is_empty_during_a_call(
    shop: Shop, new_shop: NewShop, app: Flask, web: WebProcess, pages: Pages, through: str
) -> None:
    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    reference, other = shop.captured(), shop.captured()
    client = Client(app, token_of("manager"))
    at_once = new_shop(contract={"immediate_allowed": True})
    waiting = [shop.sale(shop.sold(capture_day=3)).id for _ in range(4)]
    shop.bank.fault("refund", "cut_before_commit", reference=reference)
    if through == "resolution":
        assert shop.act(reference, "refund", amount=200).status == 202
    last = add_days(local_day(now(), UTC), 6)
    ways: dict[str, Callable[[], object]] = {
        "desk": lambda: shop.act(other, "refund", amount=100),
        "api": lambda: client.take(),
        "evening": lambda: capture_together(shop.id, waiting, Due(last, last, add_days(last, -7)), None),
        "resolution": shop.resolve,
        "second call": lambda: at_once.take(capture_mode="IMMEDIATE"),
        "order page": lambda: pages.send(
            "/counter",
            303,
            merchant="PRACTICE",
            amount=f"{next(_amounts)},00",
            channel="TELEPHONE_ORDER",
            order_number=f"POOL-{uuid.uuid4().hex[:8]}",
            card_number=APPROVED,
            card_expiry="0734",
            security_code="123",
        ),
        "action form": lambda: pages.send(
            f"/transactions/{pages.sale_id}/cancel", 303, reason="RETURNED", amount="10,00"
        ),
        "connection test": lambda: pages.send(f"/gateway-accounts/action/tryconnection/{pages.account_id}", 302),
    }

    came: list[Any] = []

    def ask() -> None:
        with app.app_context() if through in OURS else nullcontext():
            came.append(ways[through]())

    db.session.remove()
    shop.bank.control(latency_ms=1_000)
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        time.sleep(SECOND_CALL if through == "second call" else 0.5)  # unit 1 takes milliseconds, the call a second
        held = [pool.checkedout() for _ in range(20) if time.sleep(0.005) is None]
        assert asking.is_alive()
    finally:
        asking.join()
        shop.bank.control(latency_ms=0)
    assert set(held) == {0}
    assert len(came) == 1, "what was asked was answered"
    if through == "second call":
        assert at_once.done(came[0].reference) == [("TRANSACTION", EUR), ("VALIDATE", EUR)]
