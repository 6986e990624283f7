"""The scheduler role: one leader among all machines runs the sweeps every few seconds and the daily tasks once a day.

Each sweep has a thread, so one that waits for a bank holds up no other; an exception is logged and the sweep goes on.
"""

import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import psycopg
from flask import Flask

from config import Settings

from .. import create_app
from ..domain.clock import business_now
from ..domain.days import local_day
from ..plugin import registry
from ..ports import DailyTask
from .daily import BackOff, DailyBook
from .provision import libpq
from .refusals import demand_safe

PARIS = ZoneInfo("Europe/Paris")
LEADER_LOCK = 7_305_113
LOOK_EVERY = 2.0  # seconds between two proofs of leadership, and between two looks for daily tasks
log = logging.getLogger("egestion.scheduler")


class Scheduler:
    """Runs while it leads; whoever does not lead waits, and takes over within seconds of the leader's death."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.book = DailyBook(settings.data_dir / "daily.json")
        self.pauses = BackOff()
        self.ended = threading.Event()
        self.leading = threading.Event()

    def run(self) -> None:
        """Until `ended` is set; the round of each sweep under way comes to its end."""
        registered = registry(self.app)
        threads = [self._thread(sweep.name, sweep.seconds, sweep.run) for sweep in registered.sweeps.values()]
        threads.append(self._thread("daily tasks", LOOK_EVERY, self._daily))
        connection: psycopg.Connection[tuple[bool]] | None = None
        while not self.ended.is_set():
            connection = self._lead(connection)
            self.ended.wait(LOOK_EVERY)
        self.leading.clear()
        for thread in threads:
            thread.join(30)
        if connection is not None:
            connection.close()

    def _lead(self, connection: "psycopg.Connection[tuple[bool]] | None") -> "psycopg.Connection[tuple[bool]] | None":
        """Hold or try for the leader's lock: it lives with its database session."""
        try:
            if connection is None:
                connection = psycopg.connect(libpq(self.settings.database_url), autocommit=True, connect_timeout=5)
            if self.leading.is_set():
                connection.execute("SELECT 1")
                return connection
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LEADER_LOCK,)).fetchone()
            if row and row[0]:
                self.leading.set()
                log.info("leads")
        except psycopg.Error as error:
            if self.leading.is_set():
                log.warning("lost its database session (%s): leads no more", type(error).__name__)
            self.leading.clear()
            if connection is not None:
                connection.close()
            return None
        return connection

    def _thread(self, name: str, seconds: float, run: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=self._loop, args=(name, seconds, run), name=name, daemon=True)
        thread.start()
        return thread

    def _loop(self, name: str, seconds: float, run: Callable[[], object]) -> None:
        while not self.ended.is_set():
            if not self.leading.wait(0.5):
                continue
            begun = time.monotonic()
            try:
                with self.app.app_context():
                    run()
            except Exception as error:  # one sweep's trouble is no other's, nor its own next round's
                log.error("%s failed: %s", name, type(error).__name__, exc_info=error)
            self.ended.wait(max(0.05, seconds - (time.monotonic() - begun)))

    def _daily(self) -> None:
        with contextlib.suppress(OSError):  # a full disk keeps no task from its day
            self.book.lived(local_day(business_now(), PARIS))
        for task in registry(self.app).daily_tasks.values():
            try:
                self._catch_up(task)
            except Exception as error:  # the book cannot be written: the other tasks have their own day
                log.error("%s failed: %s", task.name, type(error).__name__, exc_info=error)

    def _catch_up(self, task: DailyTask) -> None:
        """Do every day that is due; one that fails waits longer each time, and holds back no later one."""
        for day in self.book.due(task.name, task.at, task.zone, business_now()):
            if not self.leading.is_set() or self.ended.is_set():
                return
            if self.pauses.waits(task.name, day):
                continue
            try:
                task.run(day)
            except Exception as error:
                seconds = self.pauses.failed(task.name, day)
                log.error(
                    "%s of %s failed: %s; again in %d s", task.name, day, type(error).__name__, seconds, exc_info=error
                )
                self.book.failed(task.name, day)
            else:
                self.pauses.done(task.name, day)
                self.book.done(task.name, day)


def schedule(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    demand_safe(settings)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    scheduler = Scheduler(create_app(settings), settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: scheduler.ended.set())
    scheduler.run()
