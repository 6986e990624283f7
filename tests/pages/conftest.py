"""A shop whose people look at pages: everybody of every profile, no bank behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import Settings
from tests.applications import close
from tests.house_fixtures import empty
from tests.pages.shop import Shop
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
