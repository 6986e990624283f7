"""A shop whose people look at pages: everybody of every profile, no bank behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from app import create_app
from config import Settings
from tests.applications import close
from tests.factories import PASSWORD
from tests.house_fixtures import empty
from tests.pages.shop import Shop
from tests.web.browser import Person, launched, served
from tools import compile_translations


@pytest.fixture(scope="package")
def app(servers: Settings) -> Iterator[Flask]:
    """The application with every plug-in, errors answered as people get them."""
    assert compile_translations.main() == 0
    application = create_app(servers)
    application.config["RATELIMIT_ENABLED"] = False
    yield application
    close(application)


@pytest.fixture
def shop(app: Flask, servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Shop]:
    """A merchant with people of every profile and no sale."""
    empty(servers, written_tables)
    yield Shop(app)
    empty(servers, written_tables)


@pytest.fixture
def as_(shop: Shop) -> Callable[[str], FlaskClient]:
    """Gives the signed-in client of a profile, in English."""
    return shop.client


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's browser."""
    with launched() as browser:
        yield browser


@pytest.fixture
def sit(chromium: Browser, shop: Shop) -> Iterator[Callable[..., Person]]:
    """Seats somebody, signed in, in front of the browser; in the end nothing may have been complained about."""
    seated: list[Person] = []
    with served(shop.app) as address:

        def seat(login: str = "clerk", locale: str = "en-GB", **options: object) -> Person:
            person = Person(chromium, address, locale, **options)  # type: ignore[arg-type]  # Playwright's own
            seated.append(person)
            person.sign_in(login, PASSWORD)
            return person

        yield seat
        complaints = [text for person in seated for text in person.complaints]
        for person in seated:
            person.close()
    assert complaints == []
