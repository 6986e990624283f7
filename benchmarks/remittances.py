"""The evening: captures a second end to end against the queue's own bare jobs, and what a remittance of 10,000 sales takes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import event

from app import create_app
from app.domain.clock import real_now
from app.domain.days import add_days
from app.supervisor.provision import libpq
from plugins.payment_gateway.remittance.batch import capture_together
from plugins.payment_gateway.remittance.captures import Sent
from plugins.payment_gateway.remittance.due import Due
from plugins.payment_gateway.remittance.run import AT_ONCE

from .authorisations import Line, set_latency
from .queue_floor import jobs_a_second
from .service import Process, Service
from .waiting import lay

SALES, WARM = 10_000, 1_000
LONGEST = 900.0  # seconds
FORKING = 2  # times as fast as a forking worker runs jobs that do nothing, is the aim
MOST_MEMORY, MOST_GROWTH = 150, 5  # MB of a worker; per cent after the first sales
KINDS = ("scheduler", "worker", "postgres", "bank")
AT_WORK = ("scheduler", "worker")


def measure(service: Service) -> Iterator[Line]:
    """Send a small remittance to warm everything, then one of 10,000 sales, by scheduler and workers as every evening."""
    set_latency(service, 0)
    merchant = _merchant(service)
    yield Line("statements a capture", f"{statements(service, merchant):.1f}")
    lay(service.settings, merchant, WARM)
    _until_sent(service)
    before, spent = _memory(service), {kind: service.cpu(kind) for kind in KINDS}
    lay(service.settings, merchant, SALES)
    took = _until_sent(service)
    rate = SALES / took
    least, forking = jobs_a_second(service), jobs_a_second(service, forking=True)
    aim = FORKING * forking
    yield Line(
        "captures/s; floor: RQ jobs that do nothing", f"{rate:.0f}", f"{least:.0f}", f"{rate / least:.2f}",
        f">= {aim:.0f}/s, {FORKING} x a forking worker's", rate >= aim,
    )  # fmt: skip
    yield Line(f"a remittance of {SALES:,} sales, s", f"{took:.0f}", f"{SALES / least:.0f}")
    for kind in KINDS:
        yield Line(f"  CPU of {kind} a capture, ms", f"{1000 * (service.cpu(kind) - spent[kind]) / SALES:.2f}")
    after = _memory(service)
    largest = max(each.memory for each in after.values()) / 1e6
    growth = max(100 * (each.memory / before[pid].memory - 1) for pid, each in after.items() if pid in before)
    yield Line(
        "  memory of the largest of them, MB", f"{largest:.0f}", aim=f"<= {MOST_MEMORY}", met=largest <= MOST_MEMORY
    )
    yield Line("  its growth, %", f"{growth:.1f}", aim=f"< {MOST_GROWTH}", met=growth < MOST_GROWTH)


def statements(service: Service, merchant: int) -> float:
    """Return the statements of one of four captures sent together: of sales not due yet, so that nobody but us sends them."""
    app = create_app(dataclasses.replace(service.settings))
    seen: list[str] = []
    ids = lay(service.settings, merchant, 2 * AT_ONCE, days=3)
    today = real_now().date()
    due = Due(add_days(today, 6), add_days(today, 6), today)
    with app.app_context():
        from app.extensions import db

        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: seen.append(statement))
        for part in (ids[:AT_ONCE], ids[AT_ONCE:]):  # the second, with everything warm, is the one that counts
            seen.clear()
            if set(capture_together(merchant, part, due, None)) != {Sent.DONE}:
                raise RuntimeError("a capture was not done")
        db.engine.dispose()
    return len(seen) / AT_ONCE


def _until_sent(service: Service) -> float:
    """Return after how many seconds nothing is due any more and every remittance is closed."""
    began = time.monotonic()
    with _owner(service) as owner:
        while time.monotonic() - began < LONGEST:
            row = owner.execute(
                "SELECT (SELECT count(*) FROM transaction WHERE state = 'TO_CAPTURE' AND capture_date < current_date)"
                " + (SELECT count(*) FROM remittance WHERE state = 'SENDING')"
            ).fetchone()
            if row == (0,):
                return time.monotonic() - began
            time.sleep(0.5)
    raise RuntimeError(f"not all sales were sent within {LONGEST:.0f} s")


def _merchant(service: Service) -> int:
    with _owner(service) as owner:
        row = owner.execute("SELECT id FROM merchant WHERE short_name = 'PRACTICE'").fetchone()
    if row is None:
        raise RuntimeError("the practice merchant is missing")
    return int(row[0])


@contextmanager
def _owner(service: Service) -> Iterator[psycopg.Connection]:
    with psycopg.connect(libpq(service.settings.owner_url or ""), autocommit=True) as owner:
        owner.execute("SELECT set_config('app.admin', 'on', false)")
        merchants = [row[0] for row in owner.execute("SELECT id FROM merchant").fetchall()]
        owner.execute("SELECT set_config('app.merchants', %s, false)", [f"{{{','.join(map(str, merchants))}}}"])
        yield owner


def _memory(service: Service) -> dict[int, Process]:
    return {each.pid: each for kind in AT_WORK for each in service.processes(kind)}
