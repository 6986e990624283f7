"""PostgreSQL restarted, killed, its connections ended, also in the middle of a COMMIT."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import psycopg
from sqlalchemy import make_url

from .kinds import Site, Trouble

SLOW_COMMIT = 100_000  # microseconds a COMMIT waits before its record is flushed: the longest PostgreSQL allows
LOOK_FOR = 3.0  # seconds


def restarted(site: Site) -> None:
    """A fast restart: sessions are ended, work under way is rolled back."""
    _end(site, signal.SIGINT)
    site.happen("database restarted")


def killed(site: Site) -> None:
    """kill -9 of the postmaster."""
    if _end(site, signal.SIGKILL):
        site.happen("database killed", kill=True)


def _end(site: Site, number: signal.Signals) -> bool:
    pid = site.house.supervisor.pid("postgres")
    if pid is None:
        return False
    os.kill(pid, number)
    limit = time.monotonic() + 60
    while site.house.supervisor.pid("postgres") == pid and time.monotonic() < limit:
        time.sleep(0.02)
    while time.monotonic() < limit:
        with suppress(psycopg.OperationalError):
            site.house.superuser().close()
            return True
        time.sleep(0.05)
    return False


def connections_ended(site: Site) -> None:
    """Every session of the application is ended, whatever it does."""
    with site.house.superuser() as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %s", (_role(site),)
        ).fetchone()
    if ended and ended[0]:
        site.happen("connections ended")


def ended_in_commit(site: Site) -> None:
    """A session ended while its COMMIT waits for the disk, by the server or by kill -9 of its process."""
    hard = site.chance.random() < 0.5
    with site.house.superuser() as connection:
        _slow_commits(connection, SLOW_COMMIT)
        pid = _committing(connection, _role(site))
        with suppress(psycopg.OperationalError, ProcessLookupError):  # kill -9 takes this session along
            if pid is not None and hard:
                os.kill(pid, signal.SIGKILL)
                site.happen("killed in COMMIT", kill=True)
            elif pid is not None:
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
                site.happen("ended in COMMIT")
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        with suppress(psycopg.OperationalError), site.house.superuser() as connection:
            _slow_commits(connection, 0)
            return
        time.sleep(0.1)


def _slow_commits(connection: psycopg.Connection[tuple[object, ...]], microseconds: int) -> None:
    connection.execute("ALTER SYSTEM SET commit_siblings = 0")
    connection.execute(f"ALTER SYSTEM SET commit_delay = {microseconds}".encode())
    connection.execute("SELECT pg_reload_conf()")


def _committing(connection: psycopg.Connection[tuple[object, ...]], role: str) -> int | None:
    limit = time.monotonic() + LOOK_FOR
    while time.monotonic() < limit:
        row = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = %s AND state = 'active' AND query ILIKE 'commit%%'",
            (role,),
        ).fetchone()
        if row is not None:
            return int(str(row[0]))
    return None


def _role(site: Site) -> str:
    return make_url(site.house.settings.database_url).username or ""


TROUBLES = (
    Trouble("database restarted", restarted),
    Trouble("database killed", killed, kills=True),
    Trouble("connections ended", connections_ended, 2),
    Trouble("ended in COMMIT", ended_in_commit, 2),
)
