"""Starting, recognising and stopping one process, without ever hitting a stranger that took over its number."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class User:
    """Whom a child runs as: numbers of the system, and whether it must get through folders closed to it."""

    uid: int
    gid: int
    reach: bool


def start(
    argv: Sequence[str],
    *,
    log: Path,
    user: User | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own that gets `death_signal` when this process dies; output goes to `log`."""
    uid, gid, reach = (user.uid, user.gid, int(user.reach)) if user else (-1, -1, 0)
    head = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(death_signal))]
    with open(log, "ab") as output:
        return subprocess.Popen(
            [*head, str(uid), str(gid), str(reach), *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if environment is None else dict(environment),
            cwd=cwd,
            start_new_session=True,
        )


def identity(pid: int) -> str | None:
    """What tells this process from a later one with the same number: its start in this boot; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None if Path("/proc/self/stat").exists() else _identity_without_proc(pid)
    return None if fields[0] in ("Z", "X") else f"{boot}:{fields[19]}"


def _identity_without_proc(pid: int) -> str | None:
    """The same from `ps`, where there is no /proc."""
    found = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def stop(pid: int, seen: str, number: signal.Signals, seconds: float) -> bool:
    """End the process that had this identity, and what is left of its group; True when it was still there.

    First `number`, after `seconds` SIGKILL. Nothing is sent to a process with another identity.
    """
    if identity(pid) != seen:
        return False
    _send(pid, number)
    if not _gone(pid, seen, seconds):
        _send(pid, signal.SIGKILL)
        _gone(pid, seen, 5)
    return True


def _gone(pid: int, seen: str, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while identity(pid) == seen:
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it went by itself
        os.kill(pid, number)


def end_group(pid: int) -> None:
    """Kill what a dead child left in its session (gunicorn's workers hold the port). Its number names the group
    until the last member is gone, so no stranger can have it.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
