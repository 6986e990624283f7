"""How values are written on pages: amounts, moments, days, words for codes. Jinja filters of the same names.

Amounts are integer minor units with their currency; moments are aware and shown in the merchant's zone
(trust-sources.md N-3, N-5: one business zone, offset shown in the long form).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_month_names
from babel.numbers import format_decimal
from flask import Flask, current_app
from flask_babel import get_locale

from app.domain.money import format_amount, format_number
from app.web import labels

ZONE = "Europe/Paris"  # the schemes' and banks' day in France; a merchant's own zone is given by the caller
NOTHING = "–"
PATTERNS = {"fr": "dd/MM/yyyy HH:mm", "en": "dd MMM yyyy HH:mm"}


def locale_code() -> str:
    """Return the reader's language code, the installation's outside a request."""
    return str(get_locale() or current_app.config["BABEL_DEFAULT_LOCALE"])


def amount(minor: int | None, currency: str) -> str:
    """Write `minor` units of `currency` in the reader's language; None is a dash."""
    return NOTHING if minor is None else format_amount(minor, currency, locale_code())


def typed_amount(minor: int, currency: str) -> str:
    """Write `minor` units as an input of the reader's language holds them: without the currency."""
    return format_number(minor, currency, locale_code())


def moment(when: datetime | None, zone: str | None = None, long: bool = False) -> str:
    """Write a point in time in `zone` (default Europe/Paris); `long` adds seconds and offset. None is a dash.

    A naive value is FAB's own (users' last sign-in) and is written as it stands.
    """
    if when is None:
        return NOTHING
    language = locale_code()
    pattern = PATTERNS.get(language[:2], PATTERNS["en"])
    if when.tzinfo is None:
        return format_datetime(when, pattern, locale=language)
    local = when.astimezone(ZoneInfo(zone or ZONE))
    if long:
        return f"{_date(local, language)} {local:%H:%M:%S} {_offset(local.utcoffset() or timedelta(), language)}"
    return f"{_date(local, language)} {local:%H:%M}"


def _date(value: date, language: str) -> str:
    """A date as PATTERNS has it: a list holds a hundred, and babel's formatter takes its time with each."""
    if language[:2] == "fr":
        return f"{value.day:02d}/{value.month:02d}/{value.year}"
    return f"{value.day:02d} {_months(language)[value.month]} {value.year}"


@lru_cache(maxsize=64)
def _offset(offset: timedelta, language: str) -> str:
    return str(format_datetime(datetime(2000, 1, 1, tzinfo=timezone(offset)), "ZZZZ", locale=language))


@lru_cache(maxsize=8)
def _months(language: str) -> Mapping[int, str]:
    months: Mapping[int, str] = get_month_names("abbreviated", locale=language)
    return months


def day(value: date | None) -> str:
    """Write a calendar day; None is a dash. A moment has no day without a zone: use `moment`."""
    return NOTHING if value is None else _date(value, locale_code())


def number(value: int) -> str:
    """Write a whole number in the reader's language: 10,000 or 10 000."""
    return str(format_decimal(value, locale=locale_code()))


def clock_time(value: time | None) -> str:
    """Write a time of day; None is a dash."""
    return NOTHING if value is None else f"{value:%H:%M}"


def month(value: date) -> str:
    """Write the month of a day."""
    return str(format_date(value, "LLLL yyyy", locale_code()))


def init_formats(app: Flask) -> None:
    """Register the filters amount, moment, day, month, number, label, tone and yes_no."""
    app.jinja_env.filters.update(
        amount=amount,
        moment=moment,
        day=day,
        month=month,
        number=number,
        label=labels.label,
        tone=labels.tone,
        yes_no=labels.yes_no,
    )
