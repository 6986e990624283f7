"""Words of the order page in a browser: an amount as the language writes it, an order number, what of a card stands there."""

from __future__ import annotations

from tests.web.browser import Person


def amount(person: Person, units: int) -> str:
    french = person.page.evaluate("document.documentElement.lang") == "fr"
    return f"{units + (500 if french else 0)}{',' if french else '.'}40"


def number(person: Person, start: str) -> str:
    """An order number of this test's own."""
    return f"{start}{person.page.evaluate('document.documentElement.lang').upper()}-0098"


def card_in(person: Person) -> str:
    return person.page.input_value("#card_number") + person.page.input_value("#security_code")
