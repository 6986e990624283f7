"""An external database and queue by URL: what a DBA runs is printed, `init` does the rest, `run` starts no server."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.supervisor import postgres, roles
from app.supervisor.temporary import temporary_servers
from config import Settings, load
from tests.house_fixtures import free

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Somebody's own PostgreSQL and Valkey: here the embedded ones of another installation, a database unused."""
    settings = load({"EGESTION_DATA_DIR": str(tmp_path_factory.mktemp("dba"))})
    with temporary_servers(settings, safe=True):
        yield settings


def psql(settings: Settings, text: str) -> "subprocess.CompletedProcess[str]":
    words = [str(postgres.binaries() / "psql"), "-X", "-v", "ON_ERROR_STOP=1", postgres.superuser_url(settings)]
    return subprocess.run(words, input=text, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def urls(elsewhere: Settings, command: str) -> dict[str, str]:
    """The DBA ran what was printed, on a server that had no such role, and hands out the URLs."""
    printed = subprocess.run(
        [command, "init", "--print-sql", "--database", "shop"], capture_output=True, text=True, check=True
    )
    forget = "".join(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role};" for role in roles.ATTRIBUTES)
    assert psql(elsewhere, f"DROP DATABASE egestion; {forget}").returncode == 0
    text = re.sub(r"<password of (\w+)>", r"word-of-\1", printed.stdout)
    made = psql(elsewhere, text)
    assert made.returncode == 0, made.stderr
    names = {"APP": "EGESTION_DATABASE_URL"}
    return {
        names.get(role, f"EGESTION_DATABASE_{role}_URL"): (
            f"postgresql://egestion_{role.lower()}:word-of-egestion_{role.lower()}@/shop?host={elsewhere.socket_dir}"
        )
        for role in ("APP", "OWNER", "CHECK", "PURGE")
    } | {"EGESTION_REDIS_URL": f"unix://{elsewhere.socket_dir}/valkey.sock?db=3"}


@pytest.fixture(scope="module")
def environment(urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    clear = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    ports = {"EGESTION_PORT": str(free()), "EGESTION_BANK_PORT": str(free()), "EGESTION_DEMO": "0"}
    return clear | urls | ports | {"EGESTION_DATA_DIR": str(tmp_path_factory.mktemp("shop"))}


def call(command: str, environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([command, *words], env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_what_is_missing_is_named_before_and_after(command: str, environment: dict[str, str]) -> None:
    before = call(command, environment, "doctor")
    assert before.returncode == 1
    assert "PROBLEM migrations: at nothing" in before.stdout
    assert call(command, environment, "init").returncode == 0
    assert call(command, environment, "init", "--check").returncode == 0
    after = call(command, environment, "doctor")
    wrong = [line for line in after.stdout.splitlines() if line.startswith("PROBLEM")]
    silent = [line for line in wrong if not line.startswith("PROBLEM gateway account")]  # no practice bank runs here
    assert silent == ["PROBLEM workers: 0 alive: start one, egestion worker"]


def test_a_run_starts_no_server_of_its_own(command: str, environment: dict[str, str]) -> None:
    run = subprocess.Popen(
        [command, "run"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert run.stdout is not None
    assert any("ready: http" in line for line in run.stdout)
    folder = Path(environment["EGESTION_DATA_DIR"])
    children = (folder / "run" / "children.json").read_text()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 0
    assert '"web"' in children
    assert '"postgres"' not in children
    assert '"valkey"' not in children
    assert not (folder / "pg").exists()


def test_without_the_owner_a_migrated_database_is_taken_as_it_is(command: str, environment: dict[str, str]) -> None:
    ownerless = {name: value for name, value in environment.items() if name != "EGESTION_DATABASE_OWNER_URL"}
    assert call(command, ownerless, "init").returncode == 0


@pytest.mark.parametrize(
    ("part", "role", "why"),
    [
        ("web", "OWNER", "owns the tables"),
        ("worker", "CHECK", "bypasses row security"),
        ("scheduler", "postgres", "is a superuser"),
    ],
)
def test_roles_the_walls_do_not_bind_are_refused(
    part: str, role: str, why: str, command: str, environment: dict[str, str], elsewhere: Settings
) -> None:
    url = environment.get(f"EGESTION_DATABASE_{role}_URL") or postgres.superuser_url(elsewhere, "shop")
    refused = call(command, environment | {"EGESTION_DATABASE_URL": url}, part)
    assert refused.returncode == 1
    assert why in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_wrong_password_is_one_line(command: str, environment: dict[str, str]) -> None:
    url = environment["EGESTION_DATABASE_URL"].replace("word-of", "another-word-of")
    refused = call(command, environment | {"EGESTION_DATABASE_URL": url}, "worker")
    assert refused.returncode == 1
    assert "password authentication failed" in refused.stderr
    assert "another-word" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
