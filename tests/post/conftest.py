"""An application without plug-ins on the real database and queue, mails kept as files or sent to a sink."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.database import Scope, unit_of_work
from app.extensions import db
from app.flask_config import mail_config
from app.mail import queue_mail, send_due
from config import Settings
from tests.post.books import write_books
from tests.post.people import merchant
from tests.post.sink import Sink


@pytest.fixture(scope="session")
def core(servers: Settings) -> Iterator[Flask]:
    """The core alone: it works with no plug-in at all."""
    app = create_app(dataclasses.replace(servers, plugins=()))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(core: Flask, clean: Settings) -> Iterator[Flask]:
    """The core inside an application context, with empty tables and no mail kept."""
    settings = core.extensions["settings"]
    shutil.rmtree(settings.outbox_dir, ignore_errors=True)
    with core.app_context():
        yield core
        db.session.remove()
        db.engine.dispose()  # no connection of ours holds the tables while they are emptied


@pytest.fixture
def shop(app: Flask) -> int:
    """A French merchant's id."""
    return merchant()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that listens."""
    with Sink() as server:
        yield server


UseServer = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def use_server(app: Flask) -> UseServer:
    """Point the application at a mail server: `with use_server(port)` or, for good, `use_server(url=…)`."""
    before = app.extensions["settings"]

    @contextmanager
    def use(port: int = 0, url: str | None = None) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            settings = dataclasses.replace(before, smtp_url=url or f"smtp://127.0.0.1:{port}")
            patch.setitem(app.extensions, "settings", settings)
            for name, value in mail_config(settings).items():
                patch.setitem(app.config, name, value)
            from app.extensions import mail

            state = app.extensions["mail"]
            patch.setitem(app.extensions, "mail", mail.init_mail(app.config))
            assert state is not None
            yield

    return use


@pytest.fixture
def books(app: Flask) -> dict[str, Any]:
    """Two merchants' books, and a mail sent and one due."""
    found = write_books(merchant("SHOP"))
    found["other"] = write_books(merchant("OTHER"))
    for _ in range(2):
        with unit_of_work(Scope((found["merchant"],))) as session:
            queue_mail(session, found["merchant"], "test", ["anne@shop.example"], "s", "b", "en")
        if "mail" not in found:
            assert send_due() == 1
            found["mail"] = True
    return found
