"""The list of keyboard shortcuts: what the page declares, focus kept inside, never while somebody types."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

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
