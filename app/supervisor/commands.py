"""The house's commands under `egestion`. Exit codes: 0 ok, 1 found something wrong, 2 usage (interface.md)."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import click

from config import DATABASE_NAME, ConfigError, Settings, load


class Refused(click.ClickException):
    """One clear line on standard error, exit 1."""

    exit_code = 1


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its settings; a ConfigError becomes one line and exit 1."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(load(), *args, **kwargs)
        except ConfigError as error:
            raise Refused(str(error)) from None

    return wrapped


@click.command()
@with_settings
def run(settings: Settings) -> None:
    """Run the whole service in the foreground: servers, practice bank, web, workers, scheduler. Ctrl-C stops all."""
    from .run import run as run_all

    raise SystemExit(run_all(settings))


@click.command()
@with_settings
def web(settings: Settings) -> None:
    """Run the web server alone (3 workers of 8 threads)."""
    from .web import serve

    serve(settings)


@click.command()
@with_settings
def worker(settings: Settings) -> None:
    """Run one queue worker alone."""
    from .worker import work

    work(settings)


@click.command()
@with_settings
def scheduler(settings: Settings) -> None:
    """Run the scheduler alone; of several, one leads."""
    from .scheduler import schedule

    schedule(settings)


@click.command()
@click.option("--print-sql", is_flag=True, help="Print what a DBA runs for an external database, and do nothing.")
@click.option("--database", default=DATABASE_NAME, show_default=True, help="Name of the database in the printed SQL.")
@click.option("--check", is_flag=True, help="Only look whether the models and the migrations agree; exit 1 if not.")
def init(print_sql: bool, database: str, check: bool) -> None:
    """Migrate the database, give each role its tables, synchronise permissions and profiles. May run again."""
    if print_sql:
        from .roles import print_sql as text

        click.echo(text(database))
        return
    _init(check)


@with_settings
def _init(settings: Settings, check: bool) -> None:
    from .provision import differences, initialise

    if not check:
        initialise(settings, click.echo, practice=settings.practice)
        return
    found = differences(settings)
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("models and migrations agree")


@click.command()
@with_settings
def demo(settings: Settings) -> None:
    """Give the practice merchants their past: 15 months of orders, ending yesterday; each once. May run again."""
    from .. import create_app
    from ..plugin import registry

    if not settings.practice:
        raise Refused("practice merchants belong to a practice installation (EGESTION_ENV=practice)")
    given = 0
    with create_app(settings).app_context():
        for give in registry().practice_pasts:
            for line in give(settings):
                click.echo(line)
                given += 1
    if not given:
        click.echo("nothing to add: every practice merchant has its past")


@click.command()
@with_settings
def doctor(settings: Settings) -> None:
    """Examine the installation: each check one line, OK or PROBLEM with what to do; exit 1 when something is wrong."""
    from itertools import chain

    from .doctor import examine, examine_plugins

    wrong = 0
    for finding in chain(examine(settings), examine_plugins(settings)):
        click.echo(str(finding))
        wrong += not finding.right
    if wrong:
        raise SystemExit(1)


@click.group()
def clock() -> None:
    """Show or move the business clock (practice only). Leases, sessions and tokens keep real time."""


@clock.command("show")
@with_settings
def clock_show(settings: Settings) -> None:
    """Print business time and how far it is from real time."""
    from ..domain import clock as time

    time.configure(settings.clock_file if settings.practice else None)
    offset = time.read_state(settings.clock_file)["offset_seconds"] if settings.practice else 0
    _tell(time.business_now(), timedelta(seconds=offset))


@clock.command("set")
@click.argument("moment", metavar="ISO")
@with_settings
def clock_set(settings: Settings, moment: str) -> None:
    """Set business time, e.g. 2026-11-27T21:00:00+01:00 (without a zone: UTC). Never before what was used."""
    from . import clock as moves

    try:
        to = moves.parse_moment(moment)
    except ValueError:
        raise click.UsageError(f"{moment!r} is no ISO time, such as 2026-11-27T21:00:00+01:00") from None
    _move(settings, moves.move(settings, to))


@clock.command("advance")
@click.argument("step", metavar="1d")
@with_settings
def clock_advance(settings: Settings, step: str) -> None:
    """Move business time forward: 1d, 6h, 30m, 1d12h."""
    from ..domain import clock as time
    from . import clock as moves

    try:
        by = moves.parse_step(step)
    except ValueError as error:
        raise click.UsageError(f"{step!r}: {error}") from None
    time.configure(settings.clock_file)
    _move(settings, moves.move(settings, time.business_now() + by))


@clock.command("reset")
@with_settings
def clock_reset(settings: Settings) -> None:
    """Set business time back to real time."""
    from . import clock as moves

    present, later = moves.reset(settings)
    _move(settings, present)
    if later is not None:
        click.echo(f"records bear later times, up to {later:%Y-%m-%dT%H:%M:%SZ}")


def _move(settings: Settings, present: Any) -> None:
    from ..domain import clock as time

    _tell(present, timedelta(seconds=time.read_state(settings.clock_file)["offset_seconds"]))


def _tell(present: Any, offset: timedelta) -> None:
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    click.echo(f"{present:%Y-%m-%dT%H:%M:%SZ} (offset {sign}{timedelta(seconds=abs(seconds))}, {seconds} s)")


#: What app/cli.py adds to the root group.
COMMANDS = (run, web, worker, scheduler, init, demo, doctor, clock)
