"""A list's rows say whose the sale is and what it was about; an empty list says what is true of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.domain.states import State
from app.models import Customer
from config import Settings
from tests.house_fixtures import empty
from tests.pages.history.page import LIST, NOON, link, text_of
from tests.pages.shop import PARIS, Shop


@pytest.fixture(scope="module")
def shop(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Shop]:
    """One shop, three callers of one surname, and a sale nobody's name is on."""
    empty(servers, written_tables)
    shop = Shop(app)
    with shop.books() as session:
        callers = [
            Customer(
                merchant_id=shop.merchants[PARIS], created_at=NOON, name=f"{first} Martin", name_key=f"{first.upper()} MARTIN",
                telephone=f"+3361234560{place}", telephone_key=f"3361234560{place}",
            )
            for place, first in enumerate(("Anne", "Jules", "Zoé"))
        ]  # fmt: skip
        session.add_all(callers)
        session.flush()
    for caller in callers:
        shop.sale(State.TO_CAPTURE, amount=4_200, customer_row_id=caller.id)
    shop.sale(State.CANCELLED, amount=9_900, customer_row_id=None, order_number="GONE-1", order_key="GONE-1")
    yield shop
    empty(servers, written_tables)


def test_the_list_says_which_of_the_callers_it_is(shop: Shop) -> None:
    page = text_of(shop.client("clerk").get(f"{LIST}?q=martin").text)
    for name in ("Anne Martin", "Jules Martin", "Zoé Martin"):
        assert name in page
    assert "+336" not in page


def test_a_search_by_telephone_shows_the_numbers_found(shop: Shop) -> None:
    page = text_of(shop.client("clerk").get(LIST, query_string={"q": "06 12 34 56"}).text)
    for place, name in enumerate(("Anne Martin", "Jules Martin", "Zoé Martin")):
        assert f"{name} +3361234560{place}" in page


def test_a_cancelled_sale_shows_what_it_was_about(shop: Shop) -> None:
    page = shop.client("clerk").get(f"{LIST}?order_number=GONE-1").text
    assert '<s class="amount">€99.00</s>' in page
    assert '<span class="amount">€0.00</span></td><td role="cell" data-label="Scheme"' not in page


def test_few_statements_for_names_and_numbers(shop: Shop) -> None:
    client = shop.client("clerk")
    client.get(LIST)
    for query in ("", "?q=martin", "?q=0612345"):
        with shop.statements() as sent:
            assert client.get(LIST + query).status_code == 200
        assert len(sent) <= 12, sent


def test_an_empty_list_the_start_page_leads_to_asks_nobody_to_search_longer(shop: Shop) -> None:
    page = shop.client("clerk").get(f"{LIST}?todo=to-validate").text
    assert "Nothing of this kind waits now." in page
    assert "longer period" not in page
    assert link(page, "Show the whole list") == LIST
    assert "longer period" in shop.client("clerk").get(f"{LIST}?todo=to-validate&brand=VISA").text


def test_an_empty_list_of_limits_says_what_a_limit_does(shop: Shop) -> None:
    page = shop.client("manager").get("/limits/list/").text
    assert "above it another person has to approve" in text_of(page)
    assert "No record matches" not in page
