"""What the web processes hold in memory after ten thousand requests, and whether it still grows."""

from __future__ import annotations

from collections.abc import Iterator

from .authorisations import Line
from .load import closed_loop, order_request
from .service import Process, Service

WARM, REQUESTS, CLIENTS, SLICE = 2_000, 10_000, 12, 5.0
PATIENCE = 30.0  # seconds for one answer
MOST_MEMORY, MOST_GROWTH = 150, 5  # MB of a process; per cent


def measure(service: Service) -> Iterator[Line]:
    """Take orders until the processes are warm, then ten thousand more."""
    make = order_request(service.command("api-token", "supervisor"))
    _take(service, make, WARM)
    before = {each.pid: each for each in service.processes("web")}
    _take(service, make, REQUESTS)
    yield from memory(f"web after {REQUESTS:,} orders", before, service.processes("web"))


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
