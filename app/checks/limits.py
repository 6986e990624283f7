"""I11: an authorisation is captured in time, cancelled, or people are told before it is let go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from config import Settings

from ..alarms import CAPTURE_REFUSED, EXPIRED, EXPIRES_SOON
from ..database import now, real_now
from ..domain.states import OPEN_STATUSES, Event, OperationName, State
from ..ports import Evidence
from .reading import MOST_NAMED, named

SWEPT_WITHIN = timedelta(minutes=15)  # of the end of the limit's day: by then the sweep has been there
# Real time after practice has moved the clock, in which nothing counts as left lying.
CLOCK_MOVED = timedelta(minutes=2)
_HELD = ", ".join(f"'{state}'" for state in (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE))
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))
_RELEASES = f"'{OperationName.EXPIRED}', '{OperationName.CANCEL}'"
_TOLD = ", ".join(f"'{kind}'" for kind in (EXPIRED, EXPIRES_SOON, CAPTURE_REFUSED))

_LEFT = f"""SELECT t.reference || format(': %s, and nothing is under way since its limit, %s, is over', t.state, t.limit_date)
FROM transaction t JOIN merchant m ON m.id = t.merchant_id
WHERE t.state IN ({_HELD}) AND t.limit_date < (CAST(:at AS timestamptz) AT TIME ZONE m.zone)::date
AND NOT EXISTS (SELECT FROM operation o WHERE o.merchant_id = t.merchant_id AND o.transaction_id = t.id
    AND (o.status IN ({_OPEN}) OR o.status = 'WAITING' AND o.name IN ({_RELEASES})))"""
_UNTOLD = f"""SELECT t.reference || ': EXPIRED, and nobody was told before' FROM event e
JOIN transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
WHERE e.to_state = 'EXPIRED' AND e.from_state IN ({_HELD})
AND NOT EXISTS (SELECT FROM alarm a WHERE a.merchant_id = e.merchant_id AND a.transaction_id = e.transaction_id
    AND a.kind IN ({_TOLD}) AND a.at <= e.at)"""
# By the end of its last day, what waited for a person some minutes before (remittance/warnings.py looks every minute).
_END = "((t.limit_date + 1)::timestamp AT TIME ZONE m.zone)"
_BEFORE = f"{_END} - interval '{SWEPT_WITHIN.seconds} seconds'"
_OF_IT = "b.merchant_id = e.merchant_id AND b.transaction_id = e.transaction_id"
_WARNED = ", ".join(f"'{kind}'" for kind in (EXPIRES_SOON, CAPTURE_REFUSED))
_UNWARNED = f"""SELECT t.reference || format(': EXPIRED, and nobody was warned by the end of %s', t.limit_date) FROM event e
JOIN transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id JOIN merchant m ON m.id = e.merchant_id
WHERE e.to_state = 'EXPIRED' AND (
    e.from_state IN ('{State.TO_VALIDATE}', '{State.TO_CHALLENGE}')
        AND EXISTS (SELECT FROM event b WHERE {_OF_IT} AND b.to_state = e.from_state AND b.at <= {_BEFORE})
    OR e.from_state = '{State.TO_CAPTURE}' AND '{Event.HELD.name}' = (SELECT b.kind FROM event b WHERE {_OF_IT}
        AND b.kind IN ('{Event.HELD.name}', '{Event.RELEASED.name}') AND b.at <= {_BEFORE} ORDER BY b.id DESC LIMIT 1))
AND NOT EXISTS (SELECT FROM alarm b WHERE {_OF_IT} AND b.kind IN ({_WARNED}) AND b.at < {_END})"""
# When it was sent, by the business clock: an operation that waited (for a second person) was asked for earlier.
_SENT = "(coalesce((o.evidence ->> 'left_at')::timestamptz, o.created_at) AT TIME ZONE m.zone)::date"
_LATE = f"""SELECT t.reference || format(': captured on %s, its limit was %s', {_SENT}, t.limit_date)
FROM operation o JOIN transaction t ON t.merchant_id = o.merchant_id AND t.id = o.transaction_id
JOIN merchant m ON m.id = o.merchant_id
WHERE o.name = 'CAPTURE' AND o.status = 'DONE' AND {_SENT} > t.limit_date"""
_LIMITED = text("SELECT count(*) FROM transaction WHERE limit_date IS NOT NULL")


def check(connection: Connection, settings: Settings) -> Evidence:
    """I11 over every sale with a limit date.

    A warning in time is asked for in production alone: practice skips whole days, on which nobody can be warned.
    """
    wrong = named(connection, _UNTOLD) + named(connection, _LATE)
    if not settings.practice:
        wrong += named(connection, _UNWARNED)
    if not _clock_just_moved(settings):
        wrong += named(connection, _LEFT, at=now() - SWEPT_WITHIN)
    checked = int(connection.execute(_LIMITED).scalar_one())
    return Evidence("I11", checked, wrong[:MOST_NAMED], "captured in time, let go, or told of")


def _clock_just_moved(settings: Settings) -> bool:
    """Days that practice skips are not lived through: the sweep comes by within a minute."""
    if not settings.practice:
        return False
    try:
        moved = datetime.fromtimestamp(settings.clock_file.stat().st_mtime, UTC)
    except OSError:
        return False
    return real_now() - moved < CLOCK_MOVED
