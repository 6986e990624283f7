"""`egestion run`: the whole service in the foreground, from one process that ends it all."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from config import ConfigError, Settings

from ..domain import clock
from . import caught_up, folders, past, postgres, probe, process, valkey
from .children import Child, Supervisor
from .migrated import Migrations
from .provision import ensure_roles, wait_for_database
from .refusals import demand_no_practice, refusals
from .runfile import ChildList, RunLock
from .services import STOP_SIGNALS, background, init_child, practice_bank, web

#: One login per profile (interface.md "Practice bank"); all have the same password.
LOGINS = {
    "clerk": "Clerk",
    "supervisor": "Supervisor",
    "accountant": "Accountant",
    "risk": "Risk officer",
    "manager": "Merchant manager",
    "auditor": "Auditor",
    "admin": "Platform administrator",
    "clerk2, manager2": "the second merchant, OTHER",
}


def run(settings: Settings, out: TextIO = sys.stdout) -> int:
    """Start everything, keep it alive, stop it on SIGINT or SIGTERM; the exit code. Raises ConfigError, one line."""
    if found := refusals(settings):
        raise ConfigError("production refuses to start: " + "; ".join(found))
    folders.prepare(settings)
    lock = RunLock(settings)
    lock.take()
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.1f} s] {text}", file=out, flush=True)

    supervisor = Supervisor(settings.data_dir / "log", ChildList(settings), say)
    supervisor.catch_signals()
    try:
        for name in supervisor.listed.stop_leftovers(STOP_SIGNALS):
            say(f"stopped {name} of a run that was killed")
        demand_ports(settings)
        start_servers(settings, supervisor)
        return _serve(settings, supervisor, say)
    finally:
        supervisor.stop_all()
        folders.drop_sockets(settings)
        lock.drop()


def demand_ports(settings: Settings) -> None:
    """Raise ConfigError when the web server's or the practice bank's port is taken."""
    probe.demand_free(settings.host, settings.port, "EGESTION_PORT")
    if practice_bank(settings) is not None:
        probe.demand_free("127.0.0.1", settings.bank_port, "EGESTION_BANK_PORT")


def start_servers(settings: Settings, supervisor: Supervisor, *, safe: bool = True) -> None:
    """Start the embedded database and queue, where they are embedded, and wait for them. Raises ConfigError.

    `safe=False` is for folders that are thrown away: commits do not wait for the disk.
    """
    user: process.User | None = None
    if settings.embedded_database or settings.embedded_queue:
        user = folders.server_user(postgres.cluster(settings), server_program(settings))
        folders.sockets(settings, user)
    if settings.embedded_database:
        postgres.create_cluster(settings, user)
        started = supervisor.add(
            Child(
                "postgres",
                tuple(postgres.command(settings, safe=safe)),
                environment=postgres.environment(),
                user=user,
                stop_signal=postgres.FAST_STOP,
                patience=60,
                before=lambda: postgres.clear_leftover(settings),
            )
        )
        postgres.wait_ready(settings, started)
        ensure_roles(settings)
    if settings.embedded_queue:
        valkey.prepare(settings, user)
        queue = Child("valkey", tuple(valkey.command(settings)), environment=postgres.environment(), user=user)
        valkey.wait_ready(settings, supervisor.add(queue))
    wait_for_database(settings.database_url, 30)


def server_program(settings: Settings) -> Path:
    """The program that the servers' user must be able to reach."""
    return postgres.binaries() / "postgres" if settings.embedded_database else valkey.binary()


def _serve(settings: Settings, supervisor: Supervisor, say: Callable[[str], None]) -> int:
    say("database and queue answer")
    if (bank := practice_bank(settings)) is not None:
        supervisor.add(bank)
    migrations = Migrations(settings)
    early = migrations.applied()  # nothing to migrate: the web server need not wait for init
    if early:
        supervisor.add(web())
    code = supervisor.run_once(init_child(), 600)
    if supervisor.ending():
        return 0
    if code != 0:
        raise ConfigError(f"init failed: {last_line(supervisor.log_dir / 'init.log')} (log/init.log)")
    demand_no_practice(settings)
    say("database is up to date")
    migrations.remember()
    if past.missing(settings):
        past.write(supervisor, say)
    if not early:
        supervisor.add(web())
    while not supervisor.ending() and probe.http_status(settings.host, settings.port, "/health") is None:
        supervisor.look()
        time.sleep(0.1)
    if supervisor.ending():
        return 0
    clock.configure(settings.clock_file if settings.practice else None)
    begun, last = clock.business_now(), caught_up.last_day(settings)
    for child in background():  # after the web server answers: on two cores all at once would keep people waiting
        supervisor.add(child)
    announce(settings, say)
    if last is not None and last < begun.astimezone(caught_up.PARIS).date():
        caught_up.tell(settings, supervisor, last, begun, say)
    supervisor.watch()
    say("stopping")
    return 0


def announce(settings: Settings, say: Callable[[str], None]) -> None:
    """Say where the service is, and in practice who may log in."""
    say(f"ready: http://{settings.host}:{settings.port}/ (Ctrl-C stops; logs in {settings.data_dir / 'log'})")
    if practice_bank(settings) is not None:
        say(f"practice bank: {settings.bank_url}/")
    if settings.practice:
        say(f"tomorrow is one command away: {Path(sys.executable).with_name('egestion')} clock advance 1d")
        say(f"logins, password for all: {settings.practice_password}")
        for login, profile in LOGINS.items():
            say(f"  {login:18} {profile}")


def last_line(log: Path) -> str:
    """The last line of a child's log that says something."""
    try:
        lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        return "no log"
    return lines[-1].strip()[:300] if lines else "no output"
