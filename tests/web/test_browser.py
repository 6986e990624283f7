"""The clerk's order by keyboard in Chromium, in French and English: no axe violation, no console error, no policy refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.bank.conftest import BankProcess
from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.desk import APPROVED, NO_MONEY, REFERRAL, SILENT

LANGUAGES = {
    "fr-FR": ("112,35", "Acceptée", "Refusée", "habituelle", "KEYS-F"),
    "en-GB": ("113.36", "Approved", "Refused", "usual", "KEYS-E"),
}

Sit = Callable[..., Person]


@pytest.fixture
def sit(chromium: Browser, address: str, bank: BankProcess) -> Iterator[Sit]:
    """Seats somebody at the counter; in the end nothing may have been complained about."""
    seated: list[Person] = []

    def at_the_counter(login: str = "clerk", locale: str = "en-GB", **options: object) -> Person:
        person = Person(chromium, address, locale, **options)  # type: ignore[arg-type]  # Playwright's own
        seated.append(person)
        person.sign_in(login, PASSWORD)
        person.page.goto("/counter")
        return person

    yield at_the_counter
    complaints = [text for person in seated for text in person.complaints]
    for person in seated:
        person.close()
    assert complaints == []


@pytest.mark.parametrize("locale", LANGUAGES)
def test_an_order_by_keyboard_then_the_next_one(sit: Sit, locale: str) -> None:
    amount, approved, refused, usual, series = LANGUAGES[locale]
    clerk = sit(locale=locale)
    page = clerk.page
    page.click(f"[name=language][value={locale[:2]}]")  # the person's own choice beats the browser's
    page.wait_for_load_state()
    page.goto("/counter")
    assert clerk.violations() == []
    expect(page.locator("#amount")).to_be_focused()
    clerk.type(amount, "Tab", f"{series}-1", "Tab", "Tab", APPROVED)
    expect(page.locator("#card_number")).to_have_value("4970 1000 0000 0006")
    expect(page.locator("#card-brand")).to_have_text("CB / VISA")
    expect(page.locator("#brand option").first).to_have_text(f"CB ({usual})")
    clerk.type("Tab", "0730", "Tab", "123", "Enter")
    panel = page.locator(".answer")
    expect(panel.locator("h2")).to_have_text(approved)
    expect(page.locator("[data-next-order]")).to_be_focused()
    assert clerk.violations() == []
    assert page.input_value("#card_number") == page.input_value("#security_code") == ""
    assert APPROVED not in page.content()
    clerk.type("Enter")
    expect(panel).to_have_count(0)
    expect(page.locator("#amount")).to_be_focused()
    assert page.input_value("#order_number") == ""
    clerk.type(amount[:-1] + "9", "Tab", f"{series}-2", "Tab", "Tab", NO_MONEY, "Tab", "0730", "Enter")
    expect(page.locator(".answer h2")).to_have_text(refused)
    assert clerk.violations() == []
    clerk.type("Enter")  # another card
    expect(page.locator("#card_number")).to_be_focused()
    assert page.input_value("#order_number") == f"{series}-2"
    clerk.type(APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer h2")).to_have_text(approved)
    expect(page.locator(".answer")).to_contain_text(f"{series}-2")


def test_errors_stand_beside_their_fields_and_the_card_stays_in_the_browser(sit: Sit) -> None:
    clerk = sit()
    page = clerk.page
    page.fill("#card_number", APPROVED)
    page.fill("#card_expiry", "0730")
    page.fill("#amount", "1.234")
    page.press("#amount", "Enter")
    expect(page.locator("#amount-error")).to_contain_text("two different amounts")
    expect(page.locator("#amount")).to_be_focused()
    expect(page.locator("#amount")).to_have_attribute("aria-describedby", "amount-error")
    assert clerk.violations() == []
    assert page.input_value("#card_number").replace(" ", "") == APPROVED
    assert APPROVED not in page.content().replace(" ", "")
    page.fill("#amount", "3.00")
    page.press("#amount", "Enter")
    expect(page.locator(".answer h2")).to_have_text("Approved")
    expect(page.locator("#amount-error")).to_have_count(0)


def test_a_wrong_digit_is_told_before_anything_is_sent(sit: Sit) -> None:
    page = sit().page
    page.fill("#card_number", "4970100000000007")
    page.press("#card_number", "Tab")
    expect(page.locator("#card_number-error")).to_contain_text("a digit is wrong")


def test_enter_pressed_twice_is_one_order(sit: Sit, bank: BankProcess) -> None:
    before = len(bank.journal())
    bank.control(latency_ms=400)
    clerk = sit()
    clerk.page.fill("#card_number", APPROVED)
    clerk.page.fill("#card_expiry", "0730")
    clerk.page.fill("#amount", "5.00")
    clerk.page.focus("#amount")
    clerk.type("Enter", "Enter", "Enter")
    expect(clerk.page.locator(".answer h2")).to_have_text("Approved")
    clerk.page.wait_for_timeout(600)
    assert len(bank.journal()) == before + 1


def test_a_line_cut_after_enter_is_sent_again_as_the_same_order(sit: Sit, bank: BankProcess) -> None:
    before = len(bank.journal())
    clerk = sit()
    page = clerk.page
    page.fill("#card_number", APPROVED)
    page.fill("#card_expiry", "0730")
    page.fill("#amount", "6.00")

    def cut(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]  # the order arrives, its answer does not
        route.abort()  # type: ignore[attr-defined]

    page.route("**/counter", cut, times=1)
    page.press("#amount", "Enter")
    expect(page.locator("#trouble")).to_contain_text("it is taken once only")
    clerk.complaints.clear()  # Chromium tells of the cut
    page.press("#amount", "Enter")
    expect(page.locator(".answer h2")).to_have_text("Approved")
    assert len(bank.journal()) == before + 1


def test_a_session_that_ended_loses_nothing_typed(sit: Sit) -> None:
    clerk = sit()
    page = clerk.page
    page.fill("#card_number", APPROVED)
    page.fill("#card_expiry", "0730")
    page.fill("#amount", "7.00")
    clerk.context.clear_cookies()
    page.press("#amount", "Enter")
    expect(page.locator("#trouble")).to_contain_text("Your session has ended")
    other = clerk.context.new_page()
    other.goto("/login/")
    other.fill("#username", "clerk")
    other.fill("#password", PASSWORD)
    other.press("#password", "Enter")
    other.wait_for_url(re.compile("/$"))
    clerk.complaints.clear()  # the refused request
    page.press("#amount", "Enter")
    expect(page.locator(".answer")).to_be_visible()
    clerk.complaints.clear()


def test_a_referral_is_forced_without_leaving_the_keyboard(sit: Sit) -> None:
    clerk = sit()
    page = clerk.page
    clerk.type("8.00", "Tab", "K-8", "Tab", "Tab", REFERRAL, "Tab", "0730", "Enter")
    expect(page.locator(".answer h2")).to_have_text("Call the bank")
    expect(page.locator("#authorisation_number")).to_be_focused()
    assert clerk.violations() == []
    clerk.type("123456", "Enter")
    expect(page.locator(".answer h2")).to_have_text("Approved")
    expect(page.locator("[data-next-order]")).to_be_focused()


def test_an_uncertain_order_is_followed_and_handed_over(sit: Sit) -> None:
    clerk = sit()
    page = clerk.page
    page.clock.install()
    clerk.type("9.00", "Tab", "K-9", "Tab", "Tab", SILENT, "Tab", "0730", "Enter")
    expect(page.locator(".answer h2")).to_have_text("Not known yet")
    assert clerk.violations() == []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/counter/status/" in request.url else None)
    for seconds in (5, 10, 15):
        with page.expect_response("**/counter/status/*"):
            page.clock.run_for(seconds * 1000 + 100)
        page.wait_for_timeout(100)
    expect(page.locator("[data-handed-over]")).to_be_visible()
    page.clock.run_for(120_000)
    assert len(asked) == 3


def test_without_script_the_page_works_and_forgets_the_card(sit: Sit) -> None:
    clerk = sit(script=False)
    page = clerk.page
    page.fill("#amount", "1.234")
    page.fill("#card_number", APPROVED)
    page.fill("#card_expiry", "0730")
    page.fill("#order_number", "K-10")
    page.press("#amount", "Enter")
    expect(page.locator(".error-summary")).to_contain_text("two different amounts")
    assert page.input_value("#card_number") == ""
    assert page.input_value("#order_number") == "K-10"
    page.fill("#amount", "4.00")
    page.fill("#card_number", APPROVED)
    page.fill("#card_expiry", "0730")
    page.press("#amount", "Enter")
    expect(page.locator(".answer h2")).to_have_text("Approved")
    assert "/counter?last=" in page.url


@pytest.mark.parametrize("width", [1280, 320])
def test_a_supervisor_captures_and_refunds(sit: Sit, width: int) -> None:
    person = sit("supervisor", viewport={"width": width, "height": 800})
    page = person.page
    assert person.violations() == []
    total = f"20.{width % 100}"
    person.type(total, "Tab", f"K-{width}", "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    page.get_by_role("link", name="See the transaction").click()
    page.get_by_role("button", name="Capture now").click()
    expect(page.locator(".confirm-sentence")).to_contain_text(f"€{total}, CB 497010######0006, order K-{width}")
    assert person.violations() == []
    page.locator("form[data-action-form] button").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Done: Remittance of €{total}.")
    page.get_by_role("button", name="Refund").click()
    expect(page.locator("#amount")).to_be_focused()
    page.fill("#amount", "99")
    expect(page.locator(".confirm-sentence output")).to_have_text("€99.00")
    page.press("#amount", "Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".confirm-sentence output")).to_have_text("€99.00")
    assert person.violations() == []
    page.fill("#amount", "5")
    page.select_option("#reason", "RETURNED")
    page.press("#amount", "Enter")
    expect(page.get_by_role("status").first).to_contain_text("Done: Refund of €5.00.")
    page.goto("/approvals/")
    assert person.violations() == []
