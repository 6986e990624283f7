"""`egestion remit`: the evening's run in the foreground."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple
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
from ..resolution import resolve_due_of
from ..waiting import send_all
from .captures import Sent
from .opening import Round
from .run import Tally, begin, close, send

log = structlog.get_logger(__name__)
LONGEST_WAIT = 40.0  # seconds for lines whose answer may still come
WRONG = (Sent.REFUSED, Sent.UNKNOWN, Sent.NOT_SENT, Sent.ASIDE)


class Work(NamedTuple):
    """A contract to be remitted, and how it is named to whoever runs the command."""

    contract_id: int
    merchant_id: int
    zone: str
    label: str


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
    work = [(each, _day(chosen, each.zone)) for each in _contracts()]
    failed: list[str] = []
    total = Tally()
    try:
        refunds = _remit(work, total, failed)
    finally:  # a database that is away ends the command, not what it has to say
        for line in failed:
            click.echo(line, err=True)
    for name in total.closed:
        click.echo(_sentence(name))
    counted = ", ".join(f"{total.sent[each]} {each.replace('_', ' ').lower()}" for each in Sent if total.sent[each])
    click.echo(f"captures: {counted or 'nothing was due'}; {refunds} waiting refunds looked at")
    if failed or any(total.sent[each] for each in WRONG):
        sys.exit(1)


def _remit(work: Sequence[tuple[Work, date]], total: Tally, failed: list[str]) -> int:
    """Do it, adding to `total` and `failed`; returns how many waiting refunds were looked at."""
    rounds: list[tuple[Work, Round]] = []
    for each, day in work:
        with _named(each.label, failed):
            rounds.append((each, begin(each.merchant_id, each.contract_id, day)))
    with click.progressbar(length=sum(each[1].count for each in rounds), label="captures", file=sys.stderr) as bar:
        for each, round_ in rounds:
            with _named(each.label, failed):
                tally = send(each.merchant_id, each.contract_id, round_, lambda _sent: bar.update(1))
                total.sent += tally.sent
                total.closed += tally.closed
    refunds = 0
    with _named("waiting refunds", failed):
        refunds = send_all(OperationName.CREDIT)
    total.closed += _wait([each for each, _ in rounds], failed)
    return refunds


@contextmanager
def _named(label: str, failed: list[str]) -> Iterator[None]:
    """Let a contract's trouble be its own, and note once whose it is."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise
        log.error("remittance_failed", of=label, error=type(error).__name__, exc_info=error)
        line = f"{label}: {type(error).__name__}"
        if line not in failed:
            failed.append(line)


def _day(chosen: date | None, zone: str) -> date:
    today = local_day(now(), ZoneInfo(zone))
    if chosen is not None and chosen > today and not current_app.extensions["settings"].practice:
        raise click.UsageError(f"--date: {chosen} is after today ({today}); that is possible in practice only")
    return chosen or today


def _contracts() -> list[Work]:
    """Return the contracts of every merchant at work."""
    found = []
    for merchant_id in merchants_at_work():
        with unit_of_work(Scope((merchant_id,))) as session:
            zone = session.get_one(Merchant, merchant_id).zone
            contracts = select(Contract.id, Contract.number).where(Contract.merchant_id == merchant_id)
            rows = session.execute(contracts.order_by(Contract.id))
            found += [Work(row[0], merchant_id, zone, f"contract {row[1]}") for row in rows]
    return found


def _wait(contracts: Sequence[Work], failed: list[str]) -> list[str]:
    """Close what is still being sent, elsewhere too, while its answers may still come; a line somebody has left without
    one is asked about when its time has come."""
    closed: list[str] = []
    until = time.monotonic() + LONGEST_WAIT
    while True:
        waiting: set[int] = set()
        for each in contracts:
            with _named(each.label, failed):
                closed += close(each.merchant_id, each.contract_id)
                if _is_sending(each):
                    waiting.add(each.merchant_id)
        if not waiting or time.monotonic() >= until:
            return closed
        with _named("uncertain outcomes", failed):
            resolve_due_of(waiting)
        time.sleep(0.5)


def _is_sending(work: Work) -> bool:
    sent = (
        select(Operation.id)
        .join(Remittance, Remittance.id == Operation.remittance_id)
        .where(
            Remittance.merchant_id == work.merchant_id,
            Remittance.contract_id == work.contract_id,
            Remittance.state == "SENDING",
            Operation.status == OperationStatus.SENT,
        )
    )
    with unit_of_work(Scope((work.merchant_id,))) as session:
        return session.scalar(sent.limit(1)) is not None


def _sentence(name: str) -> str:
    return f"remittance {name} closed"
