"""Who types: a client of the API, and a browser without JavaScript."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from tests.canary.service import PASSWORD, ROOT, Service
from tests.canary.wire import JSON, Heard

FORM = "application/x-www-form-urlencoded"


# What `egestion api-token` does, for several people at the price of one start.
_TOKENS = """
import sys
from click.testing import CliRunner
from app.api.token_command import api_token
from app import create_app
import app

app.create_app = lambda made=create_app(): made
for login in sys.argv[1:]:
    print(CliRunner().invoke(api_token, [login]).output.strip())
"""


def tokens(service: Service, logins: Sequence[str]) -> dict[str, str]:
    """A bearer token of each login."""
    words = [sys.executable, "-c", _TOKENS, *logins]
    done = subprocess.run(words, env=service.environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(zip(logins, done.stdout.split(), strict=True))


class Client:
    """The API as one person."""

    def __init__(self, service: Service, token: str) -> None:
        self.service, self.token = service, token

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Heard:
        """Send bytes under a new key; `headers` (`_` for `-`) are added or replaced."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": JSON, "Idempotency-Key": str(uuid.uuid4())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.service.ask(method, f"/api/v1{path}", body, sent)


class Visitor:
    """A browser without JavaScript: cookies, forms and their hidden inputs."""

    def __init__(self, service: Service, login: str, password: str = PASSWORD) -> None:
        self.service, self.login = service, login
        self.cookies: dict[str, str] = {}
        self.fill_in("/login/", username=login, password=password)

    def get(self, path: str) -> Heard:
        """Open an address."""
        return self.send("GET", path)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Heard:
        """Send a form."""
        return self.send("POST", path, urlencode(form).encode(), Content_Type=FORM, **headers)

    def fill_in(self, path: str, **fields: str) -> Heard:
        """Open a form, fill it in over what it holds, and send it."""
        return self.post(path, inputs(self.get(path).text) | fields)

    def send(self, method: str, path: str, data: bytes | None = None, **headers: str) -> Heard:
        """Send anything with the cookies of this browser, and keep those that come back."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        heard = self.service.ask(method, path, data, sent)
        for name, value in heard.headers:
            if name.lower() == "set-cookie":
                key, _, text = value.partition(";")[0].partition("=")
                self.cookies[key] = text
        return heard


def inputs(page: str) -> dict[str, str]:
    """The inputs of a page with what they hold; of radios and drop-downs the chosen value."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (not re.search(r'type="(?:radio|checkbox|submit)"', tag) or re.search(r"\bchecked\b", tag)):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select\b[^>]*?name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        values = re.findall(r'value="([^"]*)"', options)
        chosen = re.search(r'value="([^"]*)"[^>]*\bselected', options)
        found[name] = chosen[1] if chosen else next(iter(values), "")
    for name, text in re.findall(r'<textarea\b[^>]*?name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        found[name] = html.unescape(text).strip()
    return found


def links(page: str) -> set[str]:
    """The addresses on this site that a page leads to, without signing out."""
    found = {html.unescape(link) for link in re.findall(r'href="(/[^"#]*)"', page)}
    return {link for link in found if not link.startswith(("/static", "/logout", "/appbuilder"))}
