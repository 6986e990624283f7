"""The order page's one stop holds when several people send the same order at the same moment."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.domain.errors import OrderWarning
from tests.service.shop import EUR, Shop
from tests.web_process import together

ROUNDS, PEOPLE = 15, 4


def send(app: Flask, shop: Shop, **order: Any) -> int:
    """The status a person is answered who was not asked yet."""
    with app.app_context():
        try:
            return shop.take(confirmed=(), **order).status
        except OrderWarning as warning:
            return warning.status


@pytest.mark.parametrize("same", ["card and amount", "order number"])
def test_one_is_taken_and_the_others_are_asked(shop: Shop, app: Flask, same: str) -> None:
    shop.sold()  # the card is known, so that nobody waits for its row
    for number in range(1, ROUNDS + 1):
        orders: list[dict[str, Any]] = [
            {"amount": EUR + number, "order_number": f"C-{number}-{person}"}
            if same == "card and amount"
            else {"amount": EUR + 1_000 * number + person, "order_number": f"R-{number}"}
            for person in range(PEOPLE)
        ]
        answers = together(PEOPLE, lambda person, orders=orders: send(app, shop, **orders[person]))
        assert sorted(answers) == [201] + [409] * (PEOPLE - 1)
