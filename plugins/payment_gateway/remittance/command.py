"""`egestion remit`: the evening's run in the foreground."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click
import structlog
from flask import current_app
from sqlalchemy import select

from app.database import Scope, is_away, now, unit_of_work
from app.domain.days import local_day
from app.domain.states import OperationName, OperationStatus
from app.models import Contract, Merchant, Operation, Remittance

from ..given_days import day_option
from ..nightly import merchants_at_work
from ..resolution import resolve_due
from ..waiting import send_all
from .captures import Sent
from .run import Tally, begin, close, send

log = structlog.get_logger(__name__)
LONGEST_WAIT = 40.0  # seconds for lines whose answer may still come
WRONG = (Sent.REFUSED, Sent.UNKNOWN, Sent.NOT_SENT, Sent.ASIDE)


@click.command("remit")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=day_option,
    help="the remittances' day; today in each merchant's zone if none",
)
def remit(day: datetime | None) -> None:
    """Capture what is due by a day (capture date up to it) into remittances of that day, and send waiting refunds.

    May run twice, on two machines, after a crash half-way: nothing leaves twice. A day after today only in practice.
    Exit code 1 when a sale was refused, is uncertain, could not be sent or was set aside, or when a contract failed: it is
    named, and the others go on.
    """
    chosen = day.date() if day is not None else None
    work = [(contract_id, merchant_id, _day(chosen, zone)) for contract_id, merchant_id, zone in _contracts()]
    failed: list[str] = []
    rounds = []
    for contract_id, merchant_id, its_day in work:
        with _named(merchant_id, contract_id, failed):
            rounds.append((contract_id, merchant_id, begin(merchant_id, contract_id, its_day)))
    total = Tally()
    with click.progressbar(length=sum(each[2].count for each in rounds), label="captures", file=sys.stderr) as bar:
        for contract_id, merchant_id, round_ in rounds:
            with _named(merchant_id, contract_id, failed):
                tally = send(merchant_id, contract_id, round_, lambda _sent: bar.update(1))
                total.sent += tally.sent
                total.closed += tally.closed
    refunds = send_all(OperationName.CREDIT)
    total.closed += _wait([(each[1], each[0]) for each in rounds])
    for name in total.closed:
        click.echo(_sentence(name))
    counted = ", ".join(f"{total.sent[each]} {each.replace('_', ' ').lower()}" for each in Sent if total.sent[each])
    click.echo(f"captures: {counted or 'nothing was due'}; {refunds} waiting refunds looked at")
    for line in failed:
        click.echo(line, err=True)
    if failed or any(total.sent[each] for each in WRONG):
        sys.exit(1)


@contextmanager
def _named(merchant_id: int, contract_id: int, failed: list[str]) -> Iterator[None]:
    """Let a contract's trouble be its own, and note whose it is."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise
        log.error("remittance_failed", contract=contract_id, error=type(error).__name__, exc_info=error)
        with unit_of_work(Scope((merchant_id,))) as session:
            failed.append(f"contract {session.get_one(Contract, contract_id).number}: {type(error).__name__}")


def _day(chosen: date | None, zone: str) -> date:
    today = local_day(now(), ZoneInfo(zone))
    if chosen is not None and chosen > today and not current_app.extensions["settings"].practice:
        raise click.UsageError(f"--date: {chosen} is after today ({today}); that is possible in practice only")
    return chosen or today


def _contracts() -> list[tuple[int, int, str]]:
    """Contract, merchant and zone of every merchant at work."""
    found = []
    for merchant_id in merchants_at_work():
        with unit_of_work(Scope((merchant_id,))) as session:
            zone = session.get_one(Merchant, merchant_id).zone
            ids = session.scalars(select(Contract.id).where(Contract.merchant_id == merchant_id).order_by(Contract.id))
            found += [(each, merchant_id, zone) for each in ids]
    return found


def _wait(contracts: list[tuple[int, int]]) -> list[str]:
    """Close what is still being sent, elsewhere too, while its answers may still come; a line somebody has left without
    one is asked about when its time has come."""
    closed: list[str] = []
    until = time.monotonic() + LONGEST_WAIT
    while True:
        waiting = False
        for merchant_id, contract_id in contracts:
            closed += close(merchant_id, contract_id)
            with unit_of_work(Scope((merchant_id,))) as session:
                sent = (
                    select(Operation.id)
                    .join(Remittance, Remittance.id == Operation.remittance_id)
                    .where(
                        Remittance.merchant_id == merchant_id,
                        Remittance.contract_id == contract_id,
                        Remittance.state == "SENDING",
                        Operation.status == OperationStatus.SENT,
                    )
                )
                waiting = waiting or session.scalar(sent.limit(1)) is not None
        if not waiting or time.monotonic() >= until:
            return closed
        resolve_due()
        time.sleep(0.5)


def _sentence(name: str) -> str:
    return f"remittance {name} closed"
