"""One shop for all of these tests, emptied of sales before each, and a week of sales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app.domain.states import State
from config import Settings
from tests.house_fixtures import empty
from tests.pages.history.page import NOON
from tests.pages.shop import Shop

PEOPLE = ("merchant", "contract", "membership", "user_setting", "reason")


@pytest.fixture(scope="package")
def shop(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Shop]:
    """One shop for all of these tests: making its people takes longer than any of them."""
    empty(servers, written_tables)
    yield Shop(app)
    empty(servers, written_tables)


@pytest.fixture(autouse=True)
def no_sale_of_another_test(shop: Shop, servers: Settings, written_tables: tuple[str, ...]) -> None:
    """The shop has its people and nothing else."""
    empty(servers, tuple(name for name in written_tables if name not in PEOPLE and not name.startswith("ab_")))


@pytest.fixture
def week(shop: Shop) -> list[int]:
    """Seven sales, the newest first: of CB and VISA, 10.00 to 70.00, one refused, one cancelled, two remitted."""
    states = (State.TO_CAPTURE, State.CAPTURED, State.CREDITED, State.REFUSED, State.CANCELLED, State.PENDING)
    made = [
        shop.sale(
            (*states, State.TO_VALIDATE)[number],
            at=NOON - timedelta(days=number),
            amount=1000 * (number + 1),
            brand=("CB", "VISA")[number % 2],
            order_number=f"W-{number // 2}",
            order_key=f"W-{number // 2}",
        ).id
        for number in range(7)
    ]
    return made
