"""The whole service as a person starts it, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from config import Settings, load
from tests.canary.wire import Wire
from tests.house_fixtures import free

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "canary-practice-1"
LAST_LINE = "clerk2, manager2"  # of a start
# Each web worker raises once at each point and is killed at its 26th call of the bank; RQ's workers raise in a job.
FAIL_POINTS = (
    "runner.before_intent:raise:5,runner.after_intent:raise:9,runner.before_result:raise:13,runner.after_result:raise:17,"
    "runner.after_call:kill:26,resolution.after_lease:raise:2"
)


class Service(Wire):
    """`egestion run` with everything it starts; temporary files lie inside its folder."""

    def __init__(self, folder: Path, command: str) -> None:
        web, bank = free(), free()
        super().__init__(web, bank)
        self.folder, self.command = folder, command
        self.data, self.temporary = folder / "var", folder / "tmp"
        self.temporary.mkdir(parents=True)
        clear = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
        self.environment = clear | {
            "TMPDIR": str(self.temporary),
            "EGESTION_DATA_DIR": str(self.data),
            "EGESTION_PORT": str(web),
            "EGESTION_BANK_PORT": str(bank),
            "EGESTION_PRACTICE_PASSWORD": PASSWORD,
            "EGESTION_GATEWAY_DEADLINE": "2",
            "EGESTION_DEMO": "0",
            "EGESTION_NOT_FOUND_AFTER": "2",
        }
        self.run: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def settings(self) -> Settings:
        """The settings its processes have."""
        return load({name: value for name, value in self.environment.items() if name.startswith("EGESTION_")})

    def start(self, **more: str) -> None:
        """Start everything and wait until it is announced; `more` is for the environment."""
        self.run = subprocess.Popen(
            [self.command, "run"],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        assert self.run.stdout is not None
        said = list[str]()
        for line in self.run.stdout:
            said.append(line)
            if LAST_LINE in line:
                break
        assert said, "the run said nothing"
        assert LAST_LINE in said[-1], "".join(said)
        self._reader = threading.Thread(target=self._listen, args=(said,))
        self._reader.start()

    def _listen(self, said: list[str]) -> None:
        assert self.run is not None
        assert self.run.stdout is not None
        said += list(self.run.stdout)
        self.keep("run", "".join(said).encode(), -1)  # a terminal is a place too

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self.run is None or self._reader is None:
            return
        self.run.send_signal(signal.SIGINT)
        code = self.run.wait(90)
        self._reader.join()
        assert self.run.stdout is not None
        self.run.stdout.close()
        self.run = None
        assert code == 0

    def children(self) -> dict[str, int]:
        """Name -> pid of the run's children."""
        found = json.loads((self.data / "run" / "children.json").read_text())
        return {name: pid for name, (pid, _seen) in found.items()}

    def processes(self) -> dict[int, str]:
        """Every process of the run: pid -> the child of the run it belongs to; the run itself is "run"."""
        assert self.run is not None
        names = {pid: name for name, pid in self.children().items()} | {self.run.pid: "run"}
        parents = dict(_parents())
        for pid in parents:
            line, step = [pid], pid
            while step not in names and step in parents:
                step = parents[step]
                line.append(step)
            if step in names:
                names |= dict.fromkeys(line, names[step])
        return names

    def kill(self, name: str) -> None:
        """kill -9 of one child of the run, or of a worker process of the web server ("web worker")."""
        pid = self.children()["web" if name == "web worker" else name]
        if name == "web worker":
            pid = next(child for child, parent in _parents() if parent == pid)
        os.kill(pid, signal.SIGKILL)

    def until_well(self) -> None:
        """Wait until database, queue and web server answer (again)."""
        limit = time.monotonic() + 60
        while self.ask("GET", "/health").status != 200:
            assert time.monotonic() < limit, "the service does not come back"
            time.sleep(0.2)

    def call(self, *words: str) -> str:
        """Run another command on the same folder; what it says is kept for the hunt."""
        done = subprocess.run(
            [self.command, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        self.keep(words[0], (done.stdout + done.stderr).encode(), -1)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.strip()


def _parents() -> Iterator[tuple[int, int]]:
    """Every process of the machine with its parent."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])
