"""Workers and schedulers, started again when they die, as `egestion run` does with its own."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


class Keeper:
    """Processes by role and number."""

    def __init__(self, command: str, environment: Mapping[str, str], folder: Path) -> None:
        self._command, self._environment, self._folder = command, environment, folder
        self._lock = threading.Lock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._due: dict[str, float] = {}
        self.deaths = 0

    def start(self, roles: Mapping[str, int]) -> None:
        """Start so many of each role."""
        for role, count in roles.items():
            for number in range(count):
                self._start(f"{role}-{number}")

    def _start(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [self._command, name.partition("-")[0]], env=dict(self._environment), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def look(self) -> None:
        """Start again what has died, half a second later."""
        with self._lock:
            for name, process in list(self._running.items()):
                if process.poll() is None:
                    continue
                due = self._due.setdefault(name, time.monotonic() + 0.5)
                if time.monotonic() >= due:
                    self.deaths += 1
                    del self._due[name]
                    self._start(name)

    def kill(self, name: str) -> bool:
        """SIGKILL; whether it was alive."""
        with self._lock:
            process = self._running[name]
            if process.poll() is not None:
                return False
            process.send_signal(signal.SIGKILL)
            return True

    def names(self, role: str) -> list[str]:
        """The processes of a role."""
        return [name for name in self._running if name.startswith(role)]

    def stop(self) -> None:
        """End them all."""
        with self._lock:
            for process in self._running.values():
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGCONT)
                    process.terminate()
            for process in self._running.values():
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
