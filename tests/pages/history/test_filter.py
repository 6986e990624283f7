"""The filter of the history: what is typed, what is wrong, who is found, what to do when nothing is."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.domain.states import State
from app.models import Customer
from tests.pages.history.page import LIST, NOON, As, field, link, rows
from tests.pages.shop import PARIS, Shop


def test_what_is_typed_becomes_the_apis_address(week: list[int], shop: Shop) -> None:
    for language, amount in (("en", "20.00"), ("en", "20"), ("fr", "20,00"), ("fr", "20")):
        query = {"typed": language, "q": "", "state": "", "brand": "VISA", "amount": amount, "date_from": ""}
        answer = shop.client("clerk", language).get(LIST, query_string=query)
        assert answer.location == f"{LIST}?brand=VISA&amount=2000"
    for language, shown in (("en", "20.00"), ("fr", "20,00")):
        page = shop.client("clerk", language).get(f"{LIST}?brand=VISA&amount=2000").text
        assert field(page, "amount") == shown
        assert '<option value="VISA" selected>' in page
        assert rows(page) == [week[1]]


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("amount=1.234&typed=en", "amount", "two different amounts"),
        ("amount=twelve&typed=en", "amount", "not an amount"),
        ("amount=12.5", "amount", "whole number"),
        ("last4=12", "last4", "the last four digits"),
        ("date_from=yesterday", "date_from", "not a date"),
        ("state=GONE", "state", "Possible"),
        ("brand=GONE", "brand", "Possible"),
        ("customer_id=" + "x" * 20, "customer_id", "At most 19"),
        ("q=" + "x" * 65, "q", "At most 64"),
    ],
)
def test_a_wrong_value_is_named_beside_its_field_and_the_rest_stays(
    week: list[int], as_: As, query: str, name: str, said: str
) -> None:
    other = "channel=FAX_ORDER&created_by=clerk&order_number=W-1"
    answer = as_("clerk").get(f"{LIST}?{query}&{other}")
    assert answer.status_code == 400
    error = re.search(rf'id="filter-{name}-error">([^<]+)<', answer.text)
    assert error, answer.text
    assert said in unescape(error[1])
    assert rows(answer.text) == []
    assert field(answer.text, "created_by") == "clerk"
    assert field(answer.text, "order_number") == "W-1"
    assert '<option value="FAX_ORDER" selected>' in answer.text
    assert f'href="#filter-{name}"' in answer.text
    if name not in ("state", "brand"):
        assert field(answer.text, name) == query.partition("=")[2].partition("&")[0]


def test_every_wrong_value_is_named_at_once(week: list[int], as_: As) -> None:
    page = as_("clerk").get(f"{LIST}?amount=x&typed=en&last4=1&date_to=never&colour=red").text
    for name in ("amount", "last4", "date_to"):
        assert f'id="filter-{name}-error"' in page
    assert "colour: There is no such field here." in page


def test_old_addresses_are_refused_not_ignored(week: list[int], as_: As) -> None:
    for query in (
        "_flt_0_state=PENDING",
        "_oc_TransactionView=amount&_od_TransactionView=asc",
        "page_TransactionView=3",
    ):
        assert as_("clerk").get(f"{LIST}?{query}").status_code == 400


def test_a_merchant_of_others_is_not_found(week: list[int], as_: As) -> None:
    assert as_("clerk").get(f"{LIST}?merchant=NOBODY").status_code == 404


CALLER = (
    "Hélène", "helene d'oeuvre", "DUPONT", "dupont helene", "oeuv", "06 12 34 56 78", "+33 6 12 34", "0033 612345678",
    "(0)6.12.34", "web-2026-0042", "2026", "0042", "b-2026-0", "helene@", "HELENE@Example.test", "4242",
)  # fmt: skip


def test_a_caller_is_found_however_it_is_said(shop: Shop, as_: As) -> None:
    with shop.books() as session:
        customer = Customer(
            merchant_id=shop.merchants[PARIS], created_at=NOON, name="Hélène d'Œuvre-Dupont", name_key="HELENE D OEUVRE DUPONT",
            telephone="+33612345678", telephone_key="33612345678", email="helene@example.test", email_key="helene@example.test",
        )  # fmt: skip
        session.add(customer)
        session.flush()
    wanted = shop.sale(
        State.TO_CAPTURE, customer_row_id=customer.id, order_number="Web-2026-0042", order_key="WEB-2026-0042", last4="4242"
    )  # fmt: skip
    shop.sale(State.TO_CAPTURE, order_number="Other", order_key="OTHER", reference="OTHERSALE", customer_row_id=None)
    client = as_("clerk")
    for q in CALLER:
        page = client.get(LIST, query_string={"q": q}).text
        assert rows(page) == [wanted.id], q
        assert field(page, "q") == q
    for q in ("elene", "upont", "12 34 56 78", "web-2027", "DUPONT JEAN"):
        assert rows(client.get(LIST, query_string={"q": q}).text) == [], q


def test_nothing_found_and_nothing_there_say_what_to_do(shop: Shop, as_: As) -> None:
    page = as_("clerk").get(LIST).text
    assert "No order has been taken yet." in page
    assert 'href="/counter">Take the first one' in page
    assert "Take the first one" not in as_("auditor").get(LIST).text
    page = as_("clerk").get(f"{LIST}?state=CAPTURED").text
    assert "No record matches." in page
    assert link(page, "Clear the filters") == LIST
    assert "Nothing has happened yet." in as_("clerk").get("/operations/list/").text


def test_the_start_pages_links_can_be_filtered_further(week: list[int], as_: As) -> None:
    client = as_("clerk")
    page = client.get(f"{LIST}?todo=to-validate").text
    assert rows(page) == [week[6]]
    assert '<input type="hidden" name="todo" value="to-validate">' in page
    answer = client.get(f"{LIST}?todo=to-validate&typed=en&brand=VISA&q=")
    assert answer.location == f"{LIST}?brand=VISA&todo=to-validate"
    assert rows(client.get(answer.location).text) == []
