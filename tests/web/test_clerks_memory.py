"""The order page's memory in Chromium: a proposed number that was taken meanwhile, a refused order loaded again."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect

from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.counter_page import amount, card_in, number
from tests.web.desk import APPROVED, NO_MONEY, Desk


def test_a_refused_order_is_still_there_when_the_page_is_loaded_again(typist: Person) -> None:
    page, asked = typist.page, number(typist, "AGAIN")
    typist.type(amount(typist, 131), "Tab", asked, "Tab", "Tab", NO_MONEY, "Tab", "0730", "Enter")
    expect(page.locator(".answer.bad")).to_be_visible()
    page.reload()
    expect(page.locator(".answer.bad")).to_be_visible()
    typist.type("Alt+c")
    assert (page.input_value("#order_number"), page.input_value("#amount")) == (asked, amount(typist, 131))
    assert card_in(typist) == ""
    typist.type(APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_contain_text(asked)
    typist.type("Enter")
    expect(page.locator("#amount")).to_be_focused()
    assert (page.input_value("#order_number"), page.input_value("#amount")) == ("", "")


def test_two_clerks_with_the_same_proposal_take_two_orders_without_a_question(typist: Person, app: Flask) -> None:
    page, other = typist.page, Desk(app, "supervisor", PASSWORD)
    first = number(typist, "BOTH")
    typist.type(amount(typist, 121), "Tab", first, "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_be_visible()
    typist.type("Enter", amount(typist, 122), "Alt+s")
    other.taken(order_number=first.replace("98", "99"), amount="44.10")
    typist.type(APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_contain_text(first.replace("0098", "0100"))


def test_a_change_of_language_keeps_the_order_and_nothing_of_a_card(typist: Person) -> None:
    page = typist.page
    french = page.evaluate("document.documentElement.lang") == "fr"
    page.fill("#amount", "1 234,40" if french else "1,234.40")
    page.fill("#order_number", number(typist, "TONGUE"))
    page.fill("#note", "4970/1000/0000/0006")  # whatever stands between the digits
    for field, value in (("card_number", APPROVED), ("card_expiry", "0730"), ("security_code", "123")):
        page.fill(f"#{field}", value)
    other = f"[name=language][value={'en' if french else 'fr'}]"
    page.route("**/preferences", lambda route: route.fulfill(status=204))  # the page stays, so that one can look
    page.click(other)
    page.wait_for_function("sessionStorage.length > 0")
    kept = page.evaluate("JSON.stringify(Object.values(sessionStorage))")
    assert "TONGUE" in kept
    digits = "".join(filter(str.isdigit, kept))
    assert "49701000" not in digits
    assert "0730" not in digits
    page.unroute("**/preferences")
    with page.expect_navigation():
        page.click(other)
    assert page.input_value("#amount").replace("\u202f", " ") == ("1234.40" if french else "1234,40")
    assert page.input_value("#order_number").startswith("TONGUE")
    assert card_in(typist) == page.input_value("#note") == ""
    assert page.evaluate("sessionStorage.length") == 0
