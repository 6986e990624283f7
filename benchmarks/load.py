"""A load generator that costs little: prepared requests over kept connections, closed or at a fixed rate."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Result:
    """What one run saw: seconds it took, latencies in seconds, answers that were not as expected."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Connection:
    """One kept HTTP connection; answers must carry Content-Length, as ours do."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None

    def ask(self, request: bytes) -> int:
        """Send one request and return the status, the body read; connects anew when the server had closed."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.socket.recv(65536)
            if not part:
                self.close()
                raise ConnectionError("closed by the server")
            head += part
        top, _, body = head.partition(b"\r\n\r\n")
        lower = top.lower()
        length = int(lower.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(body) < length:
            body += self.socket.recv(65536)
        if b"connection: close" in lower:
            self.close()
        return int(top[9:12])

    def close(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def order_request(token: str, number: str = "4970100000000006") -> Callable[[], bytes]:
    """Return a maker of order requests, each with a key of its own."""
    body = json.dumps(
        {
            "merchant": "PRACTICE",
            "order_number": "BENCH-1",
            "channel": "TELEPHONE_ORDER",
            "amount": 12345,
            "currency": "EUR",
            "card": {"number": number, "expiry": "12/30", "security_code": "123"},
            "capture_day": 3,
        }
    ).encode()
    head = (
        "POST /api/v1/transactions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    ).encode()
    return lambda: head + uuid.uuid4().hex.encode() + b"\r\n\r\n" + body


def closed_loop(port: int, make: Callable[[], bytes], clients: int, seconds: float, expect: int = 201) -> Result:
    """Let `clients` ask one request after the other for some seconds."""
    until = time.monotonic() + seconds
    return _run(clients, lambda share: _ask_until(port, make, until, expect, share))


def open_loop(port: int, make: Callable[[], bytes], rate: float, seconds: float, expect: int = 201) -> Result:
    """Send at a fixed rate whatever the answers do; latency counts from the moment a request was due."""
    clients = 16
    start = time.monotonic() + 0.2

    def work(share: Result) -> None:
        connection = Connection(port)
        while True:
            with turn:
                number = next(numbers)
            due = start + number / rate
            if due > start + seconds:
                break
            time.sleep(max(0.0, due - time.monotonic()))
            _one(connection, make(), due, expect, share)
        connection.close()

    turn, numbers = threading.Lock(), iter(range(10**9))
    return _run(clients, work)


def _ask_until(port: int, make: Callable[[], bytes], until: float, expect: int, share: Result) -> None:
    connection = Connection(port)
    while time.monotonic() < until:
        _one(connection, make(), time.monotonic(), expect, share)
    connection.close()


def _one(connection: Connection, request: bytes, since: float, expect: int, share: Result) -> None:
    try:
        status = connection.ask(request)
    except (OSError, ConnectionError):
        connection.close()
        status = 0
    if status == expect:
        share.latencies.append(time.monotonic() - since)
    else:
        share.wrong += 1


def _run(clients: int, work: Callable[[Result], None]) -> Result:
    shares = [Result() for _ in range(clients)]
    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(
        time.monotonic() - began,
        [latency for share in shares for latency in share.latencies],
        sum(share.wrong for share in shares),
    )
