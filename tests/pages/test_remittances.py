"""The remittances' pages: what the bank did, what it did not, and the same sums in list, page, paper and API."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.database import now
from app.domain.states import OperationName, OperationStatus, State
from app.models import Contract, Operation, Remittance
from tests.factories import make_contract, make_operation
from tests.pages.shop import FAR, PARIS, Shop
from tests.service.clock import BusinessClock

As = Callable[[str], FlaskClient]
DAY = date(2027, 3, 25)  # Maundy Thursday: the next bank day is Tuesday


@pytest.fixture
def clock(shop: Shop) -> BusinessClock:
    """It is 14:00 in Paris."""
    found = BusinessClock(shop.app.extensions["settings"].clock_file)
    found.at("2027-03-25 14:00")
    return found


def words(page: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]))


class Evening:
    """A remittance of PARIS and what is added to it."""

    def __init__(self, shop: Shop, merchant: str = PARIS, number: int = 41, state: str = "SENT") -> None:
        self.shop, self.merchant, self.lines = shop, merchant, 0
        with shop.books() as session:
            contract = session.scalars(
                select(Contract).where(Contract.merchant_id == shop.merchants[merchant]).order_by(Contract.id)
            ).first()
            assert contract is not None
            row = Remittance(
                merchant_id=contract.merchant_id, contract_id=contract.id, number=number, day=DAY, state=state,
                opened_at=now(), sent_at=None if state == "OPEN" else now(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            self.id, self.contract = row.id, contract.number

    def add(
        self, amount: int, name: OperationName = OperationName.CAPTURE, status: str = OperationStatus.DONE,
        brand: str = "CB", **values: object,
    ) -> Operation:  # fmt: skip
        """An operation on a sale of its own; what is done is the next line and counted."""
        done = status == OperationStatus.DONE
        sale = self.shop.sale(State.CAPTURED if done else State.TO_CAPTURE, self.merchant, amount=amount, brand=brand)
        with self.shop.books() as session:
            row = session.get_one(Remittance, self.id)
            if done:
                self.lines += 1
                row.lines = row.last_line = self.lines
                if name == OperationName.CREDIT:
                    row.credit_amount += amount
                else:
                    row.debit_amount += amount
            return make_operation(
                session, sale, name, status, amount=amount, remittance_id=self.id,
                remittance_line=self.lines if done else None, **values,
            )  # fmt: skip


def test_a_remittance_says_what_is_done_what_is_not_and_what_it_comes_to(shop: Shop, as_: As) -> None:
    evening = Evening(shop, state="PARTLY_SENT")
    evening.add(10_000)
    evening.add(2_500, brand="VISA")
    evening.add(500, OperationName.CREDIT)
    refused = evening.add(700, status=OperationStatus.REFUSED, response_code="05")
    aside = evening.add(800, status=OperationStatus.FAILED)
    unknown = evening.add(900, status=OperationStatus.UNKNOWN)
    page = as_("accountant").get(f"/remittances/show/{evening.id}").text
    said = words(page)
    assert f"Remittance {evening.contract}-41 PARIS SARL" in said
    assert "3 operations of this remittance are not done" in said
    assert "partly sent" in said
    for part in (
        "Lines 3", "Sales €125.00", "Refunds €5.00", "Net before commission €120.00",
        "Credit expected 30 Mar 2027 (value date 31 Mar 2027 )",
        "CB Sale 1 €100.00", "VISA Sale 1 €25.00", "CB Refund 1 -€5.00", "Net before commission – 3 €120.00",
    ):  # fmt: skip
        assert part in said, part
    troubles = page.split('id="troubles"')[1].split('id="lines"')[0]
    for each, status in ((refused, "refused"), (aside, "set aside"), (unknown, "outcome unknown")):
        row = next(r for r in troubles.split("<tr")[1:] if f'"/transactions/show/{each.transaction_id}"' in r)
        assert status in row
    lines = re.findall(r'/transactions/show/(\d+)"', page.split('id="lines"')[1])
    assert len(lines) == 3
    assert not {str(each.transaction_id) for each in (refused, aside, unknown)} & set(lines)
    listed = words(as_("accountant").get("/remittances/list/").text)
    assert f"25 Mar 2027 PARIS {evening.contract} 41 partly sent 3 €125.00 €5.00 €120.00" in listed


def test_the_lines_come_in_pages_and_all_of_them_on_paper(shop: Shop, as_: As) -> None:
    evening = Evening(shop)
    numbers = [str(evening.add(100 + n).transaction_id) for n in range(7)]
    client, found, url = as_("supervisor"), [], f"/remittances/show/{evening.id}?page_size=3"
    for _ in range(5):
        page = client.get(url).text.split('id="lines"')[1]
        found += re.findall(r'/transactions/show/(\d+)"', page)
        following = re.search(r'href="([^"]+)"[^>]* rel="next"', page)
        if following is None:
            break
        url = following[1].replace("&amp;", "&")
    assert found == numbers
    paper = client.get(f"/remittances/print/{evening.id}")
    assert re.findall(r'/transactions/show/(\d+)"', paper.text) == numbers
    assert "7 €7.21" in words(paper.text)
    assert "PARIS SARL" in paper.text
    assert client.get(f"/remittances/show/{evening.id}?cursor=nonsense").status_code == 200


def test_remittances_are_filtered_by_day_state_contract_and_merchant(shop: Shop, as_: As) -> None:
    mine, other = Evening(shop), Evening(shop, FAR, state="OPEN")
    client = as_("manager")

    def shown(query: str) -> set[int]:
        answer = client.get(f"/remittances/list/?{query}")
        assert answer.status_code == 200, query
        return {int(each) for each in re.findall(r'href="/remittances/show/(\d+)', answer.text)}

    assert shown("") == {mine.id, other.id}
    assert shown(f"contract={other.contract}") == {other.id}
    assert shown("state=SENT") == {mine.id}
    assert shown(f"merchant={FAR}") == {other.id}
    assert shown("date_from=2027-03-26") == set()
    assert shown("date_from=2027-03-25&date_to=2027-03-25") == {mine.id, other.id}
    for wrong in ("state=LOST", "date_to=soon", "colour=red"):
        assert client.get(f"/remittances/list/?{wrong}").status_code == 400, wrong


def test_the_page_of_a_remittance_leads_to_the_ones_around_it(shop: Shop, as_: As) -> None:
    first, second = Evening(shop, number=1), Evening(shop, number=2, state="OPEN")
    client = as_("auditor")
    page = client.get(f"/remittances/show/{first.id}").text
    assert re.search(rf'href="/remittances/show/{second.id}"[^>]*rel="next"', page)
    assert 'rel="prev"' not in page
    assert "The bank has done nothing of it." in page
    assert re.search(
        rf'href="/remittances/show/{first.id}"[^>]*rel="prev"', client.get(f"/remittances/show/{second.id}").text
    )


def test_who_may_look_at_remittances(shop: Shop, as_: As) -> None:
    evening = Evening(shop)
    for login, status in (("clerk", 403), ("risk", 403), ("admin", 403), ("accountant", 200), ("auditor", 200)):
        for path in ("list/", f"show/{evening.id}", f"print/{evening.id}"):
            assert as_(login).get(f"/remittances/{path}").status_code == status, (login, path)
    for number in ("999999", "x", "0", "9" * 30):
        assert as_("accountant").get(f"/remittances/show/{number}").status_code == 404
        assert as_("accountant").get(f"/remittances/print/{number}").status_code == 404


def test_a_page_of_lines_takes_the_same_statements_whatever_it_holds(shop: Shop, as_: As) -> None:
    evening = Evening(shop)
    evening.add(100)
    client, path = as_("accountant"), f"/remittances/show/{evening.id}"
    client.get(path)
    with shop.statements() as before:
        client.get(path)
    for n in range(12):
        evening.add(100 + n)
    for _ in range(3):
        evening.add(50, status=OperationStatus.REFUSED, response_code="05")
    with shop.statements() as after:
        client.get(path)
    assert len(after) == len(before)


def test_the_page_of_a_sale_leads_to_its_remittance_and_says_when_the_credit_comes(shop: Shop, as_: As) -> None:
    evening = Evening(shop)
    line = evening.add(10_000)
    path = f"/transactions/show/{line.transaction_id}"
    page = as_("supervisor").get(path).text
    assert f'<a href="/remittances/show/{evening.id}">Remittance {evening.contract}-41</a>' in page
    said = "The credit is expected on 30 Mar 2027, of value 31 Mar 2027, before commission."
    assert said in page
    clerk = as_("clerk").get(path).text
    assert f'"/remittances/show/{evening.id}"' not in clerk
    assert f"Remittance {evening.contract}-41" in clerk
    with shop.books() as session:
        session.get_one(Remittance, evening.id).state = "SETTLED"
    assert "The credit is expected" not in as_("supervisor").get(path).text


def test_the_page_of_a_deferred_sale_says_when_it_leaves_and_when_its_credit_comes(
    shop: Shop, clock: BusinessClock, as_: As
) -> None:
    client, friday = as_("clerk"), DAY + timedelta(days=1)

    def page(**values: object) -> str:
        sale = shop.sale(values.pop("state", State.TO_CAPTURE), **values)
        return client.get(f"/transactions/show/{sale.id}").text

    credit = "The credit is expected on 30 Mar 2027, of value 31 Mar 2027, before commission."
    assert f"It leaves with the remittance of 26 Mar 2027. {credit}" in page(capture_date=friday)
    late = page(capture_date=DAY - timedelta(days=1), limit_date=friday)
    assert f"It leaves with the remittance of 25 Mar 2027. {credit}" in late
    waits = "It is not remitted, and lapses after 26 Mar 2027, unless somebody decides."
    assert waits in page(state=State.TO_VALIDATE, limit_date=friday)
    assert waits in page(state=State.TO_CHALLENGE, limit_date=friday)
    assert waits in page(capture_date=friday, limit_date=friday, held=True)
    assert waits in page(capture_date=friday, limit_date=friday, capture_error="05")
    assert "Its last day has passed" in page(capture_date=DAY, limit_date=DAY - timedelta(days=1))
    clock.at("2027-03-25 21:30")  # after the cut-off it is leaving, and tried again until the day is over
    leaving = page(capture_date=DAY, limit_date=DAY)
    assert "It leaves with the remittance of 25 Mar 2027." in leaving
    assert "Its last day has passed" not in leaving
    clock.at("2027-03-25 14:00")
    for state in (State.REFUSED, State.CANCELLED, State.EXPIRED):
        other = page(state=state)
        assert "It leaves with" not in other
        assert "The credit is expected" not in other
    with shop.books() as session:
        contract = make_contract(session, shop.merchant(session, PARIS), "AMEX")
    amex = page(capture_date=friday, contract=contract)
    assert "The credit is expected on 01 Apr 2027, of value 01 Apr 2027, before commission." in amex
