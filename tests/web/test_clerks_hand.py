"""The clerk's hand in Chromium: how long an order takes to type, and every key of the page without the mouse."""

from __future__ import annotations

import re
import sys
import time

import pytest
from playwright.sync_api import expect

from tests.bank.conftest import BankProcess
from tests.web.browser import Person
from tests.web.counter_page import amount, card_in, number
from tests.web.desk import APPROVED, LOST, NO_MONEY

A_KEY, AN_ORDER = 0.180, 20.0  # seconds


def test_an_order_takes_less_than_twenty_seconds_to_type(typist: Person, capsys: pytest.CaptureFixture[str]) -> None:
    """At 180 ms a key, from the first key to the answer and on to the next order, number, brand and deferral included."""
    page, keys = typist.page, 0
    strokes = [
        *amount(typist, 71),
        "Tab",
        *number(typist, "WX"),
        "Tab",
        "Tab",
        *APPROVED,
        "Tab",
        *"0730",
        "Tab",
        *"123",
    ]
    begun = time.monotonic()
    for stroke in [*strokes, "Alt+b", "Alt+r", "2", "Enter", "Enter"]:
        pressed = time.monotonic()
        page.keyboard.press(stroke)
        keys += 1
        time.sleep(max(0.0, A_KEY - (time.monotonic() - pressed)))
    expect(page.locator(".answer.good")).to_be_visible()
    typist.type("Enter")
    expect(page.locator("#amount")).to_be_focused()
    took = time.monotonic() - begun
    with capsys.disabled():
        sys.stdout.write(f"\nan order of {keys + 1} keys at 180 ms: {took:.1f} s\n")
    assert took <= AN_ORDER


