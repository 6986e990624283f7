"""The doorbell: after a commit a worker is told which work is due, by name and id, and nothing else.

The table is the truth, the queue a doorbell (trust.md): whatever a doorbell would have started is found again by a sweep
of the scheduler. So ringing never raises and never waits long, a doorbell goes stale after minutes, and a job may run
twice. Only names and ids pass through Valkey, as JSON: whoever writes into the queue can at most have due work looked at.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import redis
import structlog
from flask import Flask, current_app, has_app_context
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from .domain.clock import real_now
from .failpoints import fail_point
from .plugin import registry

__all__ = ["QUEUE", "open_queue", "ring", "run_job", "workers_alive"]

QUEUE = "egestion"
STALE_AFTER = 300  # seconds: by then the sweeps have been there
LONGEST_JOB = 900  # seconds until the worker interrupts a job; a gateway call has its own, far shorter deadline
KEEP_RESULT, KEEP_FAILURE = 0, 86_400  # seconds
SILENT_AFTER_FAILURE = 5.0  # seconds without another try: a dead Valkey does not slow down every request
WORKERS = "rq:workers"  # where RQ keeps the names of its workers' entries
DEAD_AFTER = timedelta(seconds=45)  # a worker that waits gives a sign of life every 15 seconds
LARGEST_ID = 2**31 - 1
log = structlog.get_logger(__name__)


class _Bell:
    """The queue of one process, opened at the first ring, and until when it is left alone after a failure."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.queues: dict[str, Queue] = {}
        self.silent_until = float("-inf")

    def queue(self, url: str) -> Queue:
        with self.lock:
            if url not in self.queues:
                self.queues[url] = open_queue(url)
            return self.queues[url]


_bell = _Bell()


def open_queue(url: str) -> Queue:
    """Return the doorbells' queue at a Redis URL. Opens no connection; short time-outs and no retries of its own."""
    connection = redis.Redis.from_url(
        url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0), health_check_interval=30
    )
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def ring(name: str, id: int) -> bool:
    """Ask a worker to run the registered job `name` for row `id`; call it after the commit only (`after_commit`).

    True when the queue took it. Never raises: a doorbell that fails loses nothing, the sweep finds the row.
    """
    fail_point("doorbell.before_ringing")  # what rang for is committed: the only thing lost is the sound
    if time.monotonic() < _bell.silent_until:
        return False
    try:
        queue = _bell.queue(current_app.extensions["settings"].redis_url)
        queue.enqueue_call(
            f"{__name__}.{run_job.__name__}",
            args=(name, id),
            timeout=LONGEST_JOB,
            result_ttl=KEEP_RESULT,
            failure_ttl=KEEP_FAILURE,
            ttl=STALE_AFTER,
            description=f"{name} {id}",
        )
    except Exception as error:  # noqa: BLE001 - the work is committed; its doorbell must not fail the caller
        _bell.silent_until = time.monotonic() + SILENT_AFTER_FAILURE
        log.warning("doorbell_failed", job=name, error=type(error).__name__)
        return False
    return True


def workers_alive(connection: redis.Redis[Any]) -> int:
    """Return how many workers of the queue have given a sign of life lately. Raises redis.RedisError.

    A killed worker's entry outlives it by minutes, so its last heartbeat is looked at, not that there is one.
    """
    beats = [connection.hget(key, "last_heartbeat") for key in sorted(connection.smembers(WORKERS))]
    return sum(_recent(beat) for beat in beats if beat is not None)


def _recent(beat: bytes) -> bool:
    try:
        at = datetime.fromisoformat(beat.decode())
    except ValueError:
        return False
    return real_now() - at <= DEAD_AFTER


def run_job(name: object = None, id: object = None, *more: object, **others: object) -> None:
    """Run the registered job; what workers execute, inside an application context.

    What did not come from `ring` (an unknown name, an id that is none, more arguments) is logged and does nothing.
    """
    if not isinstance(name, str) or type(id) is not int or not 0 < id <= LARGEST_ID or more or others:
        log.warning("doorbell_malformed")
        return
    if has_app_context():
        _run(name, id)
        return
    with _application().app_context():
        _run(name, id)


def _run(name: str, id: int) -> None:
    job = registry().jobs.get(name)
    if job is None:
        log.warning("doorbell_unknown", job=name[:40])
        return
    job(id)


_app: Flask | None = None
_building = threading.Lock()


def _application() -> Flask:
    """The application of a worker process that has none yet, built once (a bare `rq worker`)."""
    global _app
    with _building:
        if _app is None:
            from . import create_app

            _app = create_app()
        return _app
