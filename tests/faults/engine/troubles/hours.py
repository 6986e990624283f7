"""The clock moved on, within the day or through an evening and the night after it."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import date, datetime, timedelta
from datetime import time as hour
from zoneinfo import ZoneInfo

from app.domain import clock
from app.supervisor.clock import ClockRefused, move

from . import points
from .kinds import Site, Trouble

PARIS = ZoneInfo("Europe/Paris")
MORNING, EVENING, LATEST = hour(8), hour(21, 0, 5), hour(19)
CLOSED, OPEN_AGAIN = hour(22, 10), hour(23, 10)  # when its night is on, the bank takes no cash operation between
CALLS_MEANWHILE, SECONDS_CLOSED = 15, 2.0
LONGEST_EVENING = 240  # seconds
# The eve of a short day, of a long one, of 29 February, of a year's end, and a plain one: the clock only moves forward.
BEGINNINGS = (date(2027, 3, 27), date(2027, 10, 30), date(2028, 2, 28), date(2027, 12, 30), date(2027, 6, 9))


def begin(site: Site) -> None:
    """Set the clock to the morning of one of the days."""
    _set(site, site.chance.choice(BEGINNINGS), MORNING)


def today(site: Site) -> datetime:
    """Business time in Paris."""
    clock.configure(site.house.settings.clock_file)
    return clock.business_now().astimezone(PARIS)


def moved(site: Site) -> None:
    """Up to two hours later."""
    at = today(site) + timedelta(minutes=site.chance.randint(1, 120))
    if at.time() < LATEST:
        _move(site, at)
        site.happen("clock moved")


def evening(site: Site, *, troubled: bool = True) -> None:
    """The day's cut-off passes; an operator's run beside the schedulers' own, killed half-way perhaps; the next morning."""
    day = today(site).date()
    if troubled:
        points.evening(site)
    _set(site, day, EVENING)
    site.happen("clock moved")
    first = _remit(site)
    if troubled and site.chance.random() < 0.7:
        time.sleep(site.chance.uniform(2.0, 4.0))
        if first.poll() is None:
            first.send_signal(signal.SIGKILL)
            site.happen("remit killed", kill=True)
            first.wait()
            first = _remit(site)
    first.wait(LONGEST_EVENING)
    if site.night:
        _nightfall(site, day)
    _set(site, day + timedelta(days=1), MORNING)
    site.happen("clock moved")


def _nightfall(site: Site, day: date) -> None:
    """The bank is closed while clients go on, closes its day at 22:30, and opens again for what waited."""
    for at in (CLOSED, OPEN_AGAIN):
        _set(site, day, at)
        site.happen("clock moved")
        site.let(CALLS_MEANWHILE)
        time.sleep(SECONDS_CLOSED)


def night_on(site: Site) -> None:
    """The bank keeps its night from now on: what is captured closes at 22:30, refunds before it are answered 24."""
    _night(site, on=True)


def night_off(site: Site) -> None:
    """The bank captures at once again, what waited too."""
    _night(site, on=False)


def _night(site: Site, *, on: bool) -> None:
    done = site.house.run("bank", "set", "night", "on" if on else "off")
    if done.returncode:
        raise RuntimeError(done.stderr[-200:])
    site.night = on
    site.happen(f"the bank's night is {'on' if on else 'off'}")


def _remit(site: Site) -> subprocess.Popen[bytes]:
    with (site.house.folder / "remit.log").open("ab") as log:
        return subprocess.Popen([site.house.command, "remit"], env=site.house.failing, stdout=log, stderr=log)


def _set(site: Site, day: date, at: hour) -> None:
    _move(site, datetime.combine(day, at, PARIS))


def _move(site: Site, at: datetime) -> None:
    for _ in range(20):
        try:
            move(site.house.settings, at)
        except ClockRefused:  # a moment of later has been used meanwhile
            at += timedelta(minutes=1)
        else:
            return


TROUBLES = (Trouble("clock moved", moved),)
