"""Every filter with every order, on screen and by API, against a plain Python filter of the same rows of two merchants."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from app.api.tokens import issue
from app.database import Scope, unit_of_work
from app.domain.states import STORED
from app.models import Customer, Transaction
from app.models.queries.operations import OperationFilter
from app.models.queries.transactions import PARAMETERS, SORTS
from app.security.identity import look_up
from config import Settings
from tests.factories import make_transaction
from tests.house_fixtures import empty
from tests.pages.shop import FAR, PARIS, Shop

SEED, ROWS = 20261124, 200
ZONES = {PARIS: ZoneInfo("Europe/Paris"), FAR: ZoneInfo("Pacific/Auckland")}
NAMES = ("Hélène Dupont", "Jean DUPOND", "Zoé de la Tour", "SARL Œuvres & Fils", "Anne-Marie Dupont", "O'Brien")
SHOWN = re.compile(r'href="/transactions/show/(\d+)[?"]')


def folded(text: str) -> str:
    """A name as people type it anyhow."""
    plain = unicodedata.normalize("NFKD", text.replace("Œ", "OE").replace("œ", "oe"))
    return " ".join(re.findall(r"[A-Z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).upper()))


class Books:
    """The rows, each beside its merchant's name and its customer's name and telephone, and who may look."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        chance = random.Random(SEED)
        self.rows: list[tuple[Transaction, str, str, str]] = []
        with shop.books() as session:
            for number in range(ROWS):
                merchant = chance.choice((PARIS, FAR))
                name, telephone = chance.choice(NAMES), f"336{chance.randrange(5):02d}{number:06d}"
                customer = Customer(
                    merchant_id=shop.merchants[merchant], name=name, name_key=folded(name), telephone=f"+{telephone}",
                    telephone_key=telephone, created_at=datetime(2026, 3, 1, tzinfo=UTC),
                )  # fmt: skip
                session.add(customer)
                session.flush()
                order = chance.choice((None, f"Web-{number % 8}", f"tel {number % 7}/26", "X"))
                sale = make_transaction(
                    session,
                    shop.merchant(session, merchant),
                    chance.choice(STORED),
                    amount=chance.choice((100, 250, 999, 12_345, 100_000)),
                    # around the night in which the clock goes forward in Paris, whole hours: many alike
                    at=datetime(2026, 3, 27, tzinfo=UTC) + timedelta(hours=chance.randrange(96)),
                    order_number=order,
                    order_key=order and order.upper(),
                    brand=chance.choice(("CB", "VISA", "MASTERCARD", "AMEX")),
                    channel=chance.choice(("TELEPHONE_ORDER", "MAIL_ORDER", "FAX_ORDER")),
                    last4=f"{number % 25:04d}",
                    created_by=chance.choice(("clerk", "supervisor", "clerk2")),
                    customer_id=f"C{number % 30}",
                    shipping_date=date(2026, 3, 28 + number % 3) if number % 4 else None,
                    customer_row_id=customer.id,
                )
                self.rows.append((sale, merchant, name, telephone))
        with shop.app.app_context():
            identity = look_up(shop.users["auditor"])
            assert identity is not None
            self.headers = {"Authorization": f"Bearer {issue(identity)}"}
        self.screen, self.api = shop.client("auditor"), shop.app.test_client()

    def expected(self, keep: Callable[..., bool], sort: str) -> list[str]:
        """References of the rows to keep, in order; those without a value come last."""
        name, down = sort.lstrip("-"), sort.startswith("-")
        column = "order_key" if name == "order_number" else name
        kept = [row[0] for row in self.rows if keep(*row)]
        valued = [sale for sale in kept if getattr(sale, column) is not None]
        valued.sort(key=lambda sale: (getattr(sale, column), sale.id), reverse=down)
        rest = sorted((sale for sale in kept if getattr(sale, column) is None), key=lambda sale: sale.id, reverse=down)
        return [sale.reference for sale in valued + rest]

    def by_api(self, query: dict[str, Any]) -> list[str]:
        """References of all pages of 70."""
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.api.get(
                "/api/v1/transactions", query_string=query | cursor | {"page_size": 70}, headers=self.headers
            )
            assert answer.status_code == 200, answer.text
            page = json.loads(answer.text)
            found += [item["reference"] for item in page["items"]]
            if page["next_cursor"] is None:
                assert (page["count"], page["count_is_exact"]) == (len(found), True)
                return found
            cursor = {"cursor": page["next_cursor"]}

    def on_screen(self, query: dict[str, Any], size: int = 200) -> list[str]:
        """References of all pages, forward; on the way back the same ones."""
        reference = {sale.id: sale.reference for sale, *_ in self.rows}
        answer = self.screen.get("/transactions/list/", query_string=query | {"page_size": size})
        pages = [answer.text]
        while found := re.search(r'href="([^"]+)" rel="next"', pages[-1]):
            pages.append(self.screen.get(unescape(found[1])).text)
        back = [pages[-1]]
        while found := re.search(r'href="([^"]+)" rel="prev"', back[-1]):
            back.append(self.screen.get(unescape(found[1])).text)
        shown = [[reference[int(number)] for number in SHOWN.findall(page)] for page in pages]
        assert [SHOWN.findall(page) for page in reversed(back)] == [SHOWN.findall(page) for page in pages]
        return [each for page in shown for each in page]


@pytest.fixture(scope="module")
def books(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Books]:
    """One set of rows for all pairs: the tests only look."""
    empty(servers, written_tables)
    yield Books(Shop(app))
    empty(servers, written_tables)


def local(sale: Transaction, merchant: str) -> date:
    """The day of a sale in its merchant's zone."""
    return sale.created_at.astimezone(ZONES[merchant]).date()


