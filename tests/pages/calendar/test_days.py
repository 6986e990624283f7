"""The days of the calendar and their pages: closed, late, filtered, large; each merchant's own."""

from __future__ import annotations

import re
from datetime import date, timedelta

from sqlalchemy import select, update

from app.database import now
from app.domain.states import State
from app.models import Contract, Remittance
from tests.factories import make_contract
from tests.pages.calendar.page import THURSDAY, As, rows
from tests.pages.shop import FAR, PARIS, Shop
from tests.service.clock import BusinessClock


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
        "2027-03-26": " closed today lapses-soon",  # Good Friday; today in Auckland already
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


def test_what_lapses_tonight_is_said_on_todays_card(shop: Shop, clock: BusinessClock, as_: As) -> None:
    shop.sale(State.TO_CAPTURE, amount=10_000, capture_date=THURSDAY)
    before = as_("supervisor").get("/calendar/").text
    assert "lapses tonight" not in before
    shop.sale(State.TO_VALIDATE, amount=500, limit_date=THURSDAY)
    page = as_("supervisor").get("/calendar/").text
    assert re.search(r'<li class="day today lapses-soon" aria-labelledby="day-2027-03-25"', page)
    assert page.count("lapses tonight") == 1
    assert "lapses tomorrow" not in page
    for page_of_the_day in ("", "?page_size=1"):  # the first row leaves by itself: what waits is on the next page
        of_day = as_("supervisor").get(f"/calendar/2027-03-25/{page_of_the_day}").text
        assert "What waits for somebody here lapses tonight." in of_day
    assert "lapses" not in as_("supervisor").get("/calendar/2027-03-27/").text


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
    assert said["2027-03-30"] == f"bank closed contract {card.number}"
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
