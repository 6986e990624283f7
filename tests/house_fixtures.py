"""Real servers for tests: the embedded PostgreSQL and Valkey, once per session, migrated once, emptied between tests.

`servers` gives the settings every process of a test uses (`EGESTION_DATA_DIR` alone leads to the same servers, so
`egestion` commands started by a test find them too); `clean` empties what tests write.
"""

import contextlib
import os
import random
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql

from app.supervisor.provision import initialise, libpq
from app.supervisor.temporary import temporary_servers
from config import Settings, load

chance = random.SystemRandom()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a practice installation whose database is migrated and whose queue answers; nobody serves yet."""
    folder = tmp_path_factory.mktemp("egestion")
    settings = load({"EGESTION_DATA_DIR": str(folder), "EGESTION_PORT": str(free()), "EGESTION_BANK_PORT": str(free())})
    with temporary_servers(settings):
        initialise(settings, lambda _text: None)
        yield settings


@pytest.fixture(scope="session")
def written_tables(servers: Settings) -> tuple[str, ...]:
    """The tables tests write: all but those that `init` filled (permissions, profiles, the migration's number)."""
    with psycopg.connect(libpq(servers.check_url or "")) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"
        ).fetchall()
        return tuple(name for (name,) in rows if not _filled(connection, name))


def _filled(connection: psycopg.Connection[tuple[str]], table: str) -> bool:
    text = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(text).fetchone()
    return bool(row and row[0])


@pytest.fixture
def clean(servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Settings]:
    """The servers with nothing in them but what `init` made; whatever the test wrote goes afterwards."""
    yield servers
    empty(servers, written_tables)


def empty(settings: Settings, tables: tuple[str, ...]) -> None:
    """Empty these tables as their owner, and the queue; numbers start at 1 again. Sessions left open are ended first."""
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    with psycopg.connect(libpq(settings.owner_url or ""), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '10s'")
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
    with redis.Redis.from_url(settings.redis_url) as queue:
        queue.flushall()
    settings.clock_file.unlink(missing_ok=True)
    shutil.rmtree(settings.outbox_dir, ignore_errors=True)  # a mail kept without its row would be found wrong


@pytest.fixture
def environment(servers: Settings) -> dict[str, str]:
    """The environment in which a child process finds the same installation."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    return ours | {
        "EGESTION_DATA_DIR": str(servers.data_dir),
        "EGESTION_PORT": str(servers.port),
        "EGESTION_BANK_PORT": str(servers.bank_port),
    }


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Finds loopback ports that nobody uses."""
    return free


def free() -> int:
    """A loopback port that nobody uses at this moment, of those the kernel gives to nobody by itself: a port it chose could
    be an outgoing connection's of another test a moment later."""
    while True:
        port = chance.randrange(15_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def command() -> str:
    """The installed `egestion` of this environment."""
    import sys

    return str(Path(sys.executable).with_name("egestion"))
