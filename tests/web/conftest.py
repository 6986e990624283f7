"""The whole application, the practice bank, and people of every profile signed in as a browser does."""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app import create_app
from app.models import Transaction
from app.security.practice import create_practice
from config import Settings
from tests.applications import close
from tests.bank.conftest import BankProcess
from tests.house_fixtures import empty
from tests.web.browser import Person, launched, served
from tests.web.desk import Desk
from tools import compile_translations

PASSWORD = "counter-practice-1"


@pytest.fixture(scope="package")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    """The practice bank."""
    process = BankProcess(tmp_path_factory.mktemp("web-bank"))
    yield process
    assert process.stop() == 0


@pytest.fixture
def bank(shared_bank: BankProcess) -> BankProcess:
    """The bank without faults and without its night."""
    shared_bank.control(night=False, latency_ms=0, late_ms=30000, slow_byte_ms=1000, clear=True)
    return shared_bank


@pytest.fixture(scope="package")
def app(servers: Settings, shared_bank: BankProcess, written_tables: tuple[str, ...]) -> Iterator[Flask]:
    """The application with the practice merchants PRACTICE and OTHER and all their logins."""
    assert compile_translations.main() == 0
    settings = dataclasses.replace(
        servers,
        bank_port=shared_bank.port,
        bank_url=f"http://127.0.0.1:{shared_bank.port}",
        practice_password=PASSWORD,
        given=servers.given | {"EGESTION_PRACTICE_PASSWORD"},
    )
    application = create_app(settings)
    empty(settings, written_tables)
    with application.app_context():
        create_practice(settings)
    yield application
    close(application)
    empty(settings, written_tables)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    """Where a browser finds the application."""
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, headless."""
    with launched() as browser:
        yield browser


@pytest.fixture(params=["fr-FR", "en-GB"])
def typist(request: pytest.FixtureRequest, chromium: Browser, address: str, bank: BankProcess) -> Iterator[Person]:
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


@pytest.fixture(scope="package")
def desks(app: Flask) -> dict[str, Desk]:
    """Who has signed in already: sign-ins are limited, 60 a minute."""
    return {}


@pytest.fixture
def as_(app: Flask, bank: BankProcess, desks: dict[str, Desk]) -> Callable[[str], Desk]:
    """Gives the desk of a login, in English, with no message waiting."""

    def desk(login: str) -> Desk:
        if login not in desks:
            desks[login] = Desk(app, login, PASSWORD)
        found = desks[login]
        if found.language != "en":
            found.speak("en")
        found.flashes()
        return found

    return desk


@pytest.fixture
def clerk(as_: Callable[[str], Desk]) -> Desk:
    """Enters orders for PRACTICE."""
    return as_("clerk")


@pytest.fixture
def supervisor(as_: Callable[[str], Desk]) -> Desk:
    """Repairs for PRACTICE."""
    return as_("supervisor")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything any logger says."""
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.fixture
def sales(supervisor: Desk) -> list[Transaction]:
    """Three sales to remit, of 10, 20 and 30 euros."""
    mark = uuid.uuid4().hex[:6].upper()
    return [supervisor.taken(amount=f"{n}0.00", order_number=f"{mark}-{n}") for n in (1, 2, 3)]
