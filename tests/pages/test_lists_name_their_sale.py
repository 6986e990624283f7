"""Lists about sales name the sale a person knows, by its order number; days, hours and words read as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.database import now
from app.domain.states import State
from app.models import OutboxMail, RiskHit, Transaction, Unpaid
from tests.pages.history.page import text_of
from tests.pages.shop import Shop


@pytest.fixture
def sale(shop: Shop) -> Transaction:
    return shop.sale(State.TO_CHALLENGE, order_number="HIT-1", order_key="HIT1")


def hit(shop: Shop, sale: Transaction, info: str = "4 uses in 7 days") -> None:
    with shop.books() as session:
        session.add(
            RiskHit(
                merchant_id=sale.merchant_id, transaction_id=sale.id, rule="card outstanding", decision="CHALLENGE",
                code="02", info=info, at=now(),
            )
        )  # fmt: skip


def test_a_rule_that_fired_names_its_sale_but_not_below_it(shop: Shop, sale: Transaction) -> None:
    hit(shop, sale)
    page = shop.client("risk").get("/riskhits/list/").text
    assert f'<a href="/transactions/show/{sale.id}">' in page
    assert "HIT-1" in text_of(page)
    below = shop.client("risk").get(f"/transactions/show/{sale.id}").text.partition("related-RiskHitView")[2]
    assert "card outstanding" in below
    assert sale.reference not in below


def test_a_control_that_failed_says_so_in_the_readers_language(shop: Shop) -> None:
    stored = "technical problem in a control"
    sale = shop.sale(State.TO_CHALLENGE, complementary_code="99", complementary_info=stored)
    hit(shop, sale, stored)
    for language, told in (("en", stored), ("fr", "problème technique lors d'un contrôle")):
        client = shop.client("risk", language)
        page = text_of(client.get(f"/transactions/show/{sale.id}").text)
        assert page.count(told) == 2, "as the sale's own and of the rule below it"
        assert told in text_of(client.get("/riskhits/list/").text)
        assert stored == told or stored not in page


def test_what_came_back_last_stands_first_with_its_order(shop: Shop) -> None:
    today = now().date()
    for number, days in (("OLD-1", 300), ("NEW-1", 3)):
        sale = shop.sale(State.CAPTURED, order_number=number, order_key=number.replace("-", ""))
        with shop.books() as session:
            session.add(
                Unpaid(
                    merchant_id=sale.merchant_id, contract_id=sale.contract_id, transaction_id=sale.id, amount=100,
                    currency="EUR", notified_on=today - timedelta(days), response_deadline=today - timedelta(days - 15),
                    reason_code="13.1", bank_reference=number, source="FILE", created_at=now(),
                )
            )  # fmt: skip
    page = text_of(shop.client("accountant").get("/unpaid/list/").text)
    assert page.index("NEW-1") < page.index("OLD-1")


def test_a_cut_off_has_no_seconds(shop: Shop) -> None:
    for path in ("/contracts/list/", "/contracts/show/1"):
        page = shop.client("admin").get(path).text
        assert "21:00:00" not in page, path
    assert "21:00" in shop.client("admin").get("/contracts/list/").text


def test_a_message_is_sent_in_the_gender_of_a_message(shop: Shop) -> None:
    with shop.books() as session:
        session.add(
            OutboxMail(
                merchant_id=next(iter(shop.merchants.values())), kind="alarm", subject="x", body="y", state="SENT",
                recipients=["a@b.example"], tries=1, created_at=now(), next_try_at=now(), sent_at=now(),
                message_id="<1@b.example>",
            )
        )  # fmt: skip
    page = shop.client("manager", "fr").get("/mails/list/").text
    assert '<span class="badge good">envoyé</span>' in page
