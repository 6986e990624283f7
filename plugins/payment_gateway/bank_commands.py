"""`egestion bank`: the practice bank in the foreground, and its settings, on a running and on a stopped bank."""

from __future__ import annotations

import click
from flask import current_app

from config import Settings

from .practice import keep_practice_night
from .simulator import server
from .simulator import settings as bank_settings


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    if settings.bank_url is None:
        raise click.ClickException("there is no practice bank in production")
    return settings


@click.group("bank", invoke_without_command=True)
@click.pass_context
def bank(context: click.Context) -> None:
    """Run the practice bank in the foreground, or change its settings."""
    settings = _settings()
    if context.invoked_subcommand is None:
        context.exit(server.main(["--port", str(settings.bank_port), "--data", str(settings.data_dir)]))


@bank.group("set")
def change() -> None:
    """Change a lasting setting of the practice bank; a running one obeys within half a second."""


@change.command("night")
@click.argument("state", type=click.Choice(["on", "off"]))
def set_night(state: str) -> None:
    """Captures at 22:30 and no cash operations from 21:55 to 23:05 (on), or captures at once (off)."""
    settings = _settings()
    bank_settings.set_night(settings.data_dir, state == "on")
    accounts = keep_practice_night(settings, state == "on")
    click.echo(f"the bank's night is {state}; {accounts} gateway accounts know")


@change.command("latency")
@click.argument("milliseconds", type=click.IntRange(0, bank_settings.LONGEST_MS))
def set_latency(milliseconds: int) -> None:
    """Make every answer of the bank take this much longer."""
    bank_settings.set_latency(_settings().data_dir, milliseconds)
    click.echo(f"every answer takes {milliseconds} ms longer")
