"""What a run made up for after days off: sales remitted and lapsed, refunds sent, in one line instead of many.

The sweeps do the work as always; here one waits until nothing is due any more and counts what the machine wrote meanwhile.
"""

import time
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg

from config import Settings

from ..domain import clock
from .children import LOOK_EVERY, Supervisor
from .daily import DailyBook
from .provision import libpq

PATIENCE = 120.0  # seconds; what is still due then (a bank that does not answer) is not waited for
STEADY = 3.0  # seconds without anything due
PARIS = ZoneInfo("Europe/Paris")
FINDERS = ("due_lapsed", "due_remittances", "due_waiting")
_KNOWN = "SELECT to_regprocedure(%s) IS NOT NULL"
_DONE = """SELECT kind, count(*) FROM event WHERE at >= %s AND actor_id IS NULL
    AND kind IN ('CAPTURED', 'CAPTURE_REFUSED', 'EXPIRED', 'REFUNDED', 'REFUNDED_IN_PART') GROUP BY 1"""


def last_day(settings: Settings) -> date | None:
    """The last day on which the scheduler did its daily work, None before the first."""
    return DailyBook(settings.data_dir / "daily.json").last_day()


def tell(settings: Settings, supervisor: Supervisor, since: date, begun: datetime, say: Callable[[str], None]) -> None:
    """Wait until what was due is done and say what it was; nothing where there was nothing."""
    if settings.check_url is None:
        return
    limit, quiet = time.monotonic() + PATIENCE, 0.0
    try:
        with psycopg.connect(libpq(settings.check_url), autocommit=True, connect_timeout=5) as connection:
            while not supervisor.ending() and time.monotonic() < limit and quiet < STEADY:
                supervisor.look()
                time.sleep(LOOK_EVERY)
                quiet = 0.0 if _due(connection) else quiet + LOOK_EVERY
            done = {str(kind): int(count) for kind, count in connection.execute(_DONE, (begun,)).fetchall()}
    except psycopg.Error:
        return  # the database is being started again: what was done stands in the history
    if done and not supervisor.ending():
        say(f"since {since.isoformat()}: {summary(done)}")


def _due(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    at = clock.business_now()
    for finder in FINDERS:
        row = connection.execute(_KNOWN, (f"{finder}(timestamptz, int)",)).fetchone()
        if row and row[0] and connection.execute(f"SELECT FROM {finder}(%s, 1)", (at,)).fetchone() is not None:
            return True
    return False


def summary(done: dict[str, int]) -> str:
    """The counts as a sentence's end: `3 sales remitted, 2 lapsed, 1 refund sent`."""
    refunds = done.get("REFUNDED", 0) + done.get("REFUNDED_IN_PART", 0)
    parts = [
        (done.get("CAPTURED", 0), "sale remitted", "sales remitted"),
        (done.get("CAPTURE_REFUSED", 0), "capture refused by the bank", "captures refused by the bank"),
        (
            done.get("EXPIRED", 0),
            "sale lapsed, its authorisation released",
            "sales lapsed, their authorisations released",
        ),
        (refunds, "refund sent", "refunds sent"),
    ]
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in parts if count)
