"""Our books as a client reads them over the API, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.web_process import WebProcess

from .clients import Client
from .judge import Books


def read(web: WebProcess, token: str) -> Books:
    """Sales, operations and remittances of PRACTICE."""
    client = Client(token)
    remittances = [
        _one(client, web, f"/remittances/{each['contract']}/{each['number']}")
        for each in _all(client, web, "/remittances")
    ]
    return Books(_all(client, web, "/transactions"), _all(client, web, "/operations"), remittances)


def _all(client: Client, web: WebProcess, path: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    cursor = ""
    while True:
        page = _one(client, web, f"{path}?merchant=PRACTICE&page_size=200{f'&cursor={cursor}' if cursor else ''}")
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def _one(client: Client, web: WebProcess, path: str) -> Mapping[str, Any]:
    reply = client.ask(web, "GET", path)
    assert reply is not None and reply.status == 200, (path, reply)  # noqa: PT018 - one thing: it is readable
    return reply.body
