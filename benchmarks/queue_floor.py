"""The floor of work by the queue: RQ running jobs that do nothing, by the product's worker and by RQ's forking one."""

from __future__ import annotations

import subprocess
import sys
import time

import redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app import create_app
from app.supervisor.worker import Worker as OurWorker
from config import load

from .service import Service

NAME = "bench"
JOBS, FORKED_JOBS = 3_000, 300
PROCESSES = 2  # as many workers as the service has


def nothing() -> None:
    """Do what a job costs that does nothing."""


def jobs_a_second(service: Service, *, forking: bool = False) -> float:
    """Return how many jobs that do nothing two workers of the product's class run a second, or one forking worker of RQ's."""
    connection = redis.Redis.from_url(service.settings.redis_url)
    queue = Queue(NAME, connection=connection, serializer=JSONSerializer)
    count, processes = (FORKED_JOBS, 1) if forking else (JOBS, PROCESSES)
    queue.enqueue_many([Queue.prepare_data(nothing, result_ttl=0) for _ in range(count)])
    words = [sys.executable, "-m", __spec__.name, *(["forking"] if forking else [])]
    workers = [
        subprocess.Popen(words, env=service.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    for each in workers:  # loading the application is no part of it
        each.stdout.readline()  # type: ignore[union-attr]  # a pipe
    began = time.monotonic()
    for each in workers:
        each.stdin.close()  # type: ignore[union-attr]  # likewise
    for each in workers:
        each.wait(300)
    took = time.monotonic() - began
    if len(queue):
        raise RuntimeError("jobs were left over")
    return count / took


def _work(forking: bool) -> None:
    settings = load()
    connection = redis.Redis.from_url(settings.redis_url)
    queue = Queue(NAME, connection=connection, serializer=JSONSerializer)
    OurWorker.app = create_app(settings)
    kind = Worker if forking else OurWorker
    worker = kind([queue], connection=connection, serializer=JSONSerializer, log_job_description=False)
    print("ready", flush=True)
    sys.stdin.read()
    worker.work(burst=True, logging_level="WARNING")


if __name__ == "__main__":
    _work(sys.argv[1:] == ["forking"])
