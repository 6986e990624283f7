"""Evenings: captures a second end to end against the queue's own bare jobs, and what a remittance of 10,000 sales takes."""

from __future__ import annotations

import dataclasses
import json
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import event

from app import create_app
from app.domain.clock import real_now
from app.domain.days import add_days
from plugins.payment_gateway.remittance.batch import capture_together
from plugins.payment_gateway.remittance.captures import Sent
from plugins.payment_gateway.remittance.due import Due
from plugins.payment_gateway.remittance.run import AT_ONCE

from .authorisations import Line, set_latency
from .endurance import memory
from .load import CAPTURE_DAY
from .queue_floor import jobs_a_second
from .service import Service
from .waiting import business_day, due_of, lay, merchant_of, set_clock

SALES, EVENINGS = 10_000, 3
CUT_OFF = 21  # o'clock
LONGEST = 900.0  # seconds
FORKING = 2  # times as fast as a forking worker runs jobs that do nothing, is the aim
KINDS = ("scheduler", "worker", "postgres", "bank")


def measure(service: Service) -> Iterator[Line]:
    """Let the days come: what the service has taken so far leaves first and warms everything. Then three evenings of
    10,000 sales each, from the cut-off, by scheduler and workers. The clock stays moved."""
    set_latency(service, 0)
    merchant = merchant_of(service)
    yield Line("statements a capture", f"{statements(service, merchant):.1f}")
    day = business_day(service) + timedelta(days=CAPTURE_DAY + 1)
    set_clock(service, day, CUT_OFF)
    _until_sent(service, day)
    before, spent, took = {each.pid: each for each in service.processes("worker")}, dict.fromkeys(KINDS, 0.0), []
    for evening in range(1, EVENINGS + 1):
        took.append(_evening(service, merchant, day + timedelta(days=evening), spent))
    rates = [SALES / seconds for seconds in took]
    rate, least, forking = statistics.median(rates), jobs_a_second(service), jobs_a_second(service, forking=True)
    aim = FORKING * forking
    yield Line(
        "captures/s; floor: RQ jobs that do nothing", f"{rate:.0f}", f"{least:.0f}", f"{rate / least:.2f}",
        f">= {aim:.0f}/s, {FORKING} x a forking worker's", rate >= aim,
    )  # fmt: skip
    yield Line(f"  lowest, highest of {EVENINGS} evenings", f"{min(rates):.0f}, {max(rates):.0f}")
    yield Line(f"a remittance of {SALES:,} sales, s", f"{statistics.median(took):.0f}", f"{SALES / least:.0f}")
    for kind, seconds in spent.items():
        yield Line(f"  CPU of {kind} a capture, ms", f"{1000 * seconds / SALES / EVENINGS:.2f}")
    yield from memory(f"workers after {SALES * EVENINGS:,} captures", before, service.processes("worker"))
    most = max(each.memory for each in service.processes("scheduler")) / 1e6
    yield Line("memory of the scheduler after its nights' checks, MB", f"{most:.0f}")


def _evening(service: Service, merchant: int, day: date, spent: dict[str, float]) -> float:
    """Lay that day's sales at noon, let the cut-off come, and return the seconds until all are sent."""
    set_clock(service, day, 12)
    _after_the_night(service, day)
    lay(service.settings, merchant, SALES, days=1)
    before = {kind: service.cpu(kind) for kind in KINDS}
    set_clock(service, day, CUT_OFF)
    took = _until_sent(service, day)
    for kind in KINDS:
        spent[kind] += service.cpu(kind) - before[kind]
    return took


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


def _until_sent(service: Service, day: date) -> float:
    """Return after how many seconds nothing of that day waits any more and every remittance is closed."""
    began = time.monotonic()
    while time.monotonic() - began < LONGEST:
        if due_of(service, day) == 0:
            return time.monotonic() - began
        time.sleep(0.5)
    raise RuntimeError(f"not all sales were sent within {LONGEST:.0f} s")


def _after_the_night(service: Service, day: date) -> None:
    """Wait until the night's check of the books is done: it is at work at 3:30, not in the evening."""
    book, until = service.settings.data_dir / "daily.json", time.monotonic() + LONGEST
    while not book.exists() or json.loads(book.read_text()).get("verify") != day.isoformat():
        if time.monotonic() > until:
            raise RuntimeError("the night's check did not end")
        time.sleep(0.5)
