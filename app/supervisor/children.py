"""The one supervisor: starts children, starts them again when they die, stops them in order. One thread, no database."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config import ConfigError

from . import process
from .runfile import ChildList

LOOK_EVERY = 0.1  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0  # seconds between a death and the next start, doubled at each
STEADY_AFTER = 30.0  # seconds alive after which a death counts as the first again
LOG_LIMIT = 20 * 1024 * 1024  # bytes of a child's log before it is turned over to .1


@dataclass(frozen=True, slots=True)
class Child:
    """One program to keep alive. `before` runs ahead of each start; `stop_signal` asks it to end within `patience`."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    user: process.User | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    before: Callable[[], object] | None = None
    tier: int = 0  # the highest tier stops first, all of a tier together


@dataclass(slots=True)
class _Life:
    child: Child
    running: "subprocess.Popen[bytes] | None" = None
    born: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Children by name; they start as they are added and stop by tier, the highest first."""

    log_dir: Path
    listed: ChildList
    say: Callable[[str], None]
    stopping: bool = False
    hurried: bool = False
    _lives: dict[str, _Life] = field(default_factory=dict)
    _turned: float = 0.0

    def catch_signals(self) -> None:
        """SIGINT and SIGTERM end the run; a second one makes it quick."""
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGHUP, self._end)

    def _end(self, _number: int, _frame: object) -> None:
        self.hurried = self.stopping
        self.stopping = True

    def ending(self) -> bool:
        """Whether a signal asked for the end."""
        return self.stopping

    def add(self, child: Child) -> "subprocess.Popen[bytes]":
        """Start a child and keep it alive from now on."""
        life = self._lives[child.name] = _Life(child)
        self._start(life)
        assert life.running is not None  # noqa: S101 - _start has set it
        return life.running

    def run_once(self, child: Child, seconds: float) -> int:
        """Run a child to its end (looking after the others meanwhile); its exit code, -1 when stopped or too slow."""
        log = self.log_dir / f"{child.name}.log"
        program = process.start(child.argv, log=log, environment=child.environment, user=child.user, cwd=child.cwd)
        self.listed.add(child.name, program.pid)
        limit = time.monotonic() + seconds
        while program.poll() is None and not self.stopping and time.monotonic() < limit:
            self.look()
            time.sleep(LOOK_EVERY / 2)
        if program.poll() is None:
            program.terminate()
            try:
                program.wait(5)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            process.end_group(program.pid)
            self.listed.remove(child.name)
            return -1
        self.listed.remove(child.name)
        return program.returncode

    def pid(self, name: str) -> int | None:
        """The child's process number while it runs."""
        life = self._lives.get(name)
        return life.running.pid if life and life.running else None

    def watch(self) -> None:
        """Keep all alive until a signal ends the run."""
        while not self.stopping:
            self.look()
            time.sleep(LOOK_EVERY)

    def look(self) -> None:
        """One look: bury the dead, start what is due, turn over long logs."""
        for life in self._lives.values():
            if life.running is not None and life.running.poll() is not None:
                self._bury(life)
            if life.running is None and not self.stopping and time.monotonic() >= life.due:
                try:
                    self._start(life)
                except (ConfigError, OSError) as error:  # a full disk, say: the others live on, this one is tried again
                    life.due = time.monotonic() + LONGEST_PAUSE
                    self.say(f"{life.child.name} cannot start: {error}")
        if time.monotonic() - self._turned > 60:
            self._turned = time.monotonic()
            for log in self.log_dir.glob("*.log"):
                turn_over(log)

    def _start(self, life: _Life) -> None:
        child = life.child
        if child.before is not None:
            child.before()
        life.running = process.start(
            child.argv,
            log=self.log_dir / f"{child.name}.log",
            user=child.user,
            death_signal=child.stop_signal,
            environment=child.environment,
            cwd=child.cwd,
        )
        life.born = time.monotonic()
        self.listed.add(child.name, life.running.pid)

    def _bury(self, life: _Life) -> None:
        assert life.running is not None  # noqa: S101 - only the dead are buried
        code, pid = life.running.returncode, life.running.pid
        process.end_group(pid)
        self.listed.remove(life.child.name)
        life.running = None
        if time.monotonic() - life.born > STEADY_AFTER:
            life.pause = FIRST_PAUSE
        life.due = time.monotonic() + life.pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self.say(f"{life.child.name} {how}: starting it again in {life.pause:g} s (log/{life.child.name}.log)")
        life.pause = min(life.pause * 2, LONGEST_PAUSE)

    def stop_all(self) -> None:
        """Stop the children tier by tier; each gets its signal, then its patience, then SIGKILL."""
        self.stopping = True
        for tier in sorted({life.child.tier for life in self._lives.values()}, reverse=True):
            lives = [life for life in self._lives.values() if life.child.tier == tier and life.running is not None]
            for life in lives:
                assert life.running is not None  # noqa: S101 - just selected
                life.running.send_signal(life.child.stop_signal)
            begun = time.monotonic()
            for life in lives:
                self._await_end(life, begun + life.child.patience)

    def _await_end(self, life: _Life, limit: float) -> None:
        assert life.running is not None  # noqa: S101 - called for the living
        while life.running.poll() is None and time.monotonic() < limit and not self.hurried:
            time.sleep(0.02)
        if life.running.poll() is None:
            self.say(f"{life.child.name} does not stop: killed")
            life.running.kill()
            life.running.wait()
        process.end_group(life.running.pid)
        self.listed.remove(life.child.name)
        life.running = None


def turn_over(log: Path) -> None:
    """Move a long log to `.1`. Its writers append, so emptying the file under them loses a line at most."""
    if log.stat().st_size <= LOG_LIMIT:
        return
    kept = log.with_suffix(".log.1")
    draft = kept.with_suffix(".new")
    draft.write_bytes(log.read_bytes())
    os.replace(draft, kept)
    os.truncate(log, 0)
