"""The history in Chromium: keyboard, both widths, both languages, nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.database import now
from app.domain.states import State
from app.models import Customer
from tests.pages.shop import PARIS, Shop
from tests.web.browser import Person

Sit = Callable[..., Person]
WIDE = "[...document.querySelectorAll('.table-box')].map(box => box.scrollWidth - box.clientWidth)"
STATES = (State.TO_CAPTURE, State.CAPTURED, State.TO_VALIDATE, State.REFERRAL, State.REFUSED)


@pytest.fixture
def sold(shop: Shop) -> Shop:
    for number in range(10):
        shop.sale(STATES[number % 5], at=now() - timedelta(hours=number), amount=123_456_78, brand="MASTERCARD")
    return shop


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_the_history_at_both_widths(sold: Shop, sit: Sit, locale: str) -> None:
    person = sit("supervisor", locale)
    page = person.page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/transactions/list/", "/operations/list/", "/transactions/list/?state=CAPTURED"):
            page.goto(path)
            assert person.violations() == [], (width, path)
    page.locator(".sums > summary").click()
    assert person.violations() == []
    page.locator("#table-TransactionView tbody th a").first.click()
    page.wait_for_selector(".story")
    assert person.violations() == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert person.violations() == []


def test_a_search_by_keyboard_and_back(sold: Shop, sit: Sit) -> None:
    person = sit("clerk")
    page = person.page
    page.goto("/transactions/list/")
    assert max(page.evaluate(WIDE)) <= 0, "a clerk sees the whole row"
    page.focus("#filter-q")
    person.type("dup", "Enter")
    page.wait_for_url("**/transactions/list/?q=dup")
    page.locator("#table-TransactionView tbody th a").first.press("Enter")
    page.wait_for_selector(".story")
    page.get_by_text("Back to the list").press("Enter")
    page.wait_for_url("**/transactions/list/?q=dup")
    assert page.input_value("#filter-q") == "dup"


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_a_row_is_whole_with_its_actions_also_in_large_text(sold: Shop, sit: Sit, locale: str) -> None:
    person = sit("supervisor", locale)
    page = person.page
    for size in ("normal", "large"):
        for path in ("/transactions/list/", "/operations/list/", "/approvals/"):
            page.goto(path)
            page.click(f"[name=text_size][value={size}]")
            assert max(page.evaluate(WIDE), default=0) <= 0, (size, path)
    assert person.violations() == []


def test_customers_fit_a_narrow_screen(sold: Shop, sit: Sit) -> None:
    with sold.books() as session:
        session.add(
            Customer(
                merchant_id=sold.merchants[PARIS], created_at=now(), name="Anne-Sophie de la Tour", name_key="ANNE",
                email="anne-sophie.de.la.tour.d.auvergne@courrier-electronique.example",
            )
        )  # fmt: skip
    page = sit("supervisor", viewport={"width": 360, "height": 740}).page
    page.goto("/customers/list/")
    assert max(page.evaluate(WIDE)) <= 0
