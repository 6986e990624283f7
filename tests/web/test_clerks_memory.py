"""The order page's memory in Chromium: a proposed number that was taken meanwhile, a refused order loaded again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.bank.conftest import BankProcess
from tests.web.browser import Person, launched, served
from tests.web.conftest import PASSWORD
from tests.web.desk import APPROVED, NO_MONEY, Desk


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(params=["fr-FR", "en-GB"])
def clerk(request: pytest.FixtureRequest, chromium: Browser, address: str, bank: BankProcess) -> Iterator[Person]:
    """At the counter, in either language; nothing may be complained about in the end."""
    person = Person(chromium, address, request.param)
    person.sign_in("clerk", PASSWORD)
    person.page.click(f"[name=language][value={request.param[:2]}]")
    person.page.wait_for_load_state()
    person.page.goto("/counter")
    yield person
    wrong = [text for text in person.complaints if "409" not in text]
    person.close()
    assert wrong == []


def amount(person: Person, units: int) -> str:
    french = person.page.evaluate("document.documentElement.lang") == "fr"
    return f"{units + (500 if french else 0)}{',' if french else '.'}40"


def number(person: Person, start: str) -> str:
    """An order number of this test's own."""
    return f"{start}{person.page.evaluate('document.documentElement.lang').upper()}-0098"


def card_in(person: Person) -> str:
    return person.page.input_value("#card_number") + person.page.input_value("#security_code")


def test_a_refused_order_is_still_there_when_the_page_is_loaded_again(clerk: Person) -> None:
    page, asked = clerk.page, number(clerk, "AGAIN")
    clerk.type(amount(clerk, 131), "Tab", asked, "Tab", "Tab", NO_MONEY, "Tab", "0730", "Enter")
    expect(page.locator(".answer.bad")).to_be_visible()
    page.reload()
    expect(page.locator(".answer.bad")).to_be_visible()
    clerk.type("Alt+c")
    assert (page.input_value("#order_number"), page.input_value("#amount")) == (asked, amount(clerk, 131))
    assert card_in(clerk) == ""
    clerk.type(APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_contain_text(asked)
    clerk.type("Enter")
    expect(page.locator("#amount")).to_be_focused()
    assert (page.input_value("#order_number"), page.input_value("#amount")) == ("", "")


def test_two_clerks_with_the_same_proposal_take_two_orders_without_a_question(clerk: Person, app: Flask) -> None:
    page, other = clerk.page, Desk(app, "supervisor", PASSWORD)
    first = number(clerk, "BOTH")
    clerk.type(amount(clerk, 121), "Tab", first, "Tab", "Tab", APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_be_visible()
    clerk.type("Enter", amount(clerk, 122), "Alt+s")
    other.taken(order_number=first.replace("98", "99"), amount="44.10")
    clerk.type(APPROVED, "Tab", "0730", "Enter")
    expect(page.locator(".answer.good")).to_contain_text(first.replace("0098", "0100"))
