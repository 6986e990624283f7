"""Talking to a service over HTTP, politely or not; every byte it ever answered is kept for the hunt."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
from collections import Counter
from typing import Any, NamedTuple

JSON = "application/json"


class Heard(NamedTuple):
    """One answer; status 0 where the line was cut instead."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        found: dict[str, Any] = json.loads(self.text)
        return found


class _Line(http.client.HTTPConnection):
    """Sends whatever address it is told: hostile ones are wanted here."""

    def _validate_path(self, _url: str) -> None: ...


class Wire:
    """What is sent to the service's ports, and what came back."""

    def __init__(self, web: int, bank: int) -> None:
        self.web, self.bank_desk = web, bank
        self.answers: list[tuple[str, bytes]] = []  # what was asked, what came back
        self.statuses: Counter[int] = Counter()
        self._lock = threading.Lock()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        port: int | None = None,
    ) -> Heard:
        """Send one request and keep the answer."""
        line = _Line("127.0.0.1", port or self.web, timeout=30)
        try:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            text, head = answer.read(), answer.getheaders()
        except (http.client.HTTPException, OSError):
            self.keep(path, b"", 0)
            return Heard(0, [], "")
        finally:
            line.close()
        shown = "".join(f"{name}: {value}\n" for name, value in head)
        self.keep(f"{method} {path}", shown.encode("utf-8", "replace") + b"\n" + text, answer.status)
        return Heard(answer.status, head, text.decode("utf-8", "replace"))

    def raw(self, sent: bytes, *, port: int | None = None, leave: bool = False) -> bytes:
        """Send bytes as they are; return what came back until the other side closed. `leave` does not wait for it."""
        came = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port or self.web), 5) as line:
            line.sendall(sent)
            if leave:
                return came
            line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65536):
                came += piece
        status = re.match(rb"HTTP/1\.\d (\d{3})", came)
        self.keep("no HTTP", came, int(status[1]) if status else 0)
        return came

    def bank(self, **changes: Any) -> None:
        """Change the practice bank's settings or order faults (docs/practice-bank.md)."""
        sent = json.dumps(changes).encode()
        heard = self.ask("POST", "/control", sent, {"Content-Type": JSON}, port=self.bank_desk)
        assert heard.status == 200, heard.text

    def keep(self, asked: str, answer: bytes, status: int) -> None:
        """Keep what was said; `status` is counted."""
        with self._lock:
            self.answers.append((asked, answer))
            self.statuses[status] += 1
