"""How the pages of the history are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

from flask.testing import FlaskClient

As = Callable[[str], FlaskClient]
LIST = "/transactions/list/"
SHOWN = re.compile(r'href="/transactions/show/(\d+)[?"]')
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def rows(page: str) -> list[int]:
    """The numbers of the sales a page shows, in its order."""
    return [int(number) for number in SHOWN.findall(page)]


def link(page: str, text: str) -> str:
    """Where a link with this text leads."""
    found = re.search(rf'<a class="[^"]*" href="([^"]+)"[^>]*>{re.escape(text)}', page)
    assert found, f"no link {text}"
    return unescape(found[1])


def field(page: str, name: str) -> str:
    """What an input of the filter holds."""
    found = re.search(rf'id="filter-{name}" name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def text_of(page: str) -> str:
    """What a page says, blanks levelled."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")).replace(" .", ".")
