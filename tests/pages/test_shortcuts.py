"""The list of keyboard shortcuts: what the page declares, focus kept inside, never while somebody types."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.states import State
from tests.pages.shop import Shop
from tests.web.browser import Person

Sit = Callable[..., Person]


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_the_question_mark_lists_the_keys_of_the_page(sit: Sit, locale: str) -> None:
    clerk = sit(locale=locale)
    page = clerk.page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Alt N")
    expect(dialog).to_contain_text({"fr-FR": "Saisir une commande", "en-GB": "Take an order"}[locale])
    assert clerk.violations() == []
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Alt+n")  # of the page behind
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/counter")


def test_a_question_mark_typed_in_a_field_is_a_question_mark(sit: Sit) -> None:
    page = sit().page
    page.goto("/counter")
    page.locator("#order_number").focus()
    page.keyboard.type("A-1?")
    expect(page.locator("#order_number")).to_have_value("A-1?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.locator("[data-shortcuts-open]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Alt V")
    page.keyboard.press("Escape")
    expect(page.locator("[data-shortcuts-open]")).to_be_focused()


def test_the_key_can_be_switched_off_and_the_button_stays(sit: Sit) -> None:
    page = sit().page
    page.keyboard.press("?")
    page.locator("#shortcuts-key").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.goto("/help")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.locator("[data-shortcuts-open]").click()
    expect(page.locator("#shortcuts")).to_be_visible()
    page.locator("#shortcuts-key").check()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def test_the_stroke_leads_to_the_search_box_and_the_lists_keys_are_told(sit: Sit, shop: Shop) -> None:
    sale = shop.sale(State.CAPTURED)
    for _ in range(2):
        shop.sale(State.TO_VALIDATE)
    page = sit("supervisor").page
    page.goto("/transactions/list/?page_size=2")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    for told in ("Search", "Alt N", "Next page"):
        expect(dialog).to_contain_text(told)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#filter-q")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("#filter-q")).to_have_value("a/b")
    page.keyboard.press("Alt+n")
    page.wait_for_url("**cursor=**")
    page.keyboard.press("Alt+p")
    page.wait_for_url(lambda url: "cursor=" in url)
    page.goto(f"/transactions/show/{sale.id}")
    page.keyboard.press("Alt+r")
    page.wait_for_url(f"**/transactions/{sale.id}/refund")


def test_the_order_pages_keys_are_named_by_what_they_do(sit: Sit) -> None:
    page = sit().page
    page.goto("/counter")
    page.keyboard.press("Escape")
    page.locator("[data-shortcuts-open]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("take the next order number")
    expect(dialog).to_contain_text("change the day of the remittance")


def test_the_order_pages_keys_are_read_from_the_first_one_and_named_as_on_the_keyboard(sit: Sit) -> None:
    page = sit(locale="fr-FR").page
    page.goto("/counter")
    page.locator("[data-shortcuts-open]").click()
    dialog = page.get_by_role("dialog")
    first = dialog.locator("dt").first
    expect(first).to_have_text("Entrée")
    expect(first).to_be_in_viewport()
    expect(dialog).to_contain_text("Échap")
    assert "Esc" not in dialog.inner_text()
    inside = "([list, box]) => list.getBoundingClientRect().top >= box.getBoundingClientRect().top"
    assert page.evaluate(inside, [first.element_handle(), dialog.element_handle()])


def test_the_button_that_sends_the_order_is_seen_without_scrolling(sit: Sit) -> None:
    page = sit(locale="fr-FR").page
    page.goto("/counter")
    page.fill("#card_number", "4970100000000006")  # two brands: the longest the form gets
    expect(page.locator("[data-other-brand]")).to_be_visible()
    button = page.locator("#order .form-actions button").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 800


def test_a_change_of_language_keeps_what_was_typed_but_the_card(sit: Sit) -> None:
    page = sit().page
    page.goto("/counter")
    page.fill("#amount", "1,234.50")
    page.fill("#order_number", "LANG-1")
    page.check("[name=channel][value=FAX_ORDER]")
    page.fill("#customer_name", "Hélène")
    page.fill("#note", "4970 1000 0000 0006")
    page.fill("#card_number", "4970100000000006")
    page.click("[name=language][value=fr]")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#amount")).to_have_value("1234,50")
    expect(page.locator("#order_number")).to_have_value("LANG-1")
    expect(page.locator("[name=channel][value=FAX_ORDER]")).to_be_checked()
    expect(page.locator("#customer_name")).to_have_value("Hélène")
    for name in ("#note", "#card_number"):
        expect(page.locator(name)).to_have_value("")
    assert page.evaluate("JSON.stringify(Object.entries(sessionStorage))").count("0006") == 0
    page.reload()
    expect(page.locator("#order_number")).to_have_value("")
