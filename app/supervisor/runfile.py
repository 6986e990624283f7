"""One run per data folder: its lock, and the list of its children, by which the next run finds what a killed one left."""

import fcntl
import json
import os
import signal
from pathlib import Path

from config import ConfigError, Settings

from . import process


class RunLock:
    """Held while a run lives; the kernel drops it with the process, however that dies. Children do not inherit it."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.data_dir / "run" / "lock"
        self.url = f"http://{settings.host}:{settings.port}"
        self._file: int | None = None

    def take(self) -> None:
        """Become the run of this data folder. Raises ConfigError naming the run that holds it."""
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 200).decode() or "another process"
            os.close(self._file)
            self._file = None
            raise ConfigError(f"already running on this data folder: {holder.strip()}") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"pid {os.getpid()}, {self.url}\n".encode(), 0)

    def drop(self) -> None:
        """End of the run."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None


def running(settings: Settings) -> str | None:
    """The run that holds this data folder ("pid n, URL"), or None."""
    try:
        file = os.open(settings.data_dir / "run" / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(file, 200).decode().strip() or "another process"
    finally:
        os.close(file)
    return None


class ChildList:
    """`run/children.json`: name, pid and identity of each child alive; replaced in one step at every change."""

    def __init__(self, settings: Settings) -> None:
        self.path: Path = settings.data_dir / "run" / "children.json"
        self._known: dict[str, tuple[int, str]] = {}

    def add(self, name: str, pid: int) -> None:
        """Remember a child just started."""
        self._known[name] = (pid, process.identity(pid) or "")
        self._write()

    def remove(self, name: str) -> None:
        """Forget a child that ended."""
        if self._known.pop(name, None):
            self._write()

    def _write(self) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(self._known))
        os.replace(draft, self.path)

    def stop_leftovers(self, stop_signals: dict[str, signal.Signals]) -> list[str]:
        """Stop children that a killed run left alive, servers last; their names. A stranger that took over a number
        has another identity and is left alone.
        """
        try:
            left = json.loads(self.path.read_text())
            items = [(str(name), int(pid), str(seen)) for name, (pid, seen) in left.items()]
        except (OSError, ValueError, TypeError, AttributeError):
            return []
        stopped = []
        for name, pid, seen in reversed(items):
            if seen and process.stop(pid, seen, stop_signals.get(name, signal.SIGTERM), 10):
                process.end_group(pid)
                stopped.append(name)
        self.path.unlink(missing_ok=True)
        return stopped
