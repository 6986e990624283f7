"""What the bank does by itself: captures at 22:30, expiry at the end of the limit's day, the blackout around the run.

The hours are those of domain.md section 2 (Dates): the live platform takes no cash operation between 22h and 23h, and
the declared blackout leaves five minutes on both sides. All of it in Paris time, so also on days of 23 and 25 hours.
"""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from . import ledger
from .clock import PARIS
from .ledger import Sale
from .scenarios import named
from .statement import movements

RUN_AT = time(22, 30)
BLACKOUT_FROM, BLACKOUT_TO = time(21, 55), time(23, 5)


def local_day(moment: datetime) -> date:
    """The day in Paris."""
    return moment.astimezone(PARIS).date()


def in_blackout(moment: datetime) -> bool:
    """Whether cash operations are closed at that time of day (only where the bank's night is on)."""
    return BLACKOUT_FROM <= moment.astimezone(PARIS).time() < BLACKOUT_TO


def run_of(day: date) -> int:
    """The capture run of a day, in epoch seconds."""
    return int(datetime.combine(day, RUN_AT, PARIS).timestamp())


def next_run(moment: datetime, day: date | None = None) -> int:
    """The first capture run after `moment`, not before `day` where one is planned."""
    first = max(local_day(moment), day or date.min)
    run = run_of(first)
    return run if run > moment.timestamp() else run_of(first + timedelta(days=1))


def end_of(day: date) -> int:
    """The end of a day in Paris, in epoch seconds."""
    return int(datetime.combine(day + timedelta(days=1), time(), PARIS).timestamp())


def captured(sale: Sale, moment: datetime) -> Sale:
    """The sale sent to the cardholder's bank; the caller says by which operation."""
    return replace(sale, status="CAPTURED", captured_at=moment.isoformat(), due_at=None)


def settle(database: sqlite3.Connection, now: datetime, *, night: bool) -> None:
    """Do all that has become due: capture what waits for its run, let lapse what reached its limit.

    Without the night a validated sale does not wait: switching the night off captures it at the next look.
    """
    if not night:
        database.execute(
            "UPDATE sale SET due_at = ? WHERE status = 'TO_CAPTURE' AND capture_mode = 'VALIDATION'",
            (int(now.timestamp()),),
        )
    for sale in ledger.due(database, int(now.timestamp())):
        moment = datetime.fromtimestamp(sale.due_at or 0, UTC)
        if sale.status == "TO_CAPTURE" and named(sale.scenario).captures:
            done, operation = captured(sale, moment), "DEBIT_CAPTURE"
        else:  # TO_VALIDATE, TO_CHALLENGE, REFERRAL at their limit; a capture the cardholder's bank refuses in the run
            done, operation = replace(sale, status="EXPIRED", current_amount=0, due_at=None), "EXPIRED"
        done = replace(done, last_operation=operation, last_operation_at=moment.isoformat())
        ledger.save(database, done)
        movements.note_change(database, sale, done, moment, None)
