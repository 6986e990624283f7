"""The remittance calendar: each number is exactly the rows its link shows, in each merchant's own days."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.database import now
from app.domain.states import State
from app.models import Contract, Remittance, Transaction
from app.web.formats import amount
from tests.factories import make_contract, make_transaction
from tests.pages.shop import FAR, PARIS, Shop
from tests.service.clock import BusinessClock

As = Callable[[str], FlaskClient]
NUMBER = re.compile(
    r'<a class="plan \w+" href="([^"]+)"><strong>([\d,]+)</strong> ([^<]+)<span class="unseen">[^<]*</span></a>'
    r' <span class="plan-sum">([^<]*)</span>'
)
SHOWN = re.compile(r'<th role="rowheader"[^>]*><a href="/transactions/show/(\d+)"')
# Thursday, the eve of Good Friday: the bank books nothing until Tuesday. In Auckland it is Friday already.
THURSDAY = date(2027, 3, 25)


@pytest.fixture
def clock(shop: Shop) -> BusinessClock:
    """It is 14:00 in Paris."""
    found = BusinessClock(shop.app.extensions["settings"].clock_file)
    found.at("2027-03-25 14:00")
    return found


def numbers(page: TestResponse) -> list[tuple[str, int, str, str]]:
    """(address, how many, of what, sums) of every number of the calendar."""
    assert page.status_code == 200
    found = NUMBER.findall(page.text)
    return [(url.replace("&amp;", "&"), int(count.replace(",", "")), words, sums) for url, count, words, sums in found]


def rows(client: FlaskClient, url: str) -> list[int]:
    """The sales a page of a day lists, all pages of it."""
    found: list[int] = []
    while url:
        page = client.get(url)
        assert page.status_code == 200, url
        found += map(int, SHOWN.findall(page.text))
        following = re.search(r'<a[^>]* href="([^"]+)"[^>]* rel="next"', page.text.partition("</table>")[2])
        url = following[1].replace("&amp;", "&") if following else ""
    return found


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


def some_sales(shop: Shop, count: int) -> list[Transaction]:
    """Sales of every state, merchant and contract, of days before, on and after today."""
    chance = random.Random(7)
    found = []
    with shop.books() as session:
        contracts = []
        for name in (PARIS, FAR):
            merchant = shop.merchant(session, name)
            make_contract(session, merchant, "AMEX")
            own = session.scalars(select(Contract).where(Contract.merchant_id == merchant.id)).all()
            contracts += [(merchant, contract) for contract in own]
        for _ in range(count):
            merchant, contract = chance.choice(contracts)
            state = chance.choice([*State][1:] + [State.TO_CAPTURE] * 8)
            day = THURSDAY + timedelta(days=chance.randint(-2, 7))
            planned = {"capture_date": day - timedelta(days=chance.randint(0, 3))} if state == State.TO_CAPTURE else {}
            values = {
                "limit_date": day,
                "held": state == State.TO_CAPTURE and chance.random() < 0.2,
                "capture_error": "05" if state == State.TO_CAPTURE and chance.random() < 0.1 else None,
            }
            found.append(
                make_transaction(
                    session,
                    merchant,
                    state,
                    chance.randint(1, 99_999),
                    contract=contract,
                    at=now(),
                    **planned,
                    **values,
                )
            )
    return found


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


def test_a_day_says_when_the_bank_is_closed_what_lapses_and_when_the_credit_comes(
    shop: Shop, clock: BusinessClock, as_: As
) -> None:
    shop.sale(State.TO_CAPTURE, amount=10_000, capture_date=THURSDAY)
    shop.sale(State.TO_CAPTURE, amount=2_000, capture_date=THURSDAY)
    shop.sale(State.TO_VALIDATE, amount=500, limit_date=THURSDAY + timedelta(days=1))
    with shop.books() as session:
        session.execute(update(Contract).where(Contract.merchant_id == shop.merchants[FAR]).values(active=False))
        contract = session.scalars(select(Contract).where(Contract.merchant_id == shop.merchants[PARIS])).one()
        sent = Remittance(
            merchant_id=contract.merchant_id,
            contract_id=contract.id,
            number=41,
            day=THURSDAY - timedelta(days=1),
            state="SENT",
            debit_amount=9_000,
            credit_amount=1_500,
            lines=3,
            opened_at=now(),
        )
        session.add(sent)
        session.flush()
    page = as_("supervisor").get("/calendar/").text
    classes = {day: names for names, day in re.findall(r'<li class="day([^"]*)" aria-labelledby="day-([^"]+)"', page)}
    assert classes == {
        "2027-03-25": " today",
        "2027-03-26": " closed today lapses-tomorrow",  # Good Friday; today in Auckland already
        "2027-03-27": " closed",
        "2027-03-28": " closed",
        "2027-03-29": " closed",
        "2027-03-30": "",
        "2027-03-31": "",
        "2027-04-01": "",
    }
    assert "lapses tomorrow" in page
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "credit expected 30 Mar 2027" in text
    number = contract.number
    assert f"25 Mar 2027 30 Mar 2027 PARIS {number} 24 Mar 2027 {number}-41 €75.00" in text
    assert f"30 Mar 2027 31 Mar 2027 PARIS {number} 25 Mar 2027 planned €120.00" in text
    assert f"PARIS {number} PARIS CARD 21:00 (Europe/Paris) 25 Mar 2027" in text
    clock.at("2027-03-25 21:00")
    late = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", as_("supervisor").get("/calendar/").text))
    assert f"PARIS {number} PARIS CARD 21:00 (Europe/Paris) 26 Mar 2027 (today's has left)" in late


def test_the_days_a_contracts_own_bank_is_closed_are_marked_in_words(shop: Shop, clock: BusinessClock, as_: As) -> None:
    shop.sale(State.TO_CAPTURE, amount=10_000, capture_date=date(2027, 3, 30))
    with shop.books() as session:
        session.execute(update(Contract).where(Contract.merchant_id == shop.merchants[FAR]).values(active=False))
        card = session.scalars(select(Contract).where(Contract.merchant_id == shop.merchants[PARIS])).one()
        amex = make_contract(session, shop.merchant(session, PARIS), "AMEX")
        card.bank_closed_on, amex.bank_closed_on = "2027-03-27,2027-03-30,2027-03-31", "2027-03-31"

    def marks(page: str) -> dict[str, str]:
        found = re.findall(
            r'aria-labelledby="day-([^"]+)">.*?</h2>(.*?)(?=<p class="leaves">|<p class="hint">|<div)', page, re.DOTALL
        )
        return {day: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip() for day, text in found}

    said = marks(as_("supervisor").get("/calendar/").text)
    assert said["2027-03-27"] == "bank closed"  # a Saturday: for everybody
    assert said["2027-03-30"] == f"bank closed: contract {card.number}"
    assert said["2027-03-31"] == "bank closed"
    assert said["2027-04-01"] == ""
    own, both, other = (
        as_("supervisor").get(f"/calendar/{day}/").text for day in ("2027-03-30", "2027-03-31", "2027-04-01")
    )
    assert f"The bank of contract {card.number} is closed on this day" in own
    assert "The bank is closed on this day" in both
    assert "closed on this day" not in other


def test_what_is_late_leaves_with_the_next_remittance(shop: Shop, clock: BusinessClock, as_: As) -> None:
    sale = shop.sale(State.TO_CAPTURE, amount=700, capture_date=THURSDAY - timedelta(days=1))
    page = as_("accountant").get("/calendar/").text
    assert 'id="late"' in page
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "25 Mar 2027 planned €7.00" in text
    assert rows(as_("accountant"), "/calendar/late/") == [sale.id]
    assert rows(as_("accountant"), "/calendar/2027-03-24/") == []


def test_a_day_is_filtered_by_shipping_day_contract_and_merchant(shop: Shop, clock: BusinessClock, as_: As) -> None:
    day = THURSDAY + timedelta(days=2)
    shipped = shop.sale(State.TO_CAPTURE, capture_date=day, shipping_date=THURSDAY)
    other = shop.sale(State.TO_CAPTURE, FAR, capture_date=day)
    client = as_("manager")
    url = f"/calendar/{day}/"
    assert rows(client, url) == [shipped.id, other.id]
    assert rows(client, f"{url}?shipping_date={THURSDAY}") == [shipped.id]
    assert rows(client, f"{url}?merchant={FAR}") == [other.id]
    assert rows(client, f"{url}?plan=lapsing") == []
    assert "Shipping day" in client.get(url).text
    for wrong in ("plan=sold", "shipping_date=soon", "merchant=x", "page_size=0", "colour=red"):
        answer = client.get(f"{url}?{wrong}")
        assert answer.status_code == 400, wrong
        assert "Nothing is shown until the filters are right." in answer.text
    assert client.get(f"{url}?merchant=NOBODY").status_code == 404
    for day_ in ("2027-02-30", "20270327", "tomorrow", "0001-01-01", "9999-12-31"):
        assert client.get(f"/calendar/{day_}/").status_code == 404, day_


def test_the_pages_of_a_large_day_hold_each_sale_once(shop: Shop, clock: BusinessClock, as_: As) -> None:
    ids = [shop.sale(State.TO_CAPTURE, capture_date=THURSDAY).id for _ in range(23)]
    assert rows(as_("supervisor"), f"/calendar/{THURSDAY}/?plan=remit&page_size=10") == ids


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
