"""The worker role: RQ with the JSON serializer. The queue is a doorbell: a lost job costs nothing, a planted pickle
runs nothing (recipes.md).
"""

import logging
from typing import Any

import redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from config import Settings

from .. import create_app
from ..jobs import QUEUE, open_queue, workers_alive
from .refusals import demand_safe

WORKER_TTL = 30  # seconds; a worker that waits gives a sign of life every half of it
MAINTENANCE = 5  # seconds between two looks for jobs of killed workers


class Worker(SimpleWorker):
    """Runs each job in this process, inside the application's context: no fork, four times as fast."""

    app: Any = None

    def perform_job(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> bool:
        """Run one job; a connection it left behind goes back to the pool."""
        with self.app.app_context():
            return bool(super().perform_job(job, queue, *args, **kwargs))


def count_workers(settings: Settings) -> int:
    """How many workers are alive. Raises redis.RedisError when the queue does not answer."""
    return workers_alive(open_queue(settings.redis_url).connection)


def work(settings: Settings) -> None:
    """Work off doorbells until SIGTERM or SIGINT; the job under way ends first."""
    demand_safe(settings)
    Worker.app = create_app(settings)
    # No read time-out here: the worker's blocking read is long, RQ sets its own limits.
    connection = redis.Redis.from_url(settings.redis_url, socket_connect_timeout=5, health_check_interval=15)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    worker = Worker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE,
        log_job_description=False,
    )
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    worker.work(logging_level="WARNING")
