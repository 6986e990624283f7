"""A supervisor's day by keyboard alone: what a verb does is asked for on the sale's page and told there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.days.conftest import APPROVED, REFERRAL, Worker
from tests.days.hands import Keys

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
STATES = {
    "fr": {"remit": "à remettre", "validate": "à valider", "remitted": "remise", "cancelled": "annulée", "check": "à contrôler",
           "call": "appel phonie"},
    "en": {"remit": "to remit", "validate": "to validate", "remitted": "remitted", "cancelled": "cancelled", "check": "to check",
           "call": "call the bank"},
}  # fmt: skip


@pytest.mark.parametrize("language", STATES)
def test_a_supervisors_day(worker: Callable[..., Worker], language: str) -> None:
    boss, states, mark = worker(language, Keys), STATES[language], f"V{language.upper()}"
    boss.comes("supervisor")
    boss.looks_right()

    takes(boss, f"{mark}-1", APPROVED, "IMMEDIATE")  # remitted: given back in two parts
    opens(boss, f"{mark}-1", states["remitted"])
    for amount, left in ((boss.words["part"], 1), ("", 0)):
        begins(boss, "refund")
        if amount:
            boss.hand.write("#amount", amount)
        boss.hand.choose("#reason", "RETURNED")
        confirms(boss)
        expect(boss.page.locator("main form[action*='/action/refund/']")).to_have_count(left)

    takes(boss, f"{mark}-2", APPROVED)
    opens(boss, f"{mark}-2", states["remit"])
    begins(boss, "amend")  # the caller's name was misheard
    boss.hand.write("#order_number", f"{mark}-2B")
    boss.hand.write("#customer_name", "Zoé Corrigée")
    confirms(boss)
    expect(boss.page.locator("h1")).to_contain_text(f"{mark}-2B")
    expect(boss.page.locator("main")).to_contain_text("Zoé Corrigée")
    begins(boss, "capture")  # and it leaves at once
    confirms(boss, states["remitted"])

    takes(boss, f"{mark}-3", REFERRAL)
    opens(boss, f"{mark}-3", states["call"])
    begins(boss, "force")
    boss.hand.write("#authorisation_number", "123456")
    confirms(boss, states["remit"])

    verb, became = ("accept-challenge", "remit") if language == "fr" else ("refuse-challenge", "cancelled")
    boss.hand.press("a.brand")  # a rule held some of the past's last sales; the start page counts them
    boss.hand.press(".count[href*=to-challenge]")
    boss.hand.press("#table-TransactionView tbody tr:first-child a[href*='/transactions/show/']")
    expect(boss.page.locator(".page-head")).to_contain_text(states["check"])
    begins(boss, verb)
    if verb == "refuse-challenge":
        boss.hand.choose("#reason", "DISPUTE")
    confirms(boss, states[became])
    boss.goes()


def takes(boss: Worker, number: str, card: str, mode: str = "") -> None:
    """Take an order; the same card minutes ago is meant."""
    boss.to("/counter")
    boss.fills_in(
        amount=boss.words["sum"], order_number=number, card_number=card, card_expiry="0730", security_code="123"
    )
    if mode:
        boss.page.keyboard.press("Alt+r")
        boss.hand.choose("#capture_mode", mode)
    boss.page.keyboard.press("Alt+v")
    title = boss.page.locator(".answer h2, .warning h2").first
    expect(title).to_be_visible()
    if title.inner_text() == boss.words["already"]:
        boss.page.keyboard.press("Alt+o")
        expect(title).not_to_have_text(boss.words["already"])
    expect(boss.page.locator(".answer")).to_contain_text(number)


def opens(boss: Worker, number: str, state: str) -> None:
    """Find an order as one does who has its number on the telephone."""
    boss.to("/transactions/list/")
    boss.hand.write("#filter-q", number)
    boss.hand.press(".search-line button")
    boss.hand.press(f"#table-TransactionView tbody tr:has-text('{number}') a[href*='/transactions/show/']")
    expect(boss.page.locator(".page-head")).to_contain_text(state)


def begins(boss: Worker, verb: str) -> None:
    """Press a verb's button of the sale's page."""
    boss.hand.press(f"main form[action*='/action/{verb}/'] button")
    boss.looks_right()


def confirms(boss: Worker, state: str = "") -> None:
    """Send the verb's form; the sale's page says that it was done."""
    boss.hand.press("form[data-action-form] .form-actions button")
    expect(boss.page.locator(".notice.good").first).to_be_visible()
    expect(boss.page.locator(".page-head")).to_contain_text(state)
    boss.looks_right()