def words(*wanted: str) -> Callable[..., bool]:
    """Whether each word begins a word of the customer's name."""
    return lambda _sale, _merchant, name, _telephone: all(
        any(each.startswith(word) for each in folded(name).split()) for word in wanted
    )


#: (parameter, value) and what it means.
FILTERS: dict[tuple[str, str], Callable[..., bool]] = {
    ("merchant", FAR): lambda sale, merchant, *_: merchant == FAR,
    ("order_number", "web-7"): lambda sale, *_: sale.order_number == "Web-7",
    **{("state", str(state)): (lambda sale, *_, state=state: sale.state == state) for state in STORED[:5]},
    ("brand", "VISA"): lambda sale, *_: sale.brand == "VISA",
    ("channel", "FAX_ORDER"): lambda sale, *_: sale.channel == "FAX_ORDER",
    ("last4", "0007"): lambda sale, *_: sale.last4 == "0007",
    ("amount", "12345"): lambda sale, *_: 12_345 in (sale.amount, sale.original_amount),
    ("date_from", "2026-03-29"): lambda sale, merchant, *_: local(sale, merchant) >= date(2026, 3, 29),
    ("date_to", "2026-03-29"): lambda sale, merchant, *_: local(sale, merchant) <= date(2026, 3, 29),
    ("created_by", "clerk"): lambda sale, *_: sale.created_by == "clerk",
    ("customer_id", "C7"): lambda sale, *_: sale.customer_id == "C7",
    ("shipping_date", "2026-03-29"): lambda sale, *_: sale.shipping_date == date(2026, 3, 29),
    ("q", "0007"): lambda sale, merchant, name, telephone: sale.last4 == "0007" or "0007" in (sale.order_key or ""),
    ("q", "b-1"): lambda sale, *_: "B-1" in (sale.order_key or ""),
    ("q", "dupon"): words("DUPON"),
    ("q", "dupont hélène"): words("DUPONT", "HELENE"),
    ("q", "oeuvres"): words("OEUVRES"),
    ("q", "06 03"): lambda sale, merchant, name, telephone: telephone.startswith("33603"),
    ("q", "+33 6 04"): lambda sale, merchant, name, telephone: telephone.startswith("33604"),
    ("q", "nobody"): words("NOBODY"),
}  # fmt: skip


def test_every_filter_of_the_interface_is_here() -> None:
    assert {name for name, _ in FILTERS} == {field.name for field in PARAMETERS} - {"sort", "cursor", "page_size"}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("given", FILTERS, ids=lambda given: "=".join(given))
def test_every_filter_in_every_order(books: Books, given: tuple[str, str], sort: str) -> None:
    name, value = given
    wanted = books.expected(FILTERS[given], sort)
    assert wanted or value == "nobody", "a filter that finds nothing proves little"
    assert books.by_api({name: value, "sort": sort}) == wanted
    assert books.on_screen({name: value, "sort": sort}) == wanted


@pytest.mark.parametrize("sort", SORTS)
def test_small_pages_hold_every_row_once_both_ways(books: Books, sort: str) -> None:
    assert books.on_screen({"sort": sort}, 23) == books.expected(lambda *_: True, sort)


@pytest.mark.parametrize("seed", range(12))
def test_filters_together(books: Books, seed: int) -> None:
    chance = random.Random(seed)
    chosen = dict(chance.sample([given for given in FILTERS if given[0] not in ("last4", "order_number")], 3))
    sort = chance.choice(list(SORTS))
    wanted = books.expected(lambda *row: all(FILTERS[given](*row) for given in chosen.items()), sort)
    assert books.by_api(chosen | {"sort": sort}) == books.on_screen(chosen | {"sort": sort}) == wanted


def test_sums_are_those_of_the_rows(books: Books) -> None:
    page = books.screen.get("/transactions/list/?brand=CB&page_size=25").text
    kept = [(sale, merchant) for sale, merchant, *_ in books.rows if sale.brand == "CB"]
    out = ("PENDING", "REFERRAL", "REFUSED")
    sums = (
        sum(sale.amount for sale, _ in kept if sale.state not in out),
        sum(sale.captured_amount for sale, _ in kept),
        sum(sale.refunded_amount for sale, _ in kept),
    )
    summary = re.search(r'<span class="sum">(.*?)</span>\s*</summary>', page, re.DOTALL)
    assert summary
    said = re.sub(r"<[^>]+>", "", unescape(summary[1]))
    taken, captured, refunded = (f"€{value / 100:,.2f}" for value in sums)
    assert said.strip() == f"{len(kept)} sales · taken {taken} · remitted {captured} · refunded {refunded}"
    days = {local(sale, merchant) for sale, merchant in kept}
    assert len(re.findall(r'<th role="rowheader" scope="row" data-label="Day">', page)) == len(days)


@pytest.mark.parametrize("sort", OperationFilter.sorts)
def test_operations_in_every_order(books: Books, sort: str) -> None:
    with books.shop.app.app_context(), unit_of_work(Scope(tuple(books.shop.merchants.values()))) as session:
        rows = list(session.scalars(select(OperationFilter.model)))
    name, down = sort.lstrip("-"), sort.startswith("-")
    rows.sort(key=lambda row: (getattr(row, name), row.created_at, row.id), reverse=down)
    url, found = f"/operations/list/?sort={sort}&page_size=60", []
    while url:
        page = books.screen.get(url).text
        found += re.findall(r'href="/operations/show/(\d+)[?"]', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        url = unescape(following[1]) if following else ""
    assert [int(number) for number in found] == [row.id for row in rows]
