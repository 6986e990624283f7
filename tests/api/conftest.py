"""The whole application with the real desk, the real database and the practice bank as a process of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from app.security.practice import create_practice, logins
from config import Settings
from plugins.payment_gateway import account_access
from tests.api.client import Client, token_of
from tests.bank.conftest import BankProcess
from tests.house_fixtures import empty

As = Callable[[str], Client]


@pytest.fixture(scope="package")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    """The practice bank."""
    process = BankProcess(tmp_path_factory.mktemp("api-bank"))
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="package")
def app(servers: Settings, bank: BankProcess, written_tables: tuple[str, ...]) -> Iterator[Flask]:
    """The application with the practice merchants PRACTICE and OTHER and all their logins."""
    settings = dataclasses.replace(servers, bank_port=bank.port, bank_url=f"http://127.0.0.1:{bank.port}")
    application = create_app(settings)
    empty(settings, written_tables)
    with application.app_context():
        create_practice(settings)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    for _url, transport in account_access._transports.values():
        transport.close()
    empty(settings, written_tables)


@pytest.fixture(scope="package")
def tokens(app: Flask) -> dict[str, str]:
    """A token of each login."""
    with app.app_context():
        return {login: token_of(login) for login in logins()}


@pytest.fixture
def as_(app: Flask, tokens: dict[str, str]) -> As:
    """Gives a client of a login."""
    return lambda login: Client(app, tokens[login])


@pytest.fixture
def clerk(as_: As) -> Client:
    """Enters orders for PRACTICE."""
    return as_("clerk")


@pytest.fixture
def supervisor(as_: As) -> Client:
    """Repairs for PRACTICE."""
    return as_("supervisor")


@pytest.fixture
def manager(as_: As) -> Client:
    """May do everything in PRACTICE."""
    return as_("manager")
