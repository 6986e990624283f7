"""Authorisations a second through HTTP against the floor, interleaved in one run, and what each costs."""

from __future__ import annotations

import json
import statistics
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.supervisor.provision import libpq

from . import floor
from .load import Result, closed_loop, open_loop, order_request
from .service import Service

ROUNDS, SECONDS, WARM = 5, 4.0, 20.0
# At 120 ms as many as the workers may have calls under way (3 x runner.MOST_CALLS): more would be answered 503.
CASES = ((0, 16, 150), (120, 18, 100))  # the bank's latency in ms, clients, the aim


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what, the medians of ours and of the floor, their ratio, the aim."""

    what: str
    ours: str
    floor: str = ""
    ratio: str = ""
    aim: str = ""
    met: bool | None = None


def measure(service: Service) -> Iterator[Line]:
    """Run everything that is measured about authorisations."""
    token = service.command("api-token", "supervisor")
    make = order_request(token)
    owner = libpq(service.settings.owner_url or "")
    floor.prepare(owner)
    try:
        # Warm: every connection, every prepared statement, and the statistics PostgreSQL gathers of young tables.
        closed_loop(service.settings.port, make, 24, WARM)
        for latency, clients, aim in CASES:
            set_latency(service, latency)
            yield from _rates(service, make, owner, latency, clients, aim)
        set_latency(service, 0)
        yield from _added(service, make)
    finally:
        floor.drop(owner)


def set_latency(service: Service, milliseconds: int) -> None:
    """Tell the practice bank how long to take."""
    body = json.dumps({"latency_ms": milliseconds}).encode()
    url = f"http://127.0.0.1:{service.settings.bank_port}/control"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - our own loopback address


def _rates(service: Service, make: object, owner: str, latency: int, clients: int, aim: int) -> Iterator[Line]:
    ours: list[Result] = []
    least: list[Result] = []
    before = {kind: service.cpu(kind) for kind in ("web", "postgres", "bank")}
    spent = dict.fromkeys(before, 0.0)
    for _ in range(ROUNDS):
        before = {kind: service.cpu(kind) for kind in spent}
        ours.append(closed_loop(service.settings.port, make, clients, SECONDS))  # type: ignore[arg-type]
        for kind in spent:
            spent[kind] += service.cpu(kind) - before[kind]
        least.append(floor.run(owner, service.settings.bank_port, clients, SECONDS))
    rate, bound = statistics.median(r.rate for r in ours), statistics.median(r.rate for r in least)
    what = f"authorisations/s, bank {latency} ms, {clients} clients"
    yield Line(what, f"{rate:.0f}", f"{bound:.0f}", f"{rate / bound:.2f}", f">= {aim}/s", rate >= aim)
    wrong = sum(r.wrong for r in ours)
    yield Line("  answers neither 201 nor 503", str(wrong), str(sum(r.wrong for r in least)), aim="0", met=wrong == 0)
    for status, times in sorted(sum((r.others for r in ours), Counter()).items()):  # an empty count adds no line
        yield Line(f"    {status or 'no answer'}", str(times))
    yield Line("  answers 503: no call was free, nothing sent", str(sum(r.not_sent for r in ours)))
    count = sum(len(r.latencies) for r in ours) or 1
    for kind, seconds in spent.items():
        yield Line(f"  CPU of {kind} an authorisation, ms", f"{1000 * seconds / count:.2f}")
    yield Line("  CPU of the load generator, ms", f"{1000 * sum(r.cpu for r in ours) / count:.2f}")


def _added(service: Service, make: object) -> Iterator[Line]:
    """p95 at 50/s, open loop, less the bank's own p95 as one client alone sees it."""
    added = []
    for _ in range(ROUNDS):
        loaded = open_loop(service.settings.port, make, 50, SECONDS)  # type: ignore[arg-type]
        added.append(1000 * loaded.percentile(0.95))
    bank = 1000 * floor.bank_alone(service.settings.bank_port, SECONDS).percentile(0.95)
    p95 = statistics.median(added)
    yield Line("p95 at 50/s, ms (floor: the bank alone)", f"{p95:.1f}", f"{bank:.1f}")
    yield Line("added p95 at 50/s, ms", f"{p95 - bank:.1f}", aim="<= 15 ms", met=p95 - bank <= 15)
