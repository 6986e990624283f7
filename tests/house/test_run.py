"""`egestion run` as a person starts it: everything comes up, lives on when any part dies, and ends without an orphan."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.supervisor import process
from app.supervisor.probe import http_status
from config import Settings, load
from tests.house_fixtures import free

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PATIENCE = 240  # seconds for a first start on a busy machine
PARTS = ("postgres", "valkey", "bank", "web", "worker-1", "worker-2", "scheduler")


class Run:
    """A run on a data folder, its lines, and what it says about its children."""

    def __init__(self, folder: Path, command: str, **more: str) -> None:
        self.folder = folder
        clear = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
        self.environment = clear | {"EGESTION_DATA_DIR": str(folder)} | more
        self.command = command
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [command, "run"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []

    def until(self, words: str) -> str:
        """Read lines until one holds these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if words in line:
                return line
        raise AssertionError(f"ended without {words!r}: {self.lines}")

    def children(self) -> dict[str, tuple[int, str]]:
        """Name -> (pid, identity) of what is alive."""
        found = json.loads((self.folder / "run" / "children.json").read_text())
        return {name: (pid, seen) for name, (pid, seen) in found.items()}

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run another command on the same data folder."""
        return subprocess.run(
            [self.command, *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send the signal and wait; what was still said is kept."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=90)
        self.lines += out.splitlines()
        return self.process.returncode


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    return {"EGESTION_PORT": str(free()), "EGESTION_BANK_PORT": str(free())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture
def service(folder: Path, command: str, ports: dict[str, str]) -> Iterator[Run]:
    """A run that is ready; stopped at the end however the test went."""
    run = Run(folder, command, **ports)
    run.until("ready: http://127.0.0.1")
    until(lambda: set(PARTS) <= set(run.children()))
    yield run
    if run.process.poll() is None:
        run.end()


@pytest.fixture
def settings(folder: Path, ports: dict[str, str]) -> Settings:
    return load({"EGESTION_DATA_DIR": str(folder), **ports})


def until(condition: "object", seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


def alive(pid: int, seen: str) -> bool:
    return process.identity(pid) == seen


def answers(settings: Settings) -> bool:
    return http_status(settings.host, settings.port, "/health", seconds=2) == 200


def test_a_first_start_writes_the_past_at_full_size_and_the_books_hold(service: Run) -> None:
    """Within a minute, before the web server answers; whole, also in the bank's eyes, and nothing to add later."""
    past = next(line for line in service.lines if "the practice merchants' past" in line)
    ready = next(line for line in service.lines if "ready: " in line)
    assert service.lines.index(past) < service.lines.index(ready)
    said = (service.folder / "log" / "demo.log").read_text().splitlines()
    sales = {
        name: int(words.split(" sales")[0].replace(",", ""))
        for name, _, words in (line.partition(": ") for line in said)
    }
    assert sales["PRACTICE"] >= 5_000
    assert 300 < sales["OTHER"] < sales["PRACTICE"] // 3
    again = service.call("demo")
    assert again.returncode == 0
    assert again.stdout == "nothing to add: every practice merchant has its past\n"
    found = {each["invariant"]: each for each in json.loads(service.call("verify", "--json").stdout)}
    assert {name: each["wrong"] for name, each in found.items() if not each["ok"]} == {}
    assert found["I1"]["checked"] >= sum(sales.values())
    assert found["I2"]["checked"] > 50  # asked about at the bank: what moved lately
    assert service.end() == 0


def test_a_start_says_where_it_is_and_who_may_log_in(service: Run, settings: Settings) -> None:
    service.until("clerk2, manager2")
    text = "\n".join(service.lines)
    assert "past" not in text  # written by the first start
    assert f"ready: http://127.0.0.1:{settings.port}/" in text
    assert f"practice bank: http://127.0.0.1:{settings.bank_port}/" in text
    assert f"logins, password for all: {settings.practice_password}" in text
    for login in ("clerk", "supervisor", "accountant", "risk", "manager", "auditor", "admin"):
        assert f"  {login} " in text
    assert "egestion clock advance 1d" in text
    until(lambda: answers(settings))
    until(lambda: service.call("doctor").returncode == 0)
    clock = service.call("clock", "advance", "1d")
    assert clock.returncode == 0
    assert "86400 s" in clock.stdout
    assert service.call("clock", "reset").returncode == 0
    second = service.call("run")
    assert second.returncode == 1
    assert second.stderr.startswith("Error: already running on this data folder: pid")
    children = service.children()
    assert service.end(signal.SIGTERM) == 0
    assert not [name for name, (pid, seen) in children.items() if alive(pid, seen)]


def test_after_days_off_one_line_says_what_was_made_up_for(folder: Path, command: str, ports: dict[str, str]) -> None:
    """Stopped, five days later started again: what was due meanwhile is done, and said once."""
    first = Run(folder, command, **ports)
    first.until("ready:")
    until(lambda: (folder / "daily.json").exists(), PATIENCE)
    assert first.end() == 0
    assert first.call("clock", "advance", "5d").returncode == 0
    second = Run(folder, command, **ports)
    line = second.until("] since 2")
    assert "sales remitted" in line
    assert "sales lapsed" in line
    assert second.end() == 0
    assert second.call("clock", "reset").returncode == 0


def test_every_part_that_is_killed_lives_again(service: Run, settings: Settings) -> None:
    """Second start of the same folder. kill -9 of each part, one after the other; then all answer again."""
    for part in PARTS:
        pid, seen = service.children()[part]
        os.kill(pid, signal.SIGKILL)
        until(lambda part=part, seen=seen: service.children().get(part, (0, seen))[1] != seen)
    until(lambda: answers(settings))
    until(lambda: service.call("doctor").returncode == 0, 90)
    children = service.children()
    assert service.end() == 0
    assert not [name for name, (pid, seen) in children.items() if alive(pid, seen)]


def test_a_killed_run_is_followed_by_a_good_one(folder: Path, command: str, ports: dict[str, str]) -> None:
    first = Run(folder, command, **ports)
    first.until("ready:")
    children = first.children()
    first.process.kill()
    first.process.communicate()
    second = Run(folder, command, **ports)
    second.until("ready:")
    assert not [name for name, (pid, seen) in children.items() if alive(pid, seen)]
    assert second.end() == 0


def test_a_busy_port_is_one_line(folder: Path, command: str, ports: dict[str, str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(ports["EGESTION_PORT"])))
        taken.listen()
        run = Run(folder, command, **ports)
        out, _ = run.process.communicate(timeout=60)
        assert run.process.returncode == 1
        assert out.splitlines()[-1] == (
            f"Error: port {ports['EGESTION_PORT']} is busy: stop what uses it, or choose another, EGESTION_PORT=<port>"
        )


def test_production_refuses_and_starts_nothing(tmp_path: Path, command: str) -> None:
    run = Run(tmp_path, command, EGESTION_ENV="production")
    out, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    assert out.startswith("Error: production refuses to start: ")
    for word in ("EGESTION_SECRET_KEY", "EGESTION_CARD_KEY", "EGESTION_TLS_PROXY"):
        assert word in out
    assert not (tmp_path / "pg").exists()
