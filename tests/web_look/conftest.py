"""The sample application, a signed-in client, a server on loopback and a browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from tests.chromium import CHROMIUM
from tests.web_look.sample_app import PASSWORD, build
from tools import compile_translations

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def sample() -> Flask:
    assert compile_translations.main() == 0
    return build()


@pytest.fixture
def anonymous(sample: Flask) -> FlaskClient:
    return sample.test_client()


@pytest.fixture
def client(sample: Flask) -> FlaskClient:
    """Signed in as vera, in English."""
    client = sample.test_client()
    page = client.get("/login/").text
    form = {"username": "vera", "password": PASSWORD, "csrf_token": token(page)}
    assert client.post("/login/", data=form).status_code == 302
    client.post("/preferences", data={"language": "en", "csrf_token": token(client.get("/").text)})
    return client


def token(page: str) -> str:
    """Return the CSRF token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no token on the page"
    return found[1]


@pytest.fixture(scope="session")
def address(sample: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, sample, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: make test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()
