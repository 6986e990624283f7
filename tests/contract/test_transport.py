"""The way to the bank: sent once, one deadline for all of it, FAILED only when no byte of the request left."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from app.ports import BankAccess, GatewayResult, Outcome, Unanswered
from plugins.payment_gateway.gateways import sockets
from plugins.payment_gateway.gateways.http import BadAddress, Transport
from plugins.payment_gateway.gateways.sips import Sips
from tests.bank.conftest import PRACTICE
from tests.contract.bench import Watch, order, soon
from tests.contract.stranger import SECRET, Stranger, http, reply_to, sending

CARD = "4970100000000006"


class Caller:
    """A gateway at a URL, and one way to call it."""

    def __init__(self, url: str) -> None:
        self.transport, self.watch = Transport(url), Watch()
        self.gateway = Sips(BankAccess(url, PRACTICE, 1, SECRET), self.transport, self.watch)

    def authorize(self, seconds: float = 5.0) -> GatewayResult:
        return self.gateway.authorize(order(CARD), soon(seconds))


@pytest.fixture
def caller(stranger: Stranger) -> Iterator[Caller]:
    made = Caller(stranger.url)
    yield made
    made.transport.close()


def timed(caller: Caller, seconds: float) -> tuple[GatewayResult, float]:
    begun = time.monotonic()
    return caller.authorize(seconds), time.monotonic() - begun


# --- the deadline -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["status line", "headers", "body", "chunk", "continue"])
def test_a_byte_a_moment_does_not_stretch_the_deadline(stranger: Stranger, caller: Caller, part: str) -> None:
    start = {
        "status line": b"",
        "headers": b"HTTP/1.1 200 OK\r\n",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
        "continue": b"",
    }[part]

    def drip(connection: socket.socket, _body: bytes) -> bool:
        connection.sendall(start)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" if part == "continue" else b"H")
                time.sleep(0.02)
        return False

    stranger.behave = drip
    result, took = timed(caller, 0.5)
    assert result.outcome == Outcome.UNKNOWN
    assert result.reason == "deadline"
    assert 0.4 < took < 0.8


def test_a_bank_that_does_not_read_meets_the_deadline(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    transport = Transport(f"http://127.0.0.1:{listener.getsockname()[1]}")
    begun = time.monotonic()
    with pytest.raises(Unanswered):
        transport.post("/x", b"x" * 8_000_000, begun + 0.5)
    assert time.monotonic() - begun < 0.8
    listener.close()


def test_a_name_nobody_answers_for_meets_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def silent(host: str, *rest: object, **named: int) -> object:
        if not named.get("flags"):
            time.sleep(1.5)
        return real(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    result, took = timed(Caller("https://bank.invalid"), 0.3)
    assert (result.outcome, result.reason) == (Outcome.FAILED, "name: no answer")
    assert took < 0.6


# --- provably not sent --------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_failed(free_port: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert Caller(f"http://127.0.0.1:{port}").authorize().outcome == Outcome.FAILED


def test_an_unknown_name_is_failed() -> None:
    result = Caller("https://no-such-bank.invalid").authorize()
    assert (result.outcome, result.reason) == (Outcome.FAILED, "name: gaierror")


def test_a_connection_that_is_never_accepted_is_failed() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:  # fill the queue of what waits to be accepted
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        result, took = timed(Caller(f"http://127.0.0.1:{port}"), 0.5)
        for each in waiting:
            each.close()
    assert result.outcome == Outcome.FAILED
    assert took < 0.8


# --- perhaps sent -------------------------------------------------------------------------------------------------------


def reset(connection: socket.socket, _body: bytes) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


GOOD = b'{"responseCode":"00"}'
NO_ANSWERS = {
    "reset": reset,
    "closed": sending(b""),
    "no HTTP": sending(b"00 approved\n"),
    "half a head": sending(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "half a body": sending(http(GOOD)[:-4]),
    "too long": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{"),
    "too long, unannounced": sending(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 1_100_000),
    "bad length": sending(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"),
    "bad chunk": sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    "no content": sending(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "switching": sending(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    "compressed": sending(http(b"\x1f\x8b" + GOOD, headers={"Content-Encoding": "gzip"})),
    "headers without end": sending(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000),
    "one long header": sending(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000),
}


@pytest.mark.parametrize("how", sorted(NO_ANSWERS))
def test_no_usable_answer_is_unknown(stranger: Stranger, caller: Caller, how: str) -> None:
    stranger.behave = NO_ANSWERS[how]
    result = caller.authorize(2.0)
    assert result.outcome == Outcome.UNKNOWN, result
    assert len(stranger.requests) == 1


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent", "429 Slow", "500 No", "503 No"]
)
def test_another_status_is_unknown_and_never_followed(stranger: Stranger, caller: Caller, status: str) -> None:
    elsewhere = Stranger()
    headers = {"Location": f"{elsewhere.url}/rs-services/v2/checkout/cardOrder", "Retry-After": "0"}

    def behave(connection: socket.socket, body: bytes) -> bool:
        connection.sendall(http(json.dumps(reply_to(body)).encode(), status, headers))
        return True

    stranger.behave = behave
    result = caller.authorize(2.0)
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, f"HTTP {status[:3]}")
    assert (len(stranger.requests), elsewhere.connections) == (1, 0)
    elsewhere.stop()


def test_proxies_of_the_environment_are_not_used(
    stranger: Stranger, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert caller.authorize().outcome == Outcome.APPROVED


def test_the_request_leaves_in_one_piece(stranger: Stranger, caller: Caller) -> None:
    caller.authorize()
    head = stranger.heads[0].decode()
    assert head.startswith("POST /rs-services/v2/checkout/cardOrder HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{stranger.port}" in head
    assert "Content-Type: application/json; charset=utf-8" in head
    assert "Accept-Encoding: identity" in head


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example",
        "ftp://127.0.0.1",
        "https://user:word@bank.example",
        "https://",
        "https://[",
        "bank",
        "",
        "https://bank.example/?q",
        "https://bank.example:0x1",
        "https://bänk.example",
    ],
)
def test_an_address_without_protection_or_sense_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        Transport(url)


def test_remaining_time_ends() -> None:
    with pytest.raises(TimeoutError):
        sockets.remaining(time.monotonic())
    assert threading.active_count() < 100
