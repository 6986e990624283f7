"""What the order page is made of: choices, defaults and kept values for one merchant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from flask_babel import gettext

from ..database import now
from ..domain.brands import AMEX, BRANDS, ranges
from ..domain.days import MAX_CAPTURE_DAY, add_days, capture_date, local_day
from ..domain.states import CaptureMode
from ..forms.counter import SECRET
from ..forms.customer import COUNTRIES
from ..forms.typed import shown_again
from ..models.queries.counter import CounterShop
from ..models.queries.counter_sales import Last, free_number, last_number, last_sale
from ..web.formats import locale_code
from .field_labels import CAPTURE_MODES, CHANNELS

Options = list[tuple[str, str]]
LAST_SHOWN = timedelta(hours=12)


class Looked(NamedTuple):
    """What the page looked back at: the next order number, and the clerk's last order in a sentence."""

    next_number: str | None = None
    last: Last | None = None


@dataclass(frozen=True, slots=True)
class OrderForm:
    """Everything the template reads; nothing of a card in it."""

    shop: CounterShop
    values: Mapping[str, str]
    errors: Mapping[str, str]
    channels: Options
    brands: Options
    modes: Options
    days: Options
    remittance: Mapping[str, list[str]]
    countries: Options
    cards: list[Mapping[str, Any]]
    looked: Looked
    confirmed: Sequence[str]
    attempts: Sequence[str]
    stamp: str
    again: bool  # a refused order, for another card: the next one begins on a new page

    @property
    def currencies(self) -> Options:
        """The currencies of the shop's contracts, to choose from."""
        return [(code, code) for code in self.shop.facts.currencies]

    @property
    def more_open(self) -> bool:
        """Whether the rarely used fields are unfolded: something is in them, or wrong with them."""
        return any(self.values.get(name) or self.errors.get(name) for name in ("customer_id", "return_context"))

    @property
    def remittance_open(self) -> bool:
        """Whether the choice of day and mode is unfolded: something is wrong with it."""
        return bool({"capture_day", "capture_mode", "shipping_date"} & self.errors.keys())

    @property
    def shipping_days(self) -> tuple[str, str]:
        """The first and the last day the goods may leave on: remittance is deferred no longer."""
        today = today_of(self.shop)
        return today.isoformat(), add_days(today, MAX_CAPTURE_DAY).isoformat()

    @property
    def remitted(self) -> str:
        """The sentence that says when the order as it stands is remitted."""
        mode = self.values["capture_mode"]
        sentences = self.remittance.get(mode) or []
        day = self.values["capture_day"]
        with suppress(ValueError):
            deferral = (date.fromisoformat(self.values.get("shipping_date", "")) - today_of(self.shop)).days
            # What waits for a person keeps its whole delay, whenever the goods leave.
            day = str(MAX_CAPTURE_DAY if mode == CaptureMode.VALIDATION else deferral)
        return sentences[int(day)] if day.isdecimal() and int(day) < len(sentences) else ""


def order_form(
    shop: CounterShop,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    looked: Looked | None = None,
    confirmed: Sequence[str] = (),
    attempts: Sequence[str] = (),
    again: bool = False,
) -> OrderForm:
    """Return the form of a shop, with what was typed before, the card left out."""
    today = today_of(shop)
    values = {"channel": "TELEPHONE_ORDER", "capture_mode": shop.capture_mode, "capture_day": str(shop.capture_day)}
    values |= shown_again(typed or {}, SECRET)
    if len(shop.facts.currencies) > 1:
        values.setdefault("currency", shop.facts.currencies[0])
    return OrderForm(
        shop=shop,
        values=values,
        errors=errors or {},
        channels=[(code, str(word)) for code, word in CHANNELS.items()],
        brands=[(brand, brand) for brand in BRANDS if brand != AMEX or "AMEX" in shop.schemes],
        modes=[(c, str(w)) for c, w in CAPTURE_MODES.items() if c != CaptureMode.IMMEDIATE or shop.immediate],
        days=capture_days(today),
        remittance=remittance_sentences(shop, now()),
        countries=countries(locale_code()) if "country" in shop.customer_fields else [],
        cards=card_table(),
        looked=looked or Looked(),
        confirmed=confirmed,
        attempts=attempts,
        stamp=stamp(now(), shop.facts.zone, shop.cut_off),
        again=again,
    )


def today_of(shop: CounterShop) -> date:
    """Return the shop's local day."""
    return local_day(now(), shop.facts.zone_info)


def stamp(at: datetime, zone: str, cut_off: time) -> str:
    """Return what the dates on a page depend on: the merchant's day, and whether its remittance has left."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.date().isoformat()} {'late' if local.time() >= cut_off else 'open'}"


def look_back(session: Any, shop: CounterShop, clerk: str) -> Looked:
    """Return what an empty form shows of the past: the next order number, the clerk's last order of today."""
    found = last_sale(session, shop.facts.id, clerk, now() - LAST_SHOWN)
    return Looked(free_number(session, shop.facts.id, last_number(session, shop.facts.id)), found)


def capture_days(today: date) -> Options:
    """Return the days a remittance may be deferred to, each with its date as a person says it."""
    language = locale_code()
    found = []
    for count in range(MAX_CAPTURE_DAY + 1):
        when = format_date(add_days(today, count), "EEE d MMM", locale=language)
        when = gettext("today, %(day)s", day=when) if count == 0 else when
        found.append((str(count), f"{count} – {when}"))
    return found


def remittance_sentences(shop: CounterShop, at: datetime) -> dict[str, list[str]]:
    """Return for each mode, by days of deferral, the sentence that says when an order taken now is remitted."""
    zone, today = shop.facts.zone_info, local_day(at, shop.facts.zone_info)
    counts = range(MAX_CAPTURE_DAY + 1)
    planned = [capture_date(at, count, zone, shop.cut_off) for count in counts]
    return {
        CaptureMode.AUTHOR_CAPTURE: [gettext("Remitted %(day)s", day=_spoken(day, today)) for day in planned],
        CaptureMode.VALIDATION: [
            gettext("Remitted once validated, %(day)s at the latest", day=_spoken(add_days(today, count), today))
            for count in counts
        ],
        CaptureMode.IMMEDIATE: [gettext("Remitted at once") for _ in counts],
    }


def _spoken(day: date, today: date) -> str:
    when = format_date(day, "EEEE d MMM", locale=locale_code())
    return gettext("today, %(day)s", day=when) if day == today else when


@lru_cache(maxsize=8)
def countries(language: str) -> Options:
    """Return (code, name) of all countries in the order of their names in `language`."""
    names = Locale.parse(language.replace("-", "_")).territories
    return sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda pair: pair[1].casefold())


@lru_cache(maxsize=1)
def card_table() -> list[Mapping[str, Any]]:
    """Return the accepted ranges of card numbers, for the browser to name the brand while the number is typed."""
    return [
        {"first": first, "last": last, "lengths": sorted(lengths), "brands": list(brands)}
        for first, last, lengths, brands in ranges()
    ]
