"""No database connection is held while the bank is asked: neither the desk's units nor the request's own session."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC

import pytest
from flask import Flask
from sqlalchemy.pool import QueuePool

from app.database import now
from app.domain.days import add_days, local_day
from app.extensions import db
from plugins.payment_gateway.remittance.batch import capture_together
from plugins.payment_gateway.remittance.due import Due
from tests.api.client import Client, token_of
from tests.service.shop import Shop
from tests.web_process import WebProcess


@pytest.mark.parametrize("through", ["desk", "api", "evening", "resolution"])
def test_the_pool_is_empty_during_a_call(shop: Shop, app: Flask, web: WebProcess, through: str) -> None:
    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    reference, other = shop.captured(), shop.captured()
    client = Client(app, token_of("manager"))
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
    }

    def ask() -> None:
        with app.app_context():
            ways[through]()

    db.session.remove()
    shop.bank.control(latency_ms=1_000)
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        time.sleep(0.5)  # unit 1 takes milliseconds, the call a second
        held = [pool.checkedout() for _ in range(20) if time.sleep(0.005) is None]
        assert asking.is_alive()
    finally:
        asking.join()
        shop.bank.control(latency_ms=0)
    assert set(held) == {0}
