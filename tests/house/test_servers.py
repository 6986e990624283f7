"""The embedded servers: closed to others, started as nobody's root, alive again after kill -9 with everything kept."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from app.supervisor import grants, postgres, process, roles, valkey
from app.supervisor.children import Supervisor
from app.supervisor.provision import ensure_roles, libpq
from app.supervisor.refusals import unsafe_role
from app.supervisor.temporary import temporary_servers
from config import ConfigError, Settings, load


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Supervisor]]:
    """Servers whose database is still empty: roles and grants are tried on tables made here."""
    settings = load({"EGESTION_DATA_DIR": str(tmp_path_factory.mktemp("house"))})
    with temporary_servers(settings, safe=True) as supervisor:
        with owner(settings) as connection:
            connection.execute("CREATE TABLE event (id serial PRIMARY KEY, merchant_id int, at timestamptz)")
            connection.execute("CREATE TABLE operation (id serial PRIMARY KEY, merchant_id int)")
            connection.execute("CREATE TABLE reason (id serial PRIMARY KEY, merchant_id int)")
            connection.execute("INSERT INTO event (merchant_id, at) VALUES (1, '2026-11-24T10:00:00Z')")
            grants.apply(connection)
        yield settings, supervisor


@pytest.fixture
def settings(installation: tuple[Settings, Supervisor]) -> Settings:
    return installation[0]


@pytest.fixture
def supervisor(installation: tuple[Settings, Supervisor]) -> Supervisor:
    return installation[1]


def owner(settings: Settings) -> "psycopg.Connection[tuple[str, ...]]":
    return psycopg.connect(libpq(settings.owner_url or ""), autocommit=True)


def app(settings: Settings) -> "psycopg.Connection[tuple[str, ...]]":
    return psycopg.connect(libpq(settings.database_url), autocommit=True)


def until(supervisor: Supervisor, condition: Callable[[], object]) -> float:
    begun = time.monotonic()
    while not condition():
        supervisor.look()
        assert time.monotonic() - begun < 20, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - begun


def database_answers(settings: Settings) -> bool:
    try:
        app(settings).close()
    except psycopg.OperationalError:
        return False
    return True


def test_no_password_no_entry(settings: Settings) -> None:
    for user in ("postgres", roles.APP, roles.OWNER):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(settings.socket_dir), user=user, dbname="egestion")


def test_nothing_listens_on_the_network(settings: Settings, supervisor: Supervisor) -> None:
    with app(settings) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with redis.Redis.from_url(settings.redis_url) as queue:
        assert queue.config_get("port") == {"port": "0"}
    assert settings.socket_dir.stat().st_mode & 0o777 == 0o700
    assert postgres.cluster(settings).stat().st_mode & 0o777 == 0o700


def test_the_servers_are_never_root(supervisor: Supervisor) -> None:
    for name in ("postgres", "valkey"):
        status = Path(f"/proc/{supervisor.pid(name)}/status").read_text()
        uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
        assert "0" not in uids


def test_each_role_may_do_its_work_and_no_more(settings: Settings) -> None:
    with app(settings) as connection:
        connection.execute("INSERT INTO event (merchant_id) VALUES (1)")
        connection.execute("UPDATE operation SET merchant_id = 1")
        connection.execute("DELETE FROM reason")
        for forbidden in (
            "UPDATE event SET merchant_id = 2",
            "DELETE FROM event",
            "DELETE FROM operation",
            "TRUNCATE event",
            "CREATE TABLE mine (id int)",
            "SET ROLE egestion_owner",
            "SET ROLE egestion_finder",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden.encode())
    with psycopg.connect(libpq(settings.check_url or ""), autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone()
        for forbidden in ("INSERT INTO event DEFAULT VALUES", "DELETE FROM reason"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                connection.execute(forbidden.encode())
    with psycopg.connect(libpq(settings.purge_url or ""), autocommit=True) as connection:
        connection.execute("DELETE FROM event WHERE false")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM reason")


def test_differences_from_the_matrix_are_named(settings: Settings) -> None:
    with owner(settings) as connection:
        assert list(grants.differences(connection)) == []
        connection.execute("GRANT UPDATE ON event TO egestion_app")
        connection.execute("REVOKE SELECT ON reason FROM egestion_check")
        assert set(grants.differences(connection)) == {
            "egestion_app may UPDATE on event",
            "egestion_check may not SELECT on reason",
        }
        grants.apply(connection)
        assert list(grants.differences(connection)) == []


def test_a_table_made_later_is_reachable_before_the_next_init(settings: Settings) -> None:
    with owner(settings) as connection:
        connection.execute("CREATE TABLE later (id serial PRIMARY KEY)")
    with app(settings) as connection:
        connection.execute("INSERT INTO later DEFAULT VALUES")
    with owner(settings) as connection:
        connection.execute("DROP TABLE later")


def test_roles_the_walls_do_not_bind_are_refused(settings: Settings) -> None:
    with app(settings) as connection:
        assert unsafe_role(connection) is None
    with owner(settings) as connection:
        assert "owns the tables" in (unsafe_role(connection) or "")
    with psycopg.connect(libpq(settings.check_url or "")) as connection:
        assert "bypasses row security" in (unsafe_role(connection) or "")
    with psycopg.connect(postgres.superuser_url(settings, "egestion")) as connection:
        assert "superuser" in (unsafe_role(connection) or "")


def test_roles_may_be_made_again_and_passwords_follow(settings: Settings) -> None:
    ensure_roles(settings)
    ensure_roles(settings)
    assert database_answers(settings)


def test_no_statement_and_no_value_reaches_the_log(settings: Settings) -> None:
    canary = "4970100000000" + "006"
    with app(settings) as connection:
        for statement in (f"SELECT '{canary}'::date", f"SELECT {canary}/0", f"SELEKT '{canary}'"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT %s::text::date", (canary,))
    assert canary not in (settings.data_dir / "log" / "postgres.log").read_text()


def test_database_and_queue_come_back_after_kill_9_with_everything(settings: Settings, supervisor: Supervisor) -> None:
    with redis.Redis.from_url(settings.redis_url) as queue:
        queue.set("kept", "1")
        time.sleep(1.1)  # appendfsync everysec
    for name, answers in (
        ("postgres", lambda: database_answers(settings)),
        ("valkey", lambda: valkey.answers(settings.redis_url)),
    ):
        pid = supervisor.pid(name)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(supervisor, lambda: process.identity(pid) is None)  # noqa: B023 - called before the next round
        until(supervisor, answers)
        assert supervisor.pid(name) != pid
    with app(settings) as connection:
        row = connection.execute("SELECT count(*) FROM event WHERE at IS NOT NULL").fetchone()
        assert row == (1,)
    with redis.Redis.from_url(settings.redis_url) as queue:
        assert queue.get("kept") == b"1"


def test_a_server_left_on_the_files_is_stopped_first(tmp_path: Path) -> None:
    """A run was killed so hard that its server lives: the next run stops it and starts its own."""
    settings = load({"EGESTION_DATA_DIR": str(tmp_path)})
    with temporary_servers(settings) as first:
        left = first.pid("postgres")
        assert left is not None
        seen = process.identity(left)
        assert postgres.clear_leftover(settings) == "stopped the database server of a run that was killed"
        assert process.identity(left) != seen
        until(first, lambda: database_answers(settings))


def test_a_lock_file_that_names_a_stranger_is_dropped(tmp_path: Path) -> None:
    settings = load({"EGESTION_DATA_DIR": str(tmp_path)})
    lock = postgres.cluster(settings) / "postmaster.pid"
    lock.parent.mkdir()
    lock.write_text(f"{os.getpid()}\n/somewhere\n")
    assert postgres.clear_leftover(settings) is None
    assert not lock.exists()


def test_a_server_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    settings = load({"EGESTION_DATA_DIR": str(tmp_path)})
    postgres.cluster(settings).mkdir()
    (postgres.cluster(settings) / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(ConfigError, match=r"PostgreSQL does not start .*postgres\.log") as caught,
        temporary_servers(settings),
    ):
        pass
    assert "\n" not in str(caught.value)
