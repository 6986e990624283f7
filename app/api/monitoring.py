"""`GET /health` and `GET /metrics` at the root: is the service well, and what waits for a person or the bank."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import structlog
from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ..domain.errors import DomainError
from ..extensions import db
from ..jobs import workers_alive
from ..plugin import registry
from .answers import json_answer
from .identity import authenticate
from .metrics import exposition
from .problems import refused, unexpected

log = structlog.get_logger(__name__)
PATIENCE = 1.0  # seconds for the queue to answer


@dataclass(frozen=True, slots=True)
class Health:
    """What answers; `workers` are the queue's workers alive, `gateway` whether orders can be sent at all."""

    database: bool
    queue: bool
    workers: int
    gateway: bool = True

    def body(self) -> dict[str, object]:
        """Return what `GET /health` says (interface.md)."""
        words = {True: "ok", False: "unavailable"}
        body = {
            "status": words[self.database and self.queue],
            "database": words[self.database],
            "queue": words[self.queue],
            "workers": self.workers,
        }
        return body if self.gateway else body | {"gateway": "missing"}


def examine() -> Health:
    """Ask database and queue; never raises."""
    workers = _workers()
    return Health(_database(), workers is not None, workers or 0, registry().has_desk)


def _database() -> bool:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.warning("health_database", error=type(error).__name__)
        return False
    return True


def _workers() -> int | None:
    """How many workers are alive, None where the queue does not answer."""
    url = current_app.extensions["settings"].redis_url
    try:
        with Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as queue:
            return workers_alive(queue)
    except RedisError as error:
        log.warning("health_queue", error=type(error).__name__)
        return None


def health() -> ResponseReturnValue:
    """GET /health: 200, or 503 where database or queue is not ok."""
    found = examine()
    return json_answer(found.body(), 200 if found.database and found.queue else 503)


def metrics() -> ResponseReturnValue:
    """GET /metrics for Prometheus: from this machine, or with a bearer token."""
    try:
        if not _from_here():
            authenticate()
        return Response(exposition(examine().workers), content_type=CONTENT_TYPE_LATEST)
    except DomainError as error:
        return refused(error)
    except SQLAlchemyError as error:
        return unexpected(error)


def _from_here() -> bool:
    """Whether the caller is on this machine and not somebody a proxy on it speaks for."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def init_monitoring(app: Flask) -> None:
    """Add both routes. They change nothing, so neither takes a form's token."""
    app.add_url_rule("/health", "health", health, methods=["GET"])
    app.add_url_rule("/metrics", "metrics", metrics, methods=["GET"])
