"""How long until work goes on after a process was killed: an order is taken, and a sale that is due is captured."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg

from .authorisations import Line, set_latency
from .endurance import PATIENCE
from .load import order_request
from .service import Service
from .waiting import business_day, due_of, lay, merchant_of

AIM, LONGEST, PAUSE = 60, 180, 0.25  # seconds
MANY = 400  # sales of the remittance in whose middle all who send are killed
KILLED = ("web", "worker", "scheduler", "postgres", "valkey", "bank")


def measure(service: Service) -> Iterator[Line]:
    """Kill all processes of one kind after the other, and at last workers and scheduler in the middle of a remittance."""
    set_latency(service, 0)
    merchant, late = merchant_of(service), business_day(service) - timedelta(days=1)
    make = order_request(service.command("api-token", "supervisor"))
    for kind in KILLED:
        _kill(service, kind)
        began = time.monotonic()
        taken = _until(lambda: _ordered(service.settings.port, make), began)
        _until(lambda: bool(lay(service.settings, merchant, 1)), began)
        captured = _until(lambda: due_of(service, late) == 0, began)
        yield _line(f"all of {kind} killed: order / due sale, s", f"{taken:.0f} / {captured:.0f}", max(taken, captured))
    set_latency(service, 50)
    lay(service.settings, merchant, MANY)
    _until(lambda: 0 < due_of(service, late) < MANY, time.monotonic())
    for kind in ("worker", "scheduler"):
        _kill(service, kind)
    began = time.monotonic()
    took = _until(lambda: due_of(service, late) == 0, began)
    yield _line("all who send killed amid a remittance: sent, s", f"{took:.0f}", took)
    set_latency(service, 0)


def _line(what: str, ours: str, took: float) -> Line:
    return Line(what, ours, aim=f"< {AIM} s", met=took < AIM)


def _kill(service: Service, kind: str) -> None:
    for each in service.processes(kind):
        try:
            os.kill(each.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _until(true: Callable[[], bool], began: float) -> float:
    """Return the seconds since `began` at which it first was true; what it raises while the service is away is not."""
    while time.monotonic() - began < LONGEST:
        try:
            if true():
                return time.monotonic() - began
        except (OSError, psycopg.Error, RuntimeError):
            pass
        time.sleep(PAUSE)
    raise RuntimeError(f"not within {LONGEST} s")


def _ordered(port: int, make: Callable[[], bytes]) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(make())
        return line.recv(65536).startswith(b"HTTP/1.1 201")
