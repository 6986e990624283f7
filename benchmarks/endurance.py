"""What the web processes and the workers hold in memory after ten thousand requests or jobs, and whether it still grows."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

from app import create_app
from app.jobs import open_queue, ring
from plugins.payment_gateway.remittance.sweep import JOB

from .authorisations import Line
from .load import closed_loop, order_request
from .service import Process, Service

WARM, REQUESTS, CLIENTS, SLICE = 2_000, 10_000, 12, 5.0
LONGEST = 240.0  # seconds for all jobs: a doorbell goes stale after 300
PATIENCE = 30.0  # seconds for one answer
MOST_MEMORY, MOST_GROWTH = 150, 5  # MB of a process; per cent


def measure(service: Service) -> Iterator[Line]:
    """Take orders until the processes are warm, then ten thousand more; likewise with jobs."""
    make = order_request(service.command("api-token", "supervisor"))
    _take(service, make, WARM)
    before = {each.pid: each for each in service.processes("web")}
    _take(service, make, REQUESTS)
    yield from memory(f"web after {REQUESTS:,} orders", before, service.processes("web"))
    _work(service, WARM)
    before = {each.pid: each for each in service.processes("worker")}
    _work(service, REQUESTS)
    yield from memory(f"workers after {REQUESTS:,} jobs", before, service.processes("worker"))


def memory(what: str, before: dict[int, Process], after: list[Process]) -> Iterator[Line]:
    """Return the lines of the largest process and of the largest growth of one that was there before."""
    largest = max(each.memory for each in after) / 1e6
    growth = max(100 * (each.memory / before[each.pid].memory - 1) for each in after if each.pid in before)
    yield Line(f"memory of {what}, MB", f"{largest:.0f}", aim=f"<= {MOST_MEMORY}", met=largest <= MOST_MEMORY)
    yield Line("  its growth, %", f"{growth:.1f}", aim=f"< {MOST_GROWTH}", met=growth < MOST_GROWTH)


def _take(service: Service, make: object, orders: int) -> None:
    taken = 0
    while taken < orders:
        taken += len(closed_loop(service.settings.port, make, CLIENTS, SLICE).latencies)  # type: ignore[arg-type]


def _work(service: Service, jobs: int) -> None:
    """Ring for a contract that does not exist: each job looks for what is due, as every doorbell does, and finds nothing."""
    queue = open_queue(service.settings.redis_url)
    with create_app(dataclasses.replace(service.settings)).app_context():
        if not all(ring(JOB, number) for number in range(1_000_000, 1_000_000 + jobs)):
            raise RuntimeError("the queue did not take a doorbell")
    until = time.monotonic() + LONGEST
    while len(queue):
        if time.monotonic() > until:
            raise RuntimeError("jobs were left over")
        time.sleep(0.5)
