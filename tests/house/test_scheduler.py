"""The scheduler: one leads, the next takes over, and no sweep's trouble is another's."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from datetime import time as day_time

import psycopg
import pytest
from flask import Flask

from app.domain import clock
from app.plugin import Registry
from app.ports import DailyTask, Sweep
from app.supervisor.postgres import superuser_url
from app.supervisor.scheduler import Scheduler
from config import Settings


class Crew:
    """Schedulers of several machines on one database, each a thread here."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.members: list[tuple[Scheduler, threading.Thread]] = []

    def join(self, *sweeps: Sweep, daily: DailyTask | None = None) -> Scheduler:
        app = Flask(__name__)
        registry = app.extensions["egestion"] = Registry()
        for sweep in sweeps:
            registry.add_sweep(sweep)
        if daily:
            registry.add_daily_task(daily)
        scheduler = Scheduler(app, self.settings)
        thread = threading.Thread(target=scheduler.run)
        self.members.append((scheduler, thread))
        thread.start()
        return scheduler

    def leave(self) -> None:
        for scheduler, _ in self.members:
            scheduler.ended.set()
        for _, thread in self.members:
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def crew(clean: Settings) -> Iterator[Crew]:
    found = Crew(clean)
    clock.configure(clean.clock_file)
    yield found
    found.leave()
    clock.configure(None)
    (clean.data_dir / "daily.json").unlink(missing_ok=True)


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


def test_a_sweep_that_fails_is_tried_again_and_holds_up_nobody(crew: Crew) -> None:
    rounds = {"good": 0, "bad": 0}
    gate = threading.Event()

    def good() -> int:
        rounds["good"] += 1
        return 0

    def bad() -> int:
        rounds["bad"] += 1
        raise ZeroDivisionError

    def slow() -> int:
        gate.wait(20)
        return 0

    crew.join(Sweep("good", 0.05, good), Sweep("bad", 0.05, bad), Sweep("slow", 0.05, slow))
    until(lambda: rounds["good"] >= 3 and rounds["bad"] >= 3)
    gate.set()


def test_one_leads_and_the_next_takes_over(crew: Crew) -> None:
    ran: list[str] = []

    def sweep(name: str) -> Sweep:
        return Sweep("work", 0.05, lambda: ran.append(name) or 0)  # type: ignore[func-returns-value]

    first = crew.join(sweep("first"))
    until(first.leading.is_set)
    second = crew.join(sweep("second"))
    time.sleep(0.5)
    assert set(ran) == {"first"}
    assert not second.leading.is_set()
    first.ended.set()
    until(second.leading.is_set)
    until(lambda: "second" in ran)


def test_a_leader_whose_session_is_gone_leads_no_more_until_it_has_the_lock_again(crew: Crew) -> None:
    leader = crew.join()
    until(leader.leading.is_set)
    with psycopg.connect(superuser_url(crew.settings), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7305113"
        )
    until(lambda: not leader.leading.is_set())
    until(leader.leading.is_set)


def test_missed_days_are_caught_up_in_order(crew: Crew) -> None:
    days: list[date] = []
    task = DailyTask("close", day_time(0, 0), "Europe/Paris", days.append)
    crew.join(daily=task)
    until(lambda: len(days) == 1)
    clock.write_state(crew.settings.clock_file, timedelta(days=3), clock.business_now())
    until(lambda: len(days) == 4)
    assert [(day - days[0]).days for day in days] == [0, 1, 2, 3]


def test_a_failing_day_holds_back_no_later_day_and_is_not_hammered(crew: Crew) -> None:
    tried: list[date] = []

    def run(day: date) -> None:
        tried.append(day)
        if day == tried[0]:
            raise ZeroDivisionError

    leader = crew.join(daily=DailyTask("close", day_time(0, 0), "Europe/Paris", run))
    until(lambda: len(tried) == 1)
    clock.write_state(crew.settings.clock_file, timedelta(days=2), clock.business_now())
    until(lambda: len(tried) == 3)
    time.sleep(4.5)  # two more looks
    assert [(day - tried[0]).days for day in tried] == [0, 1, 2]
    leader.pauses._tries.clear()  # its minute is over
    until(lambda: len(tried) == 4)
    assert tried[3] == tried[0], "the day that failed is still due"
