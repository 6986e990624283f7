"""What answers a form is looked at like every other page: axe, console, policy, width; and no string is hard-coded."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app.plugin import registry
from config import Settings
from tests.bank.conftest import BankProcess
from tests.pages.pseudo import spoken, untranslated
from tests.pages.stored import stored
from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.desk import Desk
from tests.web.every_answer import SALES, every_order, every_verb, several
from tests.web.hands import BrowserHand, ClientHand, Hand
from tests.web.more_answers import decisions, settings, tickets

TYPED = {"NOSUCH", "EA", "ten", "seen", "GMT"}  # into the forms, and not stored; Babel's own name of a zone
WTFORMS = ("This field is required.", "Not a valid choice.")  # translated by its own catalogues
NO_TEXT = re.compile(r"EA-\w+|\d+ (second|minute|hour|day)s?")  # the next order's proposed number; Babel's own words
# Elements, what they are and whether they say anything: what axe finds on one page it would find on its like.
SHAPE = """[...document.querySelectorAll("body *")].map((each) => [each.tagName, each.className, each.type, each.hidden,
  each.id.replace(/\\d+/g, "0"), each.getAttribute("role"), !!each.getAttribute("aria-label"), !!each.textContent.trim()]).join()"""
Walk = Callable[[Hand, Desk, BankProcess], None]
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
WALKS: tuple[tuple[str, Walk, str], ...] = (
    ("supervisor", every_verb, "fr"), ("clerk", every_order, "en"), ("supervisor", several, "en"),
    ("manager", decisions, "fr"), ("manager", tickets, "fr"), ("manager", settings, "en"), ("admin", settings, "fr"),
)  # fmt: skip
walks = pytest.mark.parametrize(
    ("login", "walk", "language"), WALKS, ids=[f"{login} {walk.__name__}" for login, walk, _ in WALKS]
)


def test_every_verb_is_walked(app: Flask) -> None:
    assert set(SALES) == set(registry(app).actions)


@walks
@pytest.mark.timeout(300)
def test_every_answer_in_a_browser(
    as_: Callable[[str], Desk], bank: BankProcess, chromium: Browser, address: str,
    login: str, walk: Walk, language: str,
) -> None:  # fmt: skip
    person = Person(chromium, address, f"{language}-{language.upper()}")
    person.sign_in(login, PASSWORD)
    wrong: list[str] = []
    shapes: set[str] = set()

    def look(what: str, _page: str) -> None:
        shape = person.page.evaluate(SHAPE)
        if shape not in shapes:
            shapes.add(shape)
            wrong.extend(f"{what}: {text}" for text in person.violations())
            person.page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # Playwright's own
            wider = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wrong.extend([f"{what}: at 360 px {wider} px wider than the screen"] if wider > 0 else [])
            person.page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # likewise
        wrong.extend(f"{what}: {text}" for text in person.complaints if "Failed to load resource" not in text)
        person.complaints.clear()

    walk(BrowserHand(person, look), as_("supervisor"), bank)
    person.close()
    assert wrong == [], "\n".join(wrong)


@walks
def test_every_answer_is_translated(
    as_: Callable[[str], Desk], bank: BankProcess, servers: Settings, written_tables: tuple[str, ...],
    login: str, walk: Walk, language: str,
) -> None:  # fmt: skip
    desk, pages, maker = as_(login), [], as_("supervisor")
    with spoken():
        walk(ClientHand(desk.client, lambda what, page: pages.append((what, page))), maker, bank)
    data = (
        stored(servers, written_tables)
        | TYPED
        | {"PRACTICE", "OTHER", "clerk", "supervisor", login, login.capitalize()}
    )
    texts = {(what, text) for what, page in pages for text in untranslated(page, data)}
    found = {pair for pair in texts if pair[1] not in WTFORMS and not NO_TEXT.fullmatch(pair[1])}
    assert not found, "\n".join(f"{what}: {text}" for what, text in sorted(found))
