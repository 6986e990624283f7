"""Requests for a second person decided by keyboard alone: a key for each decision, listed by "?", row by row."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete

from app.database import Scope, unit_of_work
from app.domain.states import OperationStatus
from app.models import MerchantLimit, Transaction
from tests.bank.conftest import BankProcess
from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.desk import Desk

WORDS = {"fr": ("Approuver", "Rejeter", "d'une ligne à l'autre"), "en": ("Approve", "Reject", "from one row")}


@pytest.fixture
def asked(supervisor: Desk) -> Iterator[list[Transaction]]:
    """Three cancellations the supervisor asked for, above a limit of 50.00."""
    mark = uuid.uuid4().hex[:5].upper()
    sales = [supervisor.taken(amount=f"{n}0.00", order_number=f"{mark}-{n}") for n in (6, 7, 8)]
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.add(MerchantLimit(merchant_id=sales[0].merchant_id, verb="cancel", amount=5000))
    for sale in sales:
        assert supervisor.act(sale, "cancel").status_code == 303
    supervisor.flashes()
    yield sales
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(delete(MerchantLimit))


@pytest.fixture(params=["fr", "en"])
def manager(request: pytest.FixtureRequest, chromium: Browser, address: str, bank: BankProcess) -> Iterator[Person]:
    """A manager in front of what waits, in either language; nothing may be complained about in the end."""
    person = Person(chromium, address, f"{request.param}-{request.param.upper()}")
    person.sign_in("manager", PASSWORD)
    person.page.click(f"[name=language][value={request.param}]")
    person.page.wait_for_load_state()
    yield person
    complaints = person.complaints
    person.close()
    assert complaints == []


def test_three_requests_without_a_mouse(manager: Person, supervisor: Desk, asked: list[Transaction]) -> None:
    page = manager.page
    page.goto("/approvals/")
    approve, reject, step = WORDS[page.locator("html").get_attribute("lang") or ""]
    dialog = page.get_by_role("dialog")
    page.keyboard.press("?")
    for told in ("Alt A", approve, "Alt R", reject, step):
        expect(dialog).to_contain_text(told)
    assert dialog.get_by_text("Alt A", exact=True).count() == 1
    page.keyboard.press("Escape")

    first, second, third = asked
    row = page.locator("#approvals tbody tr")
    page.keyboard.press("Alt+a")
    expect(row.nth(0).locator("[name=note]:visible")).to_be_focused()
    assert manager.violations() == []
    page.keyboard.press("Escape")  # not this one: the next
    expect(row.nth(0).locator("summary").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(row.nth(1).locator("summary").first).to_be_focused()
    page.keyboard.press("Alt+r")
    expect(row.nth(1).locator("[name=note]:visible")).to_be_focused()
    manager.type("not this one", "Enter")
    page.wait_for_load_state()
    expect(page.locator(".notice").first).to_be_visible()
    expect(row).to_have_count(2)

    page.keyboard.press("Alt+a")
    page.keyboard.press("Enter")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(third.order_number or "")
    page.keyboard.press("Alt+a")
    page.keyboard.press("Alt+a")  # closed again: nothing was sent
    expect(row.locator("[name=note]:visible")).to_have_count(0)
    assert supervisor.sale(third.reference).operations[-1].status == OperationStatus.REQUESTED
    page.keyboard.press("Alt+r")
    manager.type("Enter")
    expect(page.locator("#approvals")).to_have_count(0)
    statuses = [supervisor.sale(each.reference).operations[-1].status for each in asked]
    assert statuses == [OperationStatus.DONE, OperationStatus.REJECTED, OperationStatus.REJECTED]
    assert [supervisor.sale(each.reference).amount for each in (first, second)] == [0, 7000]
