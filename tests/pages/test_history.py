"""The history of sales on the screen: form, search, order, pages, sums, and the way back from a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.states import OperationName, State
from app.models import Customer
from app.models.queries import keyset
from app.views import sales
from config import Settings
from tests.factories import make_operation
from tests.house_fixtures import empty
from tests.pages.shop import FAR, PARIS, Shop

As = Callable[[str], FlaskClient]
LIST = "/transactions/list/"
SHOWN = re.compile(r'href="/transactions/show/(\d+)[?"]')
PEOPLE = ("merchant", "contract", "membership", "user_setting", "reason")
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def rows(page: str) -> list[int]:
    """The numbers of the sales a page shows, in its order."""
    return [int(number) for number in SHOWN.findall(page)]


def link(page: str, text: str) -> str:
    """Where a link with this text leads."""
    found = re.search(rf'<a class="[^"]*" href="([^"]+)"[^>]*>{re.escape(text)}', page)
    assert found, f"no link {text}"
    return unescape(found[1])


def field(page: str, name: str) -> str:
    """What an input of the filter holds."""
    found = re.search(rf'id="filter-{name}" name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


@pytest.fixture(scope="module")
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
        ("last4=12", "last4", "another form"),
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


def test_pages_go_on_and_back_with_filter_and_order(week: list[int], as_: As) -> None:
    client = as_("clerk")
    url = f"{LIST}?created_by=clerk&sort=amount&page_size=3"
    pages = []
    for text in ("Next page", "Next page", "Previous page", "Previous page"):
        page = client.get(url).text
        pages.append(rows(page))
        assert 'aria-sort="ascending"' in page
        url = link(page, text)
    cancelled, *others = (week[4], *week[:4], *week[5:])  # of nothing any more
    assert pages == [[cancelled, *others[:2]], others[2:5], others[5:], others[2:5]]
    last = client.get(url).text
    assert rows(last) == pages[0]
    assert 'rel="prev"' not in last
    assert (
        link(client.get(link(last, "Next page")).text, "First page")
        == f"{LIST}?created_by=clerk&sort=amount&page_size=3"
    )


def test_a_column_sorts_both_ways_and_keeps_the_filter(week: list[int], as_: As) -> None:
    client = as_("clerk")
    page = client.get(f"{LIST}?state=CAPTURED&page_size=25").text
    assert '<th role="columnheader" scope="col" class="" aria-sort="descending"' in page
    assert link(page, "Amount") == f"{LIST}?state=CAPTURED&page_size=25&sort=amount"
    page = client.get(f"{LIST}?sort=amount&state=CAPTURED").text
    assert link(page, "Amount") == f"{LIST}?state=CAPTURED&sort=-amount"
    assert {link(page, text).rpartition("sort=")[2] for text in ("Taken", "Scheme, card", "Order")} == {
        "created_at", "brand", "order_number",
    }  # fmt: skip


def test_a_cursor_of_another_order_begins_anew(week: list[int], as_: As) -> None:
    page = as_("clerk").get(f"{LIST}?page_size=2").text
    cursor = link(page, "Next page").rpartition("cursor=")[2]
    for query in (f"sort=brand&cursor={cursor}", "cursor=AAAA"):
        page = as_("clerk").get(f"{LIST}?page_size=7&{query}")
        assert page.status_code == 200
        assert set(rows(page.text)) == set(week)


def test_a_bounded_count_says_so(week: list[int], as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "7 records" in as_("clerk").get(LIST).text
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 5)
    page = as_("clerk").get(LIST).text
    assert "more than 5 records" in page
    assert 'class="sums"' not in page, "what was not counted to its end is not added up"


def test_sums_by_day_and_scheme(week: list[int], shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    page = text_of(shop.client("clerk").get(LIST).text)
    # taken: without the refused, uncertain and cancelled ones: 10 + 20 + 30 + 70; remitted 20 + 30; refunded 30
    assert "7 sales · taken €130.00 · remitted €50.00 · refunded €30.00" in page
    assert "CB 4 €110.00 €30.00 €30.00" in page
    assert "VISA 3 €20.00 €20.00 €0.00" in page
    assert "19 Nov 2026 VISA 1 €20.00 €20.00 €0.00" in page
    assert "17 Nov 2026 VISA 1 €0.00 €0.00 €0.00" in page
    monkeypatch.setattr(sales, "MOST_PERIODS", 3)
    page = text_of(shop.client("clerk").get(LIST).text)
    assert "By month and scheme" in page
    assert "November 2026 CB 4 €110.00 €30.00 €30.00" in page
    french = text_of(shop.client("clerk", "fr").get(f"{LIST}?state=CAPTURED").text)
    assert "VISA 1 20,00 € 20,00 € 0,00 €" in french


def test_days_and_times_are_the_merchants_own(shop: Shop) -> None:
    shop.sale(State.CAPTURED, at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC), amount=100)
    shop.sale(State.CAPTURED, FAR, at=datetime(2026, 11, 20, 12, 30, tzinfo=UTC), amount=100)  # 01:30 on the 21st
    page = text_of(shop.client("clerk").get(f"{LIST}?date_from=2026-11-21&date_to=2026-11-21").text)
    assert "Each merchant's own time: Pacific/Auckland, Europe/Paris" in page
    assert "21 Nov 2026 CB 2 €2.00" in page
    assert "21 Nov 2026 00:30" in page
    assert "21 Nov 2026 01:30" in page


def test_one_order_number_added_up(week: list[int], as_: As) -> None:
    client = as_("clerk")
    page = client.get(f"/transactions/show/{week[0]}").text
    assert "All sales of order W-0" in page
    assert "2 sales · taken €30.00 · remitted €20.00 · refunded €0.00" in text_of(page)
    found = re.search(r'<a href="([^"]+)">Show them', page)
    assert found
    assert rows(client.get(unescape(found[1])).text) == week[:2]
    assert "All sales of order" not in client.get(f"/transactions/show/{week[6]}").text


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


def test_the_way_back_keeps_the_filter(week: list[int], as_: As) -> None:
    client = as_("clerk")
    url = f"{LIST}?created_by=clerk&sort=amount&page_size=25"
    page = client.get(url).text
    found = re.search(r'href="(/transactions/show/[^"]+)"', page)
    assert found
    record = client.get(unescape(found[1])).text
    assert link(record, "Back to the list") == url
    client.get("/operations/list/?name=CREDIT")
    bare = client.get(f"/transactions/show/{week[0]}").text
    assert link(bare, "Back to the list") == url, "an address without the way back leads to the list last looked at"
    for wrong in ("//evil.example/transactions/list/", "/users/list/?x=1", "https://evil.example/", LIST + "\r\nX: y"):
        assert (
            link(client.get(f"/transactions/show/{week[0]}", query_string={"back": wrong}).text, "Back to the list")
            == url
        )


def test_the_language_changes_and_the_list_stays(week: list[int], as_: As) -> None:
    client, url = as_("clerk"), f"{LIST}?amount=2000&sort=-amount"
    page = client.get(url).text
    assert f'name="next" value="{url.replace("&", "&amp;")}"' in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"language": "fr", "next": url, "csrf_token": token[1]}
    assert client.post("/preferences", data=form).location == url
    french = client.get(url).text
    assert 'lang="fr"' in french
    assert rows(french) == [week[1]]
    assert field(french, "amount") == "20,00"


def test_the_start_pages_links_can_be_filtered_further(week: list[int], as_: As) -> None:
    client = as_("clerk")
    page = client.get(f"{LIST}?todo=to-validate").text
    assert rows(page) == [week[6]]
    assert '<input type="hidden" name="todo" value="to-validate">' in page
    answer = client.get(f"{LIST}?todo=to-validate&typed=en&brand=VISA&q=")
    assert answer.location == f"{LIST}?brand=VISA&todo=to-validate"
    assert rows(client.get(answer.location).text) == []


def test_what_happened_is_told_in_sentences(shop: Shop, as_: As) -> None:
    sale = shop.sale(State.TO_CAPTURE, at=NOON, amount=10_000)
    with shop.books() as session:
        told = {"merchant_id": sale.merchant_id, "transaction_id": sale.id, "actor": "supervisor", "reserved_amount": 0}
        for number, (kind, amounts, data) in enumerate(
            (
                ("CANCELLED_IN_PART", (9_000, 0, 0), None),
                ("MOVED", (9_000, 0, 0), {"from": "2026-11-20", "to": "2026-11-22"}),
                ("CAPTURED", (9_000, 9_000, 0), None),
                ("REFUNDED_IN_PART", (9_000, 9_000, 2_500), None),
            )
        ):
            shop.event(
                session, kind=kind, at=NOON + timedelta(hours=number), data=data, from_state="TO_CAPTURE", to_state="CAPTURED",
                **dict(zip(("amount", "captured_amount", "refunded_amount"), amounts, strict=True)), **told,
            )  # fmt: skip
        make_operation(session, sale, OperationName.CREDIT, amount=2_500)
    page = text_of(as_("clerk").get(f"/transactions/show/{sale.id}").text)
    for sentence in (
        "20 Nov 2026 12:00 Authorisation asked. Amount: €100.00.",
        "20 Nov 2026 12:00 Cancelled in part. €10.00 let go, €90.00 remain. by supervisor",
        "20 Nov 2026 13:00 Moved to another day. From 20 Nov 2026 to 22 Nov 2026. by supervisor",
        "20 Nov 2026 14:00 Remitted to the bank. €90.00 sent to the bank.",
        "20 Nov 2026 15:00 Refunded in part. €25.00 refunded, €65.00 can still be refunded.",
    ):
        assert sentence in page, page[page.index("What happened") :]
    assert "Refund done €25.00" in page


def test_operations_by_date_name_and_status(week: list[int], shop: Shop, as_: As) -> None:
    client = as_("clerk")
    page = client.get("/operations/list/?name=TRANSACTION&status=SENT&date_from=2026-11-01").text
    assert len(re.findall(r"/operations/show/\d+", page)) == 1
    assert "Time of" in page or "own time" in page
    for sort in ("name", "-name", "status", "-status", "created_at", "-created_at"):
        answer = client.get(f"/operations/list/?sort={sort}&page_size=2")
        assert answer.status_code == 200
        assert len(set(re.findall(r"/operations/show/(\d+)", answer.text))) == 2
    assert client.get("/operations/list/?name=GONE").status_code == 400


@pytest.mark.parametrize(
    "url", [LIST, f"{LIST}?q=W-1", f"{LIST}?state=CAPTURED&sort=amount", "/operations/list/", "record"]
)
def test_few_statements(week: list[int], shop: Shop, as_: As, url: str) -> None:
    client: Any = as_("supervisor")
    address = f"/transactions/show/{week[1]}" if url == "record" else url
    client.get(address)
    with shop.statements() as sent:
        assert client.get(address).status_code == 200
    assert len(sent) <= 12, sent


def text_of(page: str) -> str:
    """What a page says, blanks levelled."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")).replace(" .", ".")
