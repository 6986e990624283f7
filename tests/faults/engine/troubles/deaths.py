"""Processes of the product and the bank die by kill -9, or stand still for a while."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from .kinds import Site, Trouble

STANDS_STILL = 6.0  # seconds


def web_worker_killed(site: Site) -> None:
    """One of a web server's processes; its master starts another."""
    if pid := _a_web_worker(site):
        os.kill(pid, signal.SIGKILL)
        site.happen("web worker killed", kill=True)


def web_worker_stands_still(site: Site) -> None:
    """SIGSTOP, and later SIGCONT: whatever it was about to do, it does then."""
    if pid := _a_web_worker(site):
        os.kill(pid, signal.SIGSTOP)
        waker = threading.Timer(STANDS_STILL, _wake, (pid,))
        waker.daemon = True
        waker.start()
        site.happen("web worker stands still")


def web_killed(site: Site) -> None:
    """A whole web server; another one goes on, it is started again."""
    if any(thread.is_alive() for thread in site.house.replacing):
        return
    number = site.chance.randrange(len(site.house.webs))
    site.house.webs[number].stop(signal.SIGKILL)
    site.house.replace_web(number)
    site.happen("web server killed", kill=True)


def worker_killed(site: Site) -> None:
    """A queue worker."""
    if site.house.keeper.kill(site.chance.choice(site.house.keeper.names("worker"))):
        site.happen("queue worker killed", kill=True)


def scheduler_killed(site: Site) -> None:
    """A scheduler, the leader perhaps."""
    if site.house.keeper.kill(site.chance.choice(site.house.keeper.names("scheduler"))):
        site.happen("scheduler killed", kill=True)


def bank_killed(site: Site) -> None:
    """The bank, and away for a moment."""
    bank = site.house.bank
    site.note_bank()
    bank.stop(signal.SIGKILL)
    time.sleep(site.chance.uniform(0, 0.5))
    bank.start(site.house.proxy.target)
    site.happen("bank killed", kill=True)


def _a_web_worker(site: Site) -> int | None:
    master = site.chance.choice(site.house.webs).process.pid
    with suppress(OSError, ValueError):
        workers = [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
        return site.chance.choice(workers) if workers else None
    return None


def _wake(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


TROUBLES = (
    Trouble("web worker killed", web_worker_killed, 5, kills=True),
    Trouble("web worker stands still", web_worker_stands_still, 2),
    Trouble("web server killed", web_killed, kills=True),
    Trouble("queue worker killed", worker_killed, kills=True),
    Trouble("scheduler killed", scheduler_killed, kills=True),
    Trouble("bank killed", bank_killed, 2, kills=True),
)
