"""The order of the history and its pages, and the way back from a record."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.pages.history.page import LIST, As, field, link, rows
from tests.pages.shop import Shop


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
