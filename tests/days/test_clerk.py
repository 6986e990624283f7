"""A clerk's day by keyboard alone: orders by telephone, a refusal, a call to the bank, a caller's question, a slip put right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.days.conftest import APPROVED, NO_MONEY, REFERRAL, WORDS, Worker
from tests.days.hands import Keys

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("language", WORDS)
def test_a_clerks_day(worker: Callable[..., Worker], language: str) -> None:
    clerk = worker(language, Keys)
    page, words, mark = clerk.page, clerk.words, f"D{language.upper()}"
    clerk.comes("clerk")
    clerk.looks_right()
    before = int(page.inner_text(".count.good strong, .count[href*=taken-today] strong"))

    page.keyboard.press("Alt+n")
    page.wait_for_url("**/counter*")
    clerk.order(f"{mark}-1", APPROVED)
    expect(page.locator(".answer h2")).to_have_text(words["approved"])
    clerk.looks_right()

    page.keyboard.press("Enter")  # the next order
    expect(page.locator("#amount")).to_be_focused()
    clerk.order(f"{mark}-2", NO_MONEY)
    expect(page.locator(".answer h2")).to_have_text(words["refused"])
    page.keyboard.press("Enter")  # another card
    expect(page.locator("#card_number")).to_be_focused()
    assert page.input_value("#order_number") == f"{mark}-2"
    page.keyboard.type(APPROVED)
    clerk.hand.write("#card_expiry", "0730")
    page.keyboard.press("Enter")
    panel = page.locator(".answer h2")
    expect(panel).to_have_text(words["already"])  # the same card and amount, minutes ago
    clerk.looks_right()
    page.keyboard.press("Alt+o")  # yes, a second order
    expect(panel).to_have_text(words["approved"])

    clerk.to("/counter")
    clerk.order(f"{mark}-3", REFERRAL)
    expect(page.locator(".answer h2")).to_have_text(words["call"])
    clerk.looks_right()
    clerk.hand.write("#authorisation_number", "123456")
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter*")
    expect(page.locator(".answer h2, .notice.good").first).to_contain_text(words["approved"])

    clerk.finds(f"{mark}-1")  # a caller asks
    expect(page.locator("main")).to_contain_text(words["remit"])
    clerk.looks_right()
    clerk.hand.press("main form[action*='/action/cancel/'] button")  # own slip, before the remittance
    clerk.hand.choose("#reason", "KEYING_ERROR")
    clerk.hand.press("form[data-action-form] button.danger")
    expect(page.locator("main")).to_contain_text(words["cancelled"])

    clerk.hand.press("a.brand")
    assert int(page.inner_text(".count[href*=taken-today] strong")) == before + 3
    clerk.hand.press(".help-link")
    expect(page.locator("h1")).to_have_text(words["help"])
    clerk.goes()