def test_a_second_order_by_its_key_and_not_by_enter(typist: Person, bank: BankProcess) -> None:
    page, before = typist.page, len(bank.journal())
    typed = (amount(typist, 81), "Tab", number(typist, "SECOND"), "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    typist.type(*typed)
    expect(page.locator(".answer.good")).to_be_visible()
    typist.type("Enter", *typed)
    expect(page.locator("[data-outcome=warning]")).to_be_visible()
    expect(page.locator("#answer-title")).to_be_focused()
    assert typist.violations() == []
    typist.type("Enter")  # a hand that is used to Enter takes nothing twice
    page.wait_for_timeout(300)
    assert len(bank.journal()) == before + 1
    assert APPROVED not in page.content().replace(" ", "")
    page.keyboard.press("Escape")
    expect(page.locator("#order_number")).to_be_focused()
    assert card_in(typist).replace(" ", "") == APPROVED, "nothing was sent: the card stays in the browser"
    typist.type("Enter")
    expect(page.locator("[data-outcome=warning]")).to_be_visible()
    typist.type("Alt+o")
    expect(page.locator(".answer.good")).to_be_visible()
    assert card_in(typist) == ""
    assert len(bank.journal()) == before + 2


def test_refused_cards_are_listed_and_the_order_stays(typist: Person) -> None:
    page = typist.page
    typist.type(
        amount(typist, 91), "Tab", number(typist, "REF"), "Tab", "Tab", NO_MONEY, "Tab", "0730", "Tab", "123", "Enter"
    )
    expect(page.locator(".answer.bad q")).to_be_visible()
    typist.type("Alt+c", LOST, "Tab", "0730", "Enter")
    expect(page.locator(".attempts li")).to_have_count(1)
    assert typist.violations() == []
    typist.type("Enter", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good .attempts li")).to_have_count(2)
    typist.type("Alt+n")
    assert page.input_value("[name=attempts]") == ""
    assert page.input_value("#order_number") == ""


def test_the_middle_of_the_number_is_covered_as_it_is_typed(typist: Person) -> None:
    page, cover = typist.page, typist.page.locator(".card-cover")
    page.focus("#card_number")
    typist.type("4970100")
    expect(cover).to_have_text("4970 100")
    typist.type("0")
    expect(cover).to_have_text("4970 10•0")
    typist.type("00000006")
    expect(cover).to_have_text("4970 10•• •••• 0006")
    expect(page.locator("#card-brand.right")).to_have_text("CB / VISA")
    assert typist.violations() == []
    typist.type("Alt+h")
    expect(cover).to_be_hidden()
    page.keyboard.press("Backspace")
    typist.type("7")  # a wrong digit is told at once
    expect(page.locator("#card_number-error")).to_be_visible()


def test_the_mouse_shows_the_hidden_digits_too(typist: Person) -> None:
    page, cover = typist.page, typist.page.locator(".card-cover")
    french = page.locator("html").get_attribute("lang") == "fr"
    button = page.get_by_role("button", name="Montrer les chiffres" if french else "Show the digits")
    expect(button).to_be_hidden()  # nothing typed, nothing to show
    page.focus("#card_number")
    typist.type("4970100000000006")
    button.click()
    expect(cover).to_be_hidden()
    expect(page.locator("#card_number")).to_be_focused()  # the hand types on
    page.get_by_role("button", name="Masquer les chiffres" if french else "Hide the digits").click()
    expect(cover).to_be_visible()
    typist.type("Tab")
    expect(page.locator("#card_expiry")).to_be_focused()  # one Tab as before
    typist.type("Alt+h")
    expect(cover).to_be_hidden()
    assert typist.violations() == []


def test_the_remittance_is_a_sentence_one_key_away(typist: Person) -> None:
    page = typist.page
    sentence, before = page.locator("[data-remitted]"), page.locator("[data-remitted]").inner_text()
    page.focus("#order_number")
    typist.type("Alt+r")
    expect(page.locator("#capture_day")).to_be_focused()
    typist.type("3")
    assert sentence.inner_text() != before
    assert typist.violations() == []
    typist.type("Enter")
    expect(page.locator("#order_number")).to_be_focused()
    assert page.input_value("#capture_day") == "3"


def test_the_next_number_and_the_other_brand_by_a_key(typist: Person) -> None:
    page = typist.page
    typist.type(amount(typist, 101), "Tab", number(typist, "NEXT"), "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_be_visible()
    typist.type("Enter", amount(typist, 102), "Alt+s")
    assert page.input_value("#order_number") == number(typist, "NEXT").replace("98", "99")
    expect(page.locator("#card_number")).to_be_focused()
    typist.type(APPROVED)
    expect(page.locator("[data-other-brand] span")).to_contain_text("VISA")
    typist.type("Alt+b")
    assert page.input_value("#brand") == "VISA"
    typist.type("Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_contain_text("VISA 497010######0006")


def test_a_page_opened_after_a_cut_says_what_became_of_the_order(typist: Person) -> None:
    page = typist.page

    def cut(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]  # the order arrives, its answer does not
        route.abort()  # type: ignore[attr-defined]

    page.route("**/counter", cut, times=1)  # long before it is sent: a busy Chromium takes its time to listen
    typist.type(amount(typist, 111), "Tab", number(typist, "CUT"), "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator("#trouble .notice")).to_be_visible()
    typist.complaints.clear()  # Chromium tells of the cut
    stored = page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    assert "egestion.sent" in stored
    assert APPROVED not in stored
    page.reload()
    expect(page.locator(".answer.good h2")).to_contain_text(number(typist, "CUT"))
    assert page.evaluate("sessionStorage.length") == 0
    page.reload()
    expect(page.locator("[data-last]")).to_contain_text(number(typist, "CUT"))
    assert typist.violations() == []


def test_a_form_that_never_left_is_said_to_have_taken_nothing(typist: Person) -> None:
    page = typist.page
    page.route("**/counter", lambda route: route.abort(), times=1)
    typist.type(amount(typist, 121), "Tab", number(typist, "NEVER"), "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator("#trouble .notice")).to_be_visible()
    page.reload()
    expect(page.locator("#trouble .notice")).to_contain_text(
        page.get_attribute("#order", "data-text-nothing-sent") or "?"
    )
    typist.complaints.clear()  # the cut, and the 404


def test_going_back_shows_no_card(typist: Person) -> None:
    page = typist.page
    typist.type(amount(typist, 131), "Tab", number(typist, "BACK"), "Tab", "Tab", APPROVED, "Tab", "0730", "Tab", "123")
    page.goto("/transactions/list/")
    page.go_back()
    assert card_in(typist) == ""
    assert page.input_value("#card_expiry") == ""


def test_tickets_by_key_in_a_page_of_their_own(typist: Person) -> None:
    page = typist.page
    typist.type(amount(typist, 141), "Tab", number(typist, "TIC"), "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_be_visible()
    with typist.context.expect_page() as opened:
        typist.type("Alt+t")
    paper = opened.value
    expect(paper.locator(".ticket")).to_have_count(2)
    assert "DUPLICATA" not in paper.content()
    paper.emulate_media(media="print")
    expect(paper.locator(".bare-top")).to_be_hidden()
    paper.emulate_media(media="screen")
    page.bring_to_front()
    page.keyboard.press("Alt+m")
    expect(page).to_have_url(re.compile(r"/tickets/sale/[0-9]+$"))
    assert typist.violations() == []
    typist.type("Alt+m", "ann@customer.example")
    page.keyboard.press("Enter")  # without the customer's agreement
    expect(page.locator(".field.wrong")).to_have_count(1)
    assert page.locator("[name=email]").input_value() == "ann@customer.example"
    page.locator("[name=consent]").press("Space")
    page.locator("[name=email]").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("ann@customer.example")
    assert typist.violations() == []
    typist.complaints.clear()  # Chromium tells of the 422
