"""The desk's own keys: what the page is for is done with Alt and a letter, from wherever the focus is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.bank.conftest import BankProcess
from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.desk import Desk
from tests.web.test_shipped_today import deferred
from tests.web.test_supervisors_day import alarm, silent


@pytest.fixture
def person(chromium: Browser, address: str, bank: BankProcess) -> Iterator[Person]:
    """The supervisor at the desk; nothing may be complained about in the end."""
    person = Person(chromium, address, "en-GB")
    person.sign_in("supervisor", PASSWORD)
    person.page.click("[name=language][value=en]")
    person.page.wait_for_load_state()
    yield person
    bank.control(clear=True)
    complaints = person.complaints
    person.close()
    assert complaints == []


def test_shipped_today_without_leaving_the_text(person: Person, supervisor: Desk) -> None:
    sale = deferred(supervisor, f"K-{uuid.uuid4().hex[:5].upper()}", "40.00")
    page = person.page
    page.goto("/shipped/")
    person.type(sale.order_number or "", "Alt+v")
    expect(page.locator("[data-ticked-count]")).to_have_text("1")
    person.type("Alt+v")
    expect(page.locator(".bulk-counts")).to_contain_text("1 done")
    assert supervisor.sale(sale.reference).state == "TO_CAPTURE"


def test_an_alarm_is_acknowledged_and_the_bank_asked_by_key(
    person: Person, supervisor: Desk, bank: BankProcess
) -> None:
    page = person.page
    alarm(supervisor, supervisor.taken())
    page.goto("/alarms/")
    page.locator("[name=alarm]").first.check()
    person.type("Alt+a")
    expect(page.locator(".notice").first).to_contain_text("The alarm is acknowledged.")
    silent(supervisor, bank, f"K-{uuid.uuid4().hex[:5].upper()}")
    page.goto("/uncertain/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Ask the bank now")
    page.keyboard.press("Escape")
    person.type("Alt+a")
    expect(page.locator(".notice").first).to_contain_text("The bank was asked")
    assert person.violations() == []
