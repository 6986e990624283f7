"""The whole service as `egestion run` starts it, in a folder of its own, for the length of a `with`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from app.supervisor.provision import libpq
from config import Settings, load

EGESTION = str(Path(sys.executable).with_name("egestion"))
PASSWORD = "bench-practice-1"  # noqa: S105 - of a service that lives for minutes, on loopback
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
KINDS = (
    ("simulator", "bank"), ("gunicorn", "web"), ("egestion web", "web"), ("egestion worker", "worker"),
    ("egestion scheduler", "scheduler"), ("valkey", "valkey"), ("redis-server", "valkey"), ("postgres", "postgres"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the service: its kind, its parent, seconds of CPU used, bytes of memory held now."""

    pid: int
    parent: int
    kind: str
    used: float
    memory: int


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its settings, the environment that leads to it, and its processes."""

    settings: Settings
    environment: dict[str, str]
    pid: int

    def command(self, *words: str, may_fail: bool = False) -> str:
        """Run an `egestion` command and return what it printed; exit 1 raises unless it may."""
        done = subprocess.run([EGESTION, *words], env=self.environment, capture_output=True, text=True)
        if done.returncode and not may_fail:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def servers(self) -> str:
        """Say which PostgreSQL and Valkey it runs on."""
        with psycopg.connect(libpq(self.settings.owner_url or "")) as owner:
            postgres = owner.execute("SHOW server_version").fetchone()
        queue: Any = redis.Redis.from_url(self.settings.redis_url).info("server")
        valkey = queue.get("valkey_version") or queue.get("redis_version")
        return f"PostgreSQL {postgres[0] if postgres else '?'}, Valkey {valkey}"

    def cpu(self, kind: str) -> float:
        """Seconds of CPU used so far by its processes of a kind: `web`, `worker`, `scheduler`, `bank`, `postgres`, `valkey`."""
        return sum(each.used for each in self.processes(kind))

    def processes(self, kind: str) -> list[Process]:
        """Return its living processes of a kind, oldest first."""
        return sorted((each for each in _processes(self.pid) if each.kind == kind), key=lambda each: each.pid)


@contextmanager
def running() -> Iterator[Service]:
    """Start it, wait until it answers, stop it."""
    with tempfile.TemporaryDirectory(prefix="egestion-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
        environment |= {"EGESTION_DATA_DIR": folder, "EGESTION_PRACTICE_PASSWORD": PASSWORD, "EGESTION_DEMO": "0"}
        environment |= {"EGESTION_PORT": str(_free()), "EGESTION_BANK_PORT": str(_free())}
        settings = load({name: value for name, value in environment.items() if name.startswith("EGESTION_")})
        process = subprocess.Popen([EGESTION, "run"], env=environment, stdout=subprocess.DEVNULL, cwd=folder)
        try:
            _wait(settings.port, process)
            yield Service(settings, environment, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the service did not start")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _processes(root: int) -> Iterator[Process]:
    found: dict[int, Process] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        used, memory = (int(stat[11]) + int(stat[12])) / TICKS, int(stat[21]) * PAGE
        found[int(entry.name)] = Process(int(entry.name), int(stat[1]), _kind(line), used, memory)
    for pid, process in found.items():
        above = pid
        while above not in (root, 0, 1):
            above = found[above].parent if above in found else 0
        if above == root and pid != root:
            yield process


def _kind(line: str) -> str:
    return next((kind for mark, kind in KINDS if mark in line), "other")
