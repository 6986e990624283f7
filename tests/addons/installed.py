"""The product with the example plug-in beside the gateway's, set up for a module's tests and taken away again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from app.security.practice import create_practice
from app.security.sync import sync
from config import Settings
from tests.applications import close
from tests.house_fixtures import empty

GATEWAY, EXAMPLE = "plugins.payment_gateway.PaymentGateway", "tests.addons.example.Example"


def build(settings: Settings, *plugins: str) -> Flask:
    """Return the application with these plug-ins."""
    return create_app(dataclasses.replace(settings, plugins=plugins))


@contextmanager
def installed(settings: Settings, tables: tuple[str, ...]) -> Iterator[Flask]:
    """Give the application with its practice merchants; afterwards the roles know nothing of the example again."""
    empty(settings, tables)
    application = build(settings, GATEWAY, EXAMPLE)
    with application.app_context():
        sync(application.extensions["appbuilder"])
        create_practice(settings)
    yield application
    close(application)
    empty(settings, tables)
    plain = build(settings, GATEWAY)
    with plain.app_context():
        sync(plain.extensions["appbuilder"])
    close(plain)
