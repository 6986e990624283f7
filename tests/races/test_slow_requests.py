"""Requests that never end hold no thread for ever."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import pytest

from app.supervisor.web import READ_WITHIN
from tests.web_process import ApiClient, Dead, WebProcess

pytestmark = pytest.mark.slow
HEAD = b"GET /login/ HTTP/1.1\r\nHost: localhost\r\nX-Never-Ends: "
BODY = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\na="
THREADS = 24


@pytest.mark.parametrize("begun", [HEAD, BODY], ids=["head", "body"])
def test_after_a_while_others_are_served(web: WebProcess, begun: bytes) -> None:
    with ExitStack() as stuck:
        for _ in range(3 * THREADS):
            each = stuck.enter_context(socket.create_connection(("127.0.0.1", web.port)))
            each.sendall(begun)
        limit, served = time.monotonic() + 2 * READ_WITHIN, 0
        while served < 20 and time.monotonic() < limit:
            try:
                served = served + 1 if web.call("GET", "/health", patience=2)[0] == 200 else 0
            except (Dead, OSError):
                served = 0
        assert served == 20


def test_an_answer_that_takes_longer_leaves(api: ApiClient) -> None:
    """The bank is waited for up to its own deadline, 25 seconds: the connection serves no other request afterwards."""
    begun = time.monotonic()
    status, sale, headers = api.take("4970100000000626", 1_000)
    assert (status, sale["state"]) == (202, "PENDING")
    assert time.monotonic() - begun > READ_WITHIN
    assert headers["connection"] == "close"
