"""The order page in Chromium for somebody of several merchants: what is typed, where the focus is, what the sentence says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.pages.shop import FAR, PARIS, Shop
from tests.web.browser import Person

Sit = Callable[..., Person]


@pytest.fixture
def typist(sit: Sit, shop: Shop) -> Person:
    """At the page of PARIS, working for both."""
    person = sit("supervisor")
    person.page.goto(f"/counter?merchant={PARIS}")
    return person


def test_another_merchant_is_reached_by_keyboard_and_what_was_typed_goes_along(typist: Person) -> None:
    page = typist.page
    for field, typed in (
        ("amount", "49.90"),
        ("order_number", "CHANGED-1"),
        ("note", "blue"),
        ("customer_name", "Ngata"),
    ):
        page.fill(f"#{field}", typed)
    page.fill("#card_number", "4970100000000006")
    page.focus("#shop")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert page.input_value("input[name=merchant]") == PARIS, "walking through the merchants leaves no page"
    page.select_option("#shop", FAR)
    page.focus("#shop")
    with page.expect_navigation():
        typist.type("Enter")
    assert page.input_value("input[name=merchant]") == FAR
    kept = {name: page.input_value(f"#{name}") for name in ("amount", "order_number", "note", "customer_name")}
    assert kept == {"amount": "49.90", "order_number": "CHANGED-1", "note": "blue", "customer_name": "Ngata"}
    assert page.input_value("#card_number") == ""


def test_the_first_wrong_field_has_the_focus_also_in_the_folded_remittance(typist: Person) -> None:
    page = typist.page
    for field, typed in (("amount", "49.90"), ("card_number", "4970100000000006"), ("card_expiry", "0730")):
        page.fill(f"#{field}", typed)
    typist.type("Alt+r")
    expect(page.locator("#capture_day")).to_be_focused()
    page.fill("#shipping_date", "2999-01-01")
    page.keyboard.press("Escape")
    page.focus("#card_expiry")
    assert not page.evaluate("document.querySelector('.remittance').open")
    typist.type("Enter")
    expect(page.locator("#shipping_date-error")).to_be_visible()
    page.wait_for_timeout(200)  # the box tells of its opening after a moment
    expect(page.locator("#shipping_date")).to_be_focused()


def test_what_waits_for_a_person_keeps_its_whole_delay_whenever_the_goods_leave(typist: Person) -> None:
    page = typist.page
    typist.type("Alt+r")
    page.select_option("#capture_mode", "VALIDATION")
    page.select_option("#capture_day", "6")
    whole = page.locator("[data-remitted]").inner_text()
    page.fill("#shipping_date", page.get_attribute("#shipping_date", "min") or "")
    assert page.locator("[data-remitted]").inner_text() == whole
