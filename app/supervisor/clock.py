"""`egestion clock`: moves the one offset of the business clock, in practice only and never back over what was used."""

import re
from datetime import UTC, datetime, timedelta

import psycopg

from config import ConfigError, Settings

from ..domain import clock
from .provision import libpq

FARTHEST = timedelta(days=20 * 366)  # either way: what dates of cards, holidays and files are known for
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class ClockRefused(ConfigError):
    """The clock may not be moved there; the message is one line."""


def parse_step(text: str) -> timedelta:
    """`1d`, `6h`, `1d12h`, `90s` -> how far to advance. Raises ValueError."""
    if not re.fullmatch(r"(?:[0-9]{1,6}[wdhms])+", text):
        raise ValueError("say how far as 1d, 6h, 30m, 90s or together: 1d12h")
    step = timedelta()
    for number, unit in re.findall(r"([0-9]+)([wdhms])", text):
        step += timedelta(**{UNITS[unit]: int(number)})
        if step > 2 * FARTHEST:
            raise ValueError("the clock moves by 20 years at most")
    return step


def parse_moment(text: str) -> datetime:
    """An ISO date or time; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("before or after all days there are") from None


def last_used(settings: Settings) -> datetime:
    """The latest business time that may have been recorded. Where the database does not answer, the present one."""
    state = clock.read_state(settings.clock_file)
    latest = datetime.fromtimestamp(state["high_water"], UTC)
    try:
        with psycopg.connect(libpq(settings.check_url or settings.database_url), connect_timeout=5) as connection:
            row = connection.execute("SELECT max(at) FROM event").fetchone()
    except psycopg.errors.UndefinedTable:
        return latest  # nothing was ever recorded
    except psycopg.Error:
        return max(latest, clock.business_now())
    return max(latest, row[0]) if row and row[0] else latest


def move(settings: Settings, to: datetime) -> datetime:
    """Set business time to this moment; answers it. Raises ClockRefused outside practice, too far, or before what
    was used.
    """
    demand_practice(settings)
    clock.configure(settings.clock_file)  # what is answered, and what was used, is told by the file that is written
    offset = to - clock.real_now()
    if abs(offset) > FARTHEST:
        raise ClockRefused("the clock moves by 20 years at most")
    used = last_used(settings)
    if to < used - timedelta(seconds=1):  # the offset is kept in whole seconds
        raise ClockRefused(f"business time was used until {used:%Y-%m-%dT%H:%M:%SZ}: set a later time, or reset")
    clock.write_state(settings.clock_file, offset, to)
    return clock.business_now()


def reset(settings: Settings) -> tuple[datetime, datetime | None]:
    """Back to real time: (the present, the later business time that records already bear, if any)."""
    demand_practice(settings)
    clock.configure(settings.clock_file)
    used = last_used(settings)
    clock.write_state(settings.clock_file, timedelta(), datetime.fromtimestamp(0, UTC))
    present = clock.business_now()
    return present, used if used > present else None


def demand_practice(settings: Settings) -> None:
    """Raise ClockRefused in production: there, business time is real time."""
    if not settings.practice:
        raise ClockRefused("the clock can be moved in practice only (EGESTION_ENV=practice)")
