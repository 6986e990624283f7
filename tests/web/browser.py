"""The application served on loopback and a person in front of Chromium, in either language."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.chromium import CHROMIUM

TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@contextmanager
def launched(more: Sequence[str] = ()) -> Iterator[Browser]:
    """The system's chromium, headless; `more` switches of its command line."""
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: make test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES, *more])
        yield browser
        browser.close()


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application's address while it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Person:
    """A browser of one person: what its console and its policy complain about is kept."""

    def __init__(self, browser: Browser, address: str, locale: str, script: bool = True, **options: object) -> None:
        size = {"width": 1280, "height": 800}
        self.address = address
        self.context = browser.new_context(
            base_url=address,
            locale=locale,
            java_script_enabled=script,
            **({"viewport": size} | options),  # type: ignore[arg-type]  # Playwright's own
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]  # a ConsoleMessage
        # Chromium tells of every request that was refused: a wrong field, the stop before a second order.
        if kind in ("error", "warning") and not re.search("status of (409|422)", text):
            self.complaints.append(text)

    def sign_in(self, login: str, password: str) -> None:
        """Through the sign-in page, by keyboard."""
        self.page.goto("/login/")
        self.page.fill("#username", login)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(self.address + "/")

    def type(self, *words: str, delay: float = 0) -> None:
        """Type into the field that has the focus; the word "Tab", "Enter" or "Alt+n" is that key."""
        for word in words:
            if word in ("Tab", "Enter", "Shift+Tab", "ArrowDown") or word.startswith("Alt+"):
                self.page.keyboard.press(word)
            else:
                self.page.keyboard.type(word, delay=delay)

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands, and whether it is wider than the screen."""
        found = Axe().run(self.page, options=TAGS).response["violations"]
        wrong = [f"{v['id']} at {[node['target'] for node in v['nodes']][:3]}" for v in found]
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wrong + ([f"{wider} px wider than the screen"] if wider > 0 else [])

    def close(self) -> None:
        """Close the browser's window."""
        self.context.close()
