"""A load generator that costs little, for it shares the cores: one thread, prepared requests, kept connections."""

from __future__ import annotations

import json
import selectors
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

NOT_SENT = 503
CAPTURE_DAY = 3  # of the orders
PATIENCE = 60.0  # seconds for the last answers


@dataclass(slots=True)
class Result:
    """What one run saw: seconds it took and CPU of its own, latencies in seconds, and the other answers.

    `not_sent` are 503: no call of the bank was free, nothing was sent and nothing written. `others` counts by status what is
    neither; 0 is no answer.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    others: Counter[int] = field(default_factory=Counter)
    not_sent: int = 0
    cpu: float = 0.0

    @property
    def wrong(self) -> int:
        """Answers that were none of these."""
        return self.others.total()

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Connection:
    """One kept HTTP connection with at most one request under way; answers must carry Content-Length, as ours do."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.since = 0.0
        self._answer = b""

    def ask(self, request: bytes, since: float) -> None:
        """Send a request that counts from `since`."""
        self.since, self._answer = since, b""
        self.socket.sendall(request)

    def read(self) -> int | None:
        """Return the status once the answer is whole, None before that, 0 when the server closed."""
        part = self.socket.recv(65536)
        if not part:
            return 0
        self._answer += part
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return int(head[9:12]) if len(body) >= length else None


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
            "capture_day": CAPTURE_DAY,
        }
    ).encode()
    head = (
        "POST /api/v1/transactions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    ).encode()
    return lambda: head + uuid.uuid4().hex.encode() + b"\r\n\r\n" + body


class Load:
    """One run: its connections, which of them are idle, and what came back."""

    def __init__(self, port: int, make: Callable[[], bytes], clients: int, expect: int) -> None:
        self.port, self.make, self.expect = port, make, expect
        self.result = Result()
        self.selector = selectors.DefaultSelector()
        self.idle: list[Connection] = []
        self.asking = 0
        for _ in range(clients):
            self._open()

    def _open(self) -> None:
        connection = Connection(self.port)
        self.selector.register(connection.socket, selectors.EVENT_READ, connection)
        self.idle.append(connection)

    def ask(self, since: float) -> None:
        """Send the next request on an idle connection."""
        self.asking += 1
        self.idle.pop().ask(self.make(), since)

    def wait(self, seconds: float) -> None:
        """Take the answers that come within some time; at least look."""
        for key, _ in self.selector.select(seconds):
            connection: Connection = key.data
            status = connection.read()
            if status is not None:
                self._answered(connection, status)

    def _answered(self, connection: Connection, status: int) -> None:
        self.asking -= 1
        if status == self.expect:
            self.result.latencies.append(time.monotonic() - connection.since)
            self.idle.append(connection)
            return
        if status == NOT_SENT:
            self.result.not_sent += 1
        else:
            self.result.others[status] += 1
        # Another connection may lead to a worker with a free call, as a balancer in front would see to.
        self.selector.unregister(connection.socket)
        connection.socket.close()
        self._open()

    def finish(self, began: float, cpu: float) -> Result:
        """Wait for the last answers, close, and return what was seen."""
        until = time.monotonic() + PATIENCE
        while self.asking and time.monotonic() < until:
            self.wait(1.0)
        self.result.others[0] += self.asking
        self.result.seconds, self.result.cpu = time.monotonic() - began, time.process_time() - cpu
        for key in list(self.selector.get_map().values()):
            key.data.socket.close()
        self.selector.close()
        return self.result


def closed_loop(port: int, make: Callable[[], bytes], clients: int, seconds: float, expect: int = 201) -> Result:
    """Let `clients` ask one request after the other for some seconds."""
    load = Load(port, make, clients, expect)
    began, cpu = time.monotonic(), time.process_time()
    while time.monotonic() < began + seconds:
        while load.idle:
            load.ask(time.monotonic())
        load.wait(1.0)
    return load.finish(began, cpu)


def open_loop(port: int, make: Callable[[], bytes], rate: float, seconds: float, expect: int = 201) -> Result:
    """Send at a fixed rate whatever the answers do; latency counts from the moment a request was due."""
    load = Load(port, make, 16, expect)
    began, cpu = time.monotonic(), time.process_time()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        while time.monotonic() < due or not load.idle:
            load.wait(max(0.0, due - time.monotonic()))
        load.ask(due)
    return load.finish(began, cpu)
