"""Who works for several merchants reads on every page whose the sale is; who works for one is not told."""

from __future__ import annotations

import re

import pytest

from app.database import Scope, now, unit_of_work
from app.domain.states import State
from app.models import Customer, Transaction
from tests.factories import make_user
from tests.pages.shop import FAR, PARIS, Shop


def heads(page: str, table: str) -> list[str]:
    found = re.search(rf'<table role="table" id="{table}".*?</thead>', page, re.DOTALL)
    assert found, f"no table {table}"
    return [re.sub("<[^>]+>", "", head).strip() for head in re.findall(r"<th .*?</th>", found[0], re.DOTALL)]


@pytest.fixture
def sale(shop: Shop) -> Transaction:
    with shop.books() as session:
        caller = Customer(
            merchant_id=shop.merchants[FAR], created_at=now(), name="Aroha Ngata", name_key="AROHA NGATA",
            address="12 Marine Parade\nNapier", postal_code="4110", country="NZ",
        )  # fmt: skip
        session.add(caller)
        session.flush()
        number = caller.id
    return shop.sale(State.CAPTURED, FAR, order_number="FAR-1", order_key="FAR1", customer_row_id=number)


def test_a_row_is_named_by_its_reference_whatever_is_shown(shop: Shop, sale: Transaction) -> None:
    page = shop.client("supervisor").get("/transactions/list/").text
    assert f'aria-label="Select {sale.reference}"' in page
    assert f'<span class="unseen"> {sale.reference}</span>' in page


def test_the_sales_page_says_whose_it_is_and_where_it_goes(shop: Shop, sale: Transaction) -> None:
    for login in ("auditor", "supervisor"):
        page = shop.client(login).get(f"/transactions/show/{sale.id}").text
        assert f"<dt>Merchant</dt><dd>{FAR}</dd>" in page
        for told in ("Aroha Ngata", "12 Marine Parade", "4110", "New Zealand"):
            assert told in page, told


def test_a_merchants_name_stands_where_names_stand(shop: Shop, sale: Transaction) -> None:
    shop.requested(sale)
    client = shop.client("auditor")
    for path in ("/transactions/list/", "/operations/list/", "/customers/list/"):
        assert f'<td role="cell" data-label="Merchant">{FAR}</td>' in client.get(path).text, path


def test_requests_and_forms_say_whose_it_is(shop: Shop, sale: Transaction) -> None:
    shop.requested(sale)
    client = shop.client("manager")
    page = client.get("/approvals/").text
    assert "Merchant" in heads(page, "approvals")
    assert f'data-label="Merchant">{FAR}<' in page
    assert "Aroha Ngata" in page
    form = client.get(f"/transactions/{sale.id}/refund").text
    assert f"<dt>Merchant</dt><dd>{FAR}</dd>" in form
    operation = shop.client("auditor").get(f"/operations/show/{operation_of(shop, sale)}").text
    assert f"<dt>Merchant</dt><dd>{FAR}</dd>" in operation
    assert "FAR-1" in operation


def operation_of(shop: Shop, sale: Transaction) -> int:
    with shop.books() as session:
        return max(each.id for each in session.get_one(Transaction, sale.id).operations)


def test_who_works_for_one_is_not_told_which(shop: Shop) -> None:
    mine = shop.sale(State.CAPTURED, PARIS)
    with shop.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        shop.users["alone"] = make_user(session, "alone", "Supervisor", [shop.merchant(session, PARIS)]).id
    alone = shop.client("alone")
    for path in (f"/transactions/show/{mine.id}", f"/transactions/{mine.id}/refund"):
        page = alone.get(path).text
        assert mine.reference in page
        assert "<dt>Merchant</dt>" not in page
