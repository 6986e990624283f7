"""Stolen cards of the past: a stranger orders several times within two days, and weeks later the cards' banks want it back.

What a rule on a card's outstanding would have stopped, so that there is something to learn rules on.
"""

from __future__ import annotations

from datetime import date, timedelta

from app.domain.states import State

from . import authorising, later
from .aftermath import charge_back
from .cards import ISSUED, Wallet
from .life import Life
from .people import made_up
from .place import Place

EXPENSIVE = (19_900, 24_900, 29_900, 34_900, 39_900, 44_900)


def sprees(place: Place, first: date, cards: int) -> list[Life]:
    """Return the sales of so many stolen cards, spread over the months, the last of them some weeks old."""
    found: list[Life] = []
    months = (place.today - first).days // max(cards, 1)
    for number in range(cards):
        day = place.working_day(first + timedelta(days=months * number + place.rng.randrange(10, max(11, months - 20))))
        if day + timedelta(days=3) < place.today:
            found += _spree(place, day, number)
    return found


def _spree(place: Place, day: date, number: int) -> list[Life]:
    wallet = Wallet(f"{place.merchant.short_name} stolen {number}", [card for card in ISSUED if card[0] != "374290"])
    thief = made_up(place.rng, 90_000 + number, wallet)
    at, found = place.office(day), []
    for _ in range(place.rng.randrange(3, 6)):
        life = authorising.order(place, at, thief, wallet.card(place.rng, day), place.rng.choice(EXPENSIVE))
        life.sale.channel, life.sale.capture_day = "TELEPHONE_ORDER", 0
        authorising.submit(life)
        authorising.approve(life)
        later.remit(life)
        if life.sale.state == State.CAPTURED and place.rng.random() < 0.8:
            charge_back(life, 14)
        found.append(life)
        at += timedelta(hours=1) + place.moments(30_000)
    return found
