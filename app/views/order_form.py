"""What the order page is made of: choices, defaults and kept values for one merchant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask_babel import gettext

from ..domain.brands import AMEX, BRANDS, ranges
from ..domain.days import MAX_CAPTURE_DAY, add_days
from ..domain.states import CaptureMode
from ..forms.counter import SECRET
from ..forms.customer import COUNTRIES
from ..forms.typed import shown_again
from ..models.queries.counter import CounterShop
from ..web.formats import locale_code
from .field_labels import CAPTURE_MODES, CHANNELS

Options = list[tuple[str, str]]


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
    countries: Options
    cards: list[Mapping[str, Any]]

    @property
    def currencies(self) -> Options:
        """The currencies of the shop's contracts, to choose from."""
        return [(code, code) for code in self.shop.facts.currencies]

    @property
    def more_open(self) -> bool:
        """Whether the rarely used fields are unfolded: something is in them, or wrong with them."""
        return any(self.values.get(name) or self.errors.get(name) for name in ("customer_id", "note", "return_context"))


def order_form(
    shop: CounterShop, today: date, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> OrderForm:
    """Return the form of a shop whose local day is `today`, with what was typed before, the card left out."""
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
        countries=countries(locale_code()) if "country" in shop.customer_fields else [],
        cards=card_table(),
    )


def capture_days(today: date) -> Options:
    """Return the days a remittance may be deferred to, each with its date as a person says it."""
    language = locale_code()
    pattern = "EEE d MMM"
    found = []
    for count in range(MAX_CAPTURE_DAY + 1):
        when = format_date(add_days(today, count), pattern, locale=language)
        word = gettext("today, %(day)s", day=when) if count == 0 else f"{count} – {when}"
        found.append((str(count), word))
    return found


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
