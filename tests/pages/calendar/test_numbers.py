"""Each number of the calendar is exactly the rows its link shows, for whoever may see it, in few statements."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.database import now
from app.domain.states import State
from app.models import Contract, Transaction
from app.web.formats import amount
from tests.pages.calendar.page import THURSDAY, As, numbers, rows, some_sales
from tests.pages.shop import FAR, PARIS, Shop
from tests.service.clock import BusinessClock


def kind(sale: Transaction) -> tuple[str, date | None] | None:
    """What a sale is on the calendar and the day it stands on, as a person would say it."""
    if sale.state == State.TO_VALIDATE:
        return "to validate", sale.limit_date
    if sale.state == State.TO_CHALLENGE:
        return "to check", sale.limit_date
    if sale.state != State.TO_CAPTURE:
        return None
    if sale.capture_error:
        return "refused at the remittance", sale.limit_date
    return ("held", sale.limit_date) if sale.held else ("to remit", sale.capture_date)


@pytest.mark.parametrize("login", ["supervisor", "accountant", "manager", "auditor"])
def test_each_number_is_exactly_the_rows_its_link_shows(shop: Shop, clock: BusinessClock, as_: As, login: str) -> None:
    sales = some_sales(shop, 160)
    today = {
        shop.merchants[PARIS]: now().astimezone(ZoneInfo("Europe/Paris")).date(),
        shop.merchants[FAR]: now().astimezone(ZoneInfo("Pacific/Auckland")).date(),
    }
    assert len(set(today.values())) == 2
    expected: dict[tuple[str, str, int | None], set[int]] = {}
    for sale in sales:
        known = kind(sale)
        if known is None:
            continue
        words, day = known
        assert day is not None
        place = day.isoformat() if day >= today[sale.merchant_id] else "late"
        for contract in (None, sale.contract_id):
            for name in (words,) if words == "to remit" else (words, "lapsing unless decided"):
                expected.setdefault((place, name, contract), set()).add(sale.id)
    with shop.books() as session:
        contracts = {each.number: each.id for each in session.scalars(select(Contract))}
    client = as_(login)
    amounts = {sale.id: sale.amount for sale in sales}
    found = {}
    for url, count, words, sums in numbers(client.get("/calendar/")):
        listed = rows(client, url)
        assert len(listed) == len(set(listed)) == count, url
        with shop.app.test_request_context(headers={"Accept-Language": "en"}):
            assert sums == amount(sum(amounts[each] for each in listed), "EUR"), url
        numbered = re.search(r"contract=(\w+)", url)
        found[url.split("/")[2], words, contracts[numbered[1]] if numbered else None] = set(listed)
    for key, ids in found.items():
        assert ids == expected[key], key
    shown = {(place, words): set().union(*(ids for (p, w, _), ids in found.items() if (p, w) == (place, words)))
             for place, words, _ in expected}  # fmt: skip
    assert shown == {(place, words): ids for (place, words, contract), ids in expected.items() if contract is None}


def test_only_who_plans_gets_ticks_and_forms(shop: Shop, clock: BusinessClock, as_: As) -> None:
    sale = shop.sale(State.TO_CAPTURE, capture_date=THURSDAY)
    for login in ("supervisor", "manager", "accountant", "auditor"):
        page = as_(login).get(f"/calendar/{THURSDAY}/").text
        plans = login in ("supervisor", "manager")
        assert (f'name="rowid" value="{sale.id}"' in page) == plans, login
        for verb in ("move", "hold"):
            assert (f'href="/transactions/{sale.id}/{verb}"' in page) == plans, (login, verb)
            assert (f'name="action" value="{verb}"' in page) == plans, (login, verb)
    for login in ("clerk", "risk", "admin"):
        assert as_(login).get("/calendar/").status_code == 403
        assert as_(login).get(f"/calendar/{THURSDAY}/").status_code == 403


def test_a_calendar_takes_few_statements_whatever_it_shows(shop: Shop, clock: BusinessClock, as_: As) -> None:
    client = as_("supervisor")
    client.get("/calendar/")
    with shop.statements() as before:
        client.get("/calendar/")
    some_sales(shop, 60)
    with shop.statements() as after:
        client.get("/calendar/")
    assert len(after) <= len(before) + 1  # the sums of unclosed remittances, when there are any
