"""The queue killed, emptied, read-only: it is a doorbell, so nothing may be lost with it."""

from __future__ import annotations

import os
import signal
import time

import redis

from .kinds import Site, Trouble

SECONDS_READ_ONLY = 2.0


def killed(site: Site) -> None:
    """kill -9; it is started again."""
    pid = site.house.supervisor.pid("valkey")
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        site.happen("queue killed", kill=True)


def emptied(site: Site) -> None:
    """Everything in it is gone, the workers' names too."""
    with redis.Redis.from_url(site.house.settings.redis_url, socket_timeout=3) as queue:
        queue.flushall()
    site.happen("queue emptied")


def read_only(site: Site) -> None:
    """It answers, and takes nothing."""
    with redis.Redis.from_url(site.house.settings.redis_url, socket_timeout=3) as queue:
        queue.execute_command("REPLICAOF", "127.0.0.1", "9")
        time.sleep(SECONDS_READ_ONLY)
        queue.execute_command("REPLICAOF", "NO", "ONE")
    site.happen("queue read-only")


TROUBLES = (
    Trouble("queue killed", killed, kills=True),
    Trouble("queue emptied", emptied),
    Trouble("queue read-only", read_only),
)
