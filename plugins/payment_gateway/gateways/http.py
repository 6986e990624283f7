"""One POST to the bank: sent at most once, answered before one deadline, over connections kept alive per account.

Built on the standard library's HTTP parser: no retries, no redirects, no proxies from the environment, no logging, and
nothing between us and the socket that could hide whether a byte was sent (docs/decisions/0005-gateway-transport.md).
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import select
import time
from collections import deque
from urllib.parse import urlsplit

from app.ports import Reply, Unanswered, Unsent

from .sockets import TimedSocket, connect, tls_context

BODY_LIMIT = 1024 * 1024  # bytes; the platform's replies are below 8 KiB
IDLE_CONNECTIONS = 8
# Web servers close silent connections after 5 seconds or more: a younger one is hardly ever closed while we write to it.
IDLE_SECONDS = 4.0
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "application/json",
    "User-Agent": "egestion",
}


class BadAddress(ValueError):
    """A URL no gateway can be reached under; the text says what is wrong with it."""


class _Line(http.client.HTTPConnection):
    """A connection whose request leaves in one piece, so that the first refusal of the kernel means nothing was sent."""

    auto_open = 0  # a lost connection is never opened again behind our back
    debuglevel = 0  # whoever switches http.client's printing on does not get card numbers

    def __init__(self, host: str, port: int, sock: TimedSocket, default_port: int) -> None:
        super().__init__(host, port)
        self.default_port = default_port  # which the Host header leaves out
        self.sock = self.timed = sock
        self.idle_since = 0.0
        self._pieces: list[bytes] = []

    def send(self, data: bytes) -> None:  # type: ignore[override]  # we only ever send bytes
        """Keep a piece; `transmit` sends all of them."""
        self._pieces.append(data)

    def transmit(self, path: str, body: bytes, deadline: float) -> None:
        """Send one request. Raises Unsent or Unanswered; the line is closed then."""
        self.timed.obey(deadline)
        try:
            self.request("POST", path, body, HEADERS)
            self.timed.sendall(b"".join(self._pieces))
        except OSError as error:
            self.close()
            what = f"send: {type(error).__name__}"
            raise (Unsent(what) if self.timed.sent == 0 else Unanswered(what)) from None
        finally:
            self._pieces.clear()  # they hold a card number

    @property
    def alive(self) -> bool:
        """Whether nothing has arrived on the idle line: an end, an error or a word nobody asked for all spoil it."""
        poll = select.poll()
        poll.register(self.timed, select.POLLIN)
        return not poll.poll(0)


class Transport:
    """The way to one account's bank; threads share it."""

    def __init__(self, url: str) -> None:
        """Take `https://host[:port][/path]`; plain http only to this machine. Raises BadAddress."""
        self.host, self.port, self.path, secure = _read(url)
        self._context = tls_context() if secure else None
        self._idle: deque[_Line] = deque()  # the youngest on the right; append and pop are atomic
        self._process = os.getpid()

    def post(self, path: str, body: bytes, deadline: float) -> Reply:
        """Send `body` (JSON) to `path` below the account's URL; `deadline` in `time.monotonic()` seconds.

        Raises Unsent when the connection failed before the first byte of the request was sent, Unanswered otherwise.
        """
        if time.monotonic() >= deadline:
            raise Unsent("the deadline had passed")
        path = self.path + path
        line = self._kept()
        if line is not None:
            try:
                line.transmit(path, body, deadline)
            except Unsent:
                line = None  # it died while it was idle and took no byte: a new one may carry the request
        if line is None:
            line = self._open(deadline)
            line.transmit(path, body, deadline)
        return self._receive(line)

    def _open(self, deadline: float) -> _Line:
        sock = connect(self.host, self.port, deadline, self._context)
        return _Line(self.host, self.port, sock, 443 if self._context else 80)

    def close(self) -> None:
        """Close the idle connections; calls under way end by themselves."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:  # another thread took the last one
                return

    def _receive(self, line: _Line) -> Reply:
        try:
            answer = line.getresponse()
            if (answer.length or 0) > BODY_LIMIT:
                raise Unanswered("the reply is too long")
            body = answer.read(BODY_LIMIT + 1)
            if len(body) > BODY_LIMIT:
                raise Unanswered("the reply is too long")
            if answer.length:
                raise Unanswered("the reply ends too soon")
        except Unanswered:
            line.close()
            raise
        except TimeoutError:
            line.close()
            raise Unanswered("deadline") from None
        except Exception as error:  # noqa: BLE001 - whatever a stranger's bytes do to the parser: no usable answer
            line.close()
            raise Unanswered(f"read: {type(error).__name__}") from None
        if answer.status == http.client.OK and answer.isclosed() and not answer.will_close:
            self._keep(line)
        else:
            line.close()
        return Reply(answer.status, body)

    def _kept(self) -> _Line | None:
        if self._process != os.getpid():  # the parent's connections are not ours to use
            self._idle, self._process = deque(), os.getpid()
        oldest = time.monotonic() - IDLE_SECONDS
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:
                return None
            if line.idle_since >= oldest and line.alive:
                return line
            line.close()
        return None

    def _keep(self, line: _Line) -> None:
        line.idle_since = time.monotonic()
        self._idle.append(line)
        while self._idle and (
            len(self._idle) > IDLE_CONNECTIONS or self._idle[0].idle_since < line.idle_since - IDLE_SECONDS
        ):
            try:
                self._idle.popleft().close()
            except IndexError:
                return


def _read(url: str) -> tuple[str, int, str, bool]:
    """Return host, port, path without its last slash, and whether TLS is used."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("the URL cannot be read") from None
    if parts.scheme not in ("https", "http") or not host or not url.isascii():
        raise BadAddress("the URL must be https://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadAddress("the URL must have no user, query or fragment")
    secure = parts.scheme == "https"
    if not secure and not _is_this_machine(host):
        raise BadAddress("a bank elsewhere is reached by https only")
    return host, port or (443 if secure else 80), parts.path.rstrip("/"), secure


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
