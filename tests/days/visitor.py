"""Somebody with a browser that runs no script: pages are fetched, forms filled in over what they hold, and sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener


@dataclass
class Form:
    """A form as the page shows it: where it is sent, and what each of its controls holds."""

    marks: Mapping[str, str | None]
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What an address answered."""

    status: int
    address: str
    text: str

    @property
    def words(self) -> str:
        """What people read of it."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text.split("<main", 1)[-1]))

    def form(self, mark: str, value: str | None = None) -> Form:
        """The form that carries this attribute (with this value, if any)."""
        for form in _Forms.of(self.text):
            if mark in form.marks and value in (None, form.marks[mark]):
                return form
        raise AssertionError(f"no form {mark}={value} on {self.address}: {self.status} {self.words[:600]}")


class Visitor:
    """Signed in once; every page comes from the product's own web server."""

    def __init__(self, address: str, login: str, password: str) -> None:
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        form = self.get("/login/").form("method", "post")
        page = self.send("/login/", form, username=login, password=password)
        assert page.status == 200
        assert not page.address.endswith("/login/"), page.words
        self.send("/preferences", self.get("/").form("action", "/preferences"), language="en")

    def get(self, path: str) -> Page:
        """Fetch a page."""
        return self._open(Request(urljoin(self._address, path)))  # noqa: S310 - the product's own address

    def send(self, path: str, form: Form, **typed: str) -> Page:
        """Send a form with what was typed into it; the page it leads to."""
        body = urlencode(form.fields | typed).encode()
        return self._open(Request(urljoin(self._address, path), body, {"Referer": urljoin(self._address, path)}))  # noqa: S310

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.status, answer.url, answer.read().decode())
        except HTTPError as answer:
            return Page(answer.code, str(answer.url), answer.read().decode())


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False
        self._select = self._area = ""

    @classmethod
    def of(cls, text: str) -> list[Form]:
        parser = cls()
        parser.feed(text)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = dict(attrs)
        if tag == "form":
            self.found.append(Form(marks))
            self._inside = True
        if not self._inside:
            return
        fields, name = self.found[-1].fields, marks.get("name") or ""
        if tag == "input" and name:
            ticked = marks.get("type") not in ("checkbox", "radio") or "checked" in marks
            fields |= {name: marks.get("value") or ""} if ticked else {}
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in marks or self._select not in fields):
            fields[self._select] = marks.get("value") or ""
        elif tag == "textarea":
            self._area = name
            fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
