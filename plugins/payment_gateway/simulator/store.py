"""One writer: every operation of the bank is one piece of work on the one connection of the one writing thread.

Pieces that wait together are committed together (one write to the disk for all of them), and none of their callers is
answered before that commit: an answered reply is a committed one, also after kill -9 or a power cut.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from .schema import open_database

T = TypeVar("T")
BATCH = 256


@dataclass
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any] | None  # None: nobody waits
    durable: bool
    result: Any = field(default=None)
    failure: BaseException | None = field(default=None)


class Store:
    """The bank's database behind its writing thread."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        open_database(data).close()  # a folder that cannot be written shows here, in the caller
        self._thread = threading.Thread(target=self._serve, name="bank-writer")
        self._thread.start()

    async def run(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Do `work` inside a transaction and return its result once that is committed.

        Work is done in the order of the calls. What raises is undone alone and raises here. `durable=False` is for
        what a power cut may take (a crash of the process still may not).
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(work, future, durable))
        return await future

    def post(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do `work` after all that was asked before, without waiting for it and without forcing the disk."""
        self._jobs.put(_Job(work, None, durable=False))

    async def close(self) -> None:
        """Finish what was asked, then close the database."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        database = open_database(self._data)
        running = True
        while running:
            batch = self._next_batch()
            if batch[-1] is None:
                running = False
            jobs = [job for job in batch if job is not None]
            if not jobs:
                continue
            _perform(database, jobs)
            if awaited := [job for job in jobs if job.future is not None]:
                self._loop.call_soon_threadsafe(_resolve, awaited)
        database.close()

    def _next_batch(self) -> list[_Job | None]:
        batch = [self._jobs.get()]
        while batch[-1] is not None and len(batch) < BATCH:
            try:
                batch.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return batch


def _perform(database: sqlite3.Connection, jobs: list[_Job]) -> None:
    try:
        level = "FULL" if any(job.durable for job in jobs) else "NORMAL"
        database.execute(f"PRAGMA synchronous = {level}")
        database.execute("BEGIN IMMEDIATE")
        for job in jobs:
            database.execute("SAVEPOINT job")
            try:
                job.result = job.work(database)
            except Exception as failure:  # noqa: BLE001 - raised again where the work was asked for
                job.failure = failure
                database.execute("ROLLBACK TO job")
            database.execute("RELEASE job")
        database.execute("COMMIT")
    except sqlite3.Error as failure:  # disk full, locked: nothing of the batch is done, and nobody is told it is
        for job in jobs:
            job.failure = failure
        if database.in_transaction:
            database.execute("ROLLBACK")


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future is None or job.future.cancelled():
            continue
        if job.failure is not None:
            job.future.set_exception(job.failure)
        else:
            job.future.set_result(job.result)
