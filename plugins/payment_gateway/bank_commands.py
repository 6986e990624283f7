"""`egestion bank`: the practice bank in the foreground, and its settings, on a running and on a stopped bank."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app

from config import Settings

from .given_days import day_option
from .practice import keep_practice_night
from .simulator import server
from .simulator import settings as bank_settings
from .simulator.clock import BankClock
from .simulator.statement import camt053, cfonb120
from .simulator.statement.accounts import account_of
from .simulator.statement.chargebacks import NotPossible, charge_back
from .simulator.statement.statement import LAYOUTS, set_layout, statement_of


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


@change.command("statement")
@click.argument("layout", type=click.Choice(LAYOUTS))
def set_statement(layout: str) -> None:
    """Book remittances gross (commission and VAT apart) or net, from today's on."""
    settings = _settings()
    set_layout(settings.data_dir, layout, BankClock(settings.clock_file).now())
    click.echo(f"remittances are booked {layout} from today on")


@change.command("latency")
@click.argument("milliseconds", type=click.IntRange(0, bank_settings.LONGEST_MS))
def set_latency(milliseconds: int) -> None:
    """Make every answer of the bank take this much longer."""
    bank_settings.set_latency(_settings().data_dir, milliseconds)
    click.echo(f"every answer takes {milliseconds} ms longer")


@bank.command("statement")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), callback=day_option, required=True, help="the bank day"
)
@click.option("--merchant", help="PRACTICE if neither merchant nor account is given")
@click.option("--account", help="the account's number; the merchant's card account if none")
@click.option("--format", "form", type=click.Choice(["cfonb120", "camt053"]), required=True)
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def statement(day: datetime, merchant: str | None, account: str | None, form: str, out: Path) -> None:
    """Write one account's statement of one day; of a day not yet over, what is known so far."""
    settings = _settings()
    try:
        chosen = account_of(merchant, account)
    except LookupError as error:
        raise click.UsageError(str(error.args[0])) from None
    made = statement_of(settings.data_dir, chosen, day.date())
    now = BankClock(settings.clock_file).now()
    try:
        out.write_bytes(cfonb120.render(made) if form == "cfonb120" else camt053.render(made, now))
    except OSError as error:
        raise click.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="--out") from None
    click.echo(
        f"{out}: account {chosen.number}, {made.day}, {len(made.entries)} entries, closing {made.closing} EUR cents"
    )


@bank.command("chargeback")
@click.argument("reference")
@click.option("--reason", required=True, help="the scheme's reason code, for instance 10.4")
@click.option("--amount", type=click.IntRange(1), help="minor units; the whole if none")
def chargeback(reference: str, reason: str, amount: int | None) -> None:
    """Let a captured sale come back unpaid: its account is debited today."""
    settings = _settings()
    try:
        done = charge_back(settings.data_dir, reference, reason, BankClock(settings.clock_file).now(), amount)
    except NotPossible as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{reference}: {done.amount} came back unpaid, reason {done.reason}, booked on the next statement")
