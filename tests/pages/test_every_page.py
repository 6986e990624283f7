"""Every page each profile may open, in Chromium: no axe violation (WCAG 2.2 A, AA), no console error, no policy refusal.

In French and in English, at 1280 px, and no page is wider than a screen of 360 px.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from config import Settings
from tests.factories import PASSWORD
from tests.house_fixtures import empty
from tests.pages.every_page import pages
from tests.walls.world import PEOPLE, A, World, build
from tests.web.browser import Person, served

# A browser that leaves drops the icon of the page on its way; the test's server says so when it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
)
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def world(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[World]:
    empty(servers, written_tables)
    yield build(app)
    empty(servers, written_tables)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # a browser that leaves in the middle of a file
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("login", ["nobody", *PEOPLE])
def test_every_page(app: Flask, world: World, chromium: Browser, address: str, login: str, language: str) -> None:
    person = Person(chromium, address, f"{language}-{language.upper()}")
    if login != "nobody":
        person.sign_in(login if login == "admin" else f"{login}_{A.lower()}", PASSWORD)
    page, wrong, seen = person.page, [], 0
    for path in pages(app, world):
        answer = page.goto(path)
        assert answer is not None
        if answer.status in (302, 403, 404, 409) or (answer.request.redirected_from and login == "nobody"):
            # Chromium tells of each refusal; one page of it is looked at with the error pages.
            person.complaints = [text for text in person.complaints if "Failed to load resource" not in text]
            continue
        assert answer.status == 200, (path, answer.status)
        seen += 1
        if page.locator("html").get_attribute("lang") != language:
            wrong.append(f"{path}: not in the language of the person")
        wrong += [f"{path}: {text}" for text in person.violations()]
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # Playwright's own
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            wrong.append(f"{path}: at 360 px {wider} px wider than the screen")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # likewise
        wrong += [f"{path}: {text}" for text in person.complaints]
        person.complaints.clear()
    person.close()
    assert wrong == [], "\n".join(wrong)
    assert seen >= {"nobody": 3}.get(login, 15)


def test_error_pages(app: Flask, world: World, chromium: Browser, address: str) -> None:
    person = Person(chromium, address, "fr-FR")
    person.sign_in(f"clerk_{A.lower()}", PASSWORD)
    for path, status in (
        ("/transactions/list/?todo=nothing", 400), ("/audit/list/", 403), ("/nowhere", 404), ("/preferences", 405),
    ):  # fmt: skip
        answer = person.page.goto(path)
        assert answer is not None
        assert answer.status == status
        assert person.violations() == []
    assert all("Failed to load resource" in text for text in person.complaints)
    person.close()
