"""The same forms sent by a client and by a browser, so that what looks at every answer looks at both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from flask.testing import FlaskClient

from tests.web.browser import Person
from tests.web.desk import filled_in

#: Is told of every page: what was asked, and its HTML.
Look = Callable[[str, str], None]
SUBMIT = """([path, fields]) => {
  const form = document.createElement("form");
  form.method = "post"; form.action = path;
  for (const [name, value] of fields) {
    const input = document.createElement("input");
    input.type = "hidden"; input.name = name; input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


class Hand(Protocol):
    """Opens a page or sends a form; every page that comes back is looked at and returned as HTML."""

    def get(self, path: str) -> str:
        """Open an address."""

    def post(self, path: str, fields: list[tuple[str, str]]) -> str:
        """Send a form and follow where it leads."""


def send(hand: Hand, path: str, page: str, **fields: str | list[str]) -> str:
    """Send the form on `page` to `path`: what it holds, under what is given."""
    values: dict[str, str | list[str]] = {**filled_in(page), **fields}
    pairs = [(name, one) for name, value in values.items() for one in ([value] if isinstance(value, str) else value)]
    return hand.post(path, pairs)


class ClientHand:
    """Without a browser."""

    def __init__(self, client: FlaskClient, look: Look) -> None:
        self.client, self.look = client, look

    def get(self, path: str) -> str:
        """Open an address."""
        return self._seen(f"GET {path}", self.client.get(path, follow_redirects=True))

    def post(self, path: str, fields: list[tuple[str, str]]) -> str:
        """Send a form and follow where it leads."""
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return self._seen(f"POST {path}", self.client.post(path, data=data, follow_redirects=True))

    def _seen(self, what: str, answer: Any) -> str:
        self.look(f"{what} {answer.status_code}", answer.text)
        return str(answer.text)


class BrowserHand:
    """In Chromium: the form is the page's own, so the page's policy decides where it may go."""

    def __init__(self, person: Person, look: Look) -> None:
        self.person, self.look = person, look

    def get(self, path: str) -> str:
        """Open an address."""
        answer = self.person.page.goto(path)
        return self._seen(f"GET {path}", answer)

    def post(self, path: str, fields: list[tuple[str, str]]) -> str:
        """Send a form and follow where it leads."""
        with self.person.page.expect_navigation() as answer:
            self.person.page.evaluate(SUBMIT, [path, fields])
        return self._seen(f"POST {path}", answer.value)

    def _seen(self, what: str, answer: Any) -> str:
        self.look(f"{what} {answer.status}", "")
        return str(answer.text())
