"""What follows a remittance: goods that come back, gestures, disputes, chargebacks."""

from __future__ import annotations

from datetime import date, timedelta

from app.domain.states import OperationStatus, State

from . import goods, refunds
from .life import Life

# Reasons of chargebacks by scheme: fraud first (domain.md section 7).
CODES = {
    "CB": ("45", "45", "40", "62"), "VISA": ("10.4", "10.4", "13.1", "13.3"), "MASTERCARD": ("4837", "4837", "4853"),
    "AMEX": ("F24", "F29", "C08"),
}  # fmt: skip
CONTESTABLE, RESOLVED = timedelta(days=15), timedelta(days=45)


def afterwards(life: Life) -> None:
    """Play what a captured sale meets in the weeks after it: nothing, for nine in ten."""
    if life.sale.state != State.CAPTURED:
        return
    chance = life.place.rng.random()
    if chance < 0.038:
        _refund(life, life.sale.captured_amount)
    elif chance < 0.070:
        _refund(life, goods.part(life.place.rng, life.sale.captured_amount))
        if chance < 0.045:
            _refund(life, goods.part(life.place.rng, life.sale.refundable_amount))
    elif chance < 0.0725:
        _asked(life)
    elif chance < 0.0775:
        charge_back(life)


def _day_after(life: Life, least: int, most: int) -> date:
    place = life.place
    return place.working_day(place.day(life.last) + timedelta(days=place.rng.randrange(least, most)))


def _refund(life: Life, amount: int) -> None:
    place = life.place
    at = place.office(_day_after(life, 3, 24))
    if amount > 0 and place.over(at):
        refunds.refund(life, at, place.supervisor(), amount, *goods.words(place.rng, goods.REFUND_NOTES))


def _asked(life: Life) -> None:
    """A refund that took two people: approved, turned down, or withdrawn."""
    place = life.place
    at = place.office(_day_after(life, 3, 20))
    later = at + timedelta(minutes=12) + place.moments(4000)
    if not place.over(later) or len(place.staff.supervisors) < 2:
        return
    first, second = place.rng.sample(list(place.staff.supervisors), 2)
    reason, note = goods.words(place.rng, goods.REFUND_NOTES)
    operation = refunds.request(life, at, first, life.sale.captured_amount, reason, note, OperationStatus.REQUESTED)
    chance = place.rng.random()
    if chance < 0.6:
        refunds.approve(life, operation, later, second)
    elif chance < 0.85:
        refunds.turn_down(life, operation, later, second, "Colis pas encore revenu")
    else:
        refunds.turn_down(life, operation, later, first, None)


def charge_back(life: Life, soonest: int = 18) -> None:
    """The customer's bank takes it back, some weeks later; what is recent may still be contested."""
    place, rng = life.place, life.place.rng
    day = _day_after(life, soonest, soonest + 50)
    if day >= place.today:
        return
    if day + RESOLVED < place.today:
        stage = rng.choices(("ACCEPTED", "LOST", "WON"), (5, 4, 3))[0]
    elif day + CONTESTABLE < place.today:
        stage = rng.choice(("CONTESTED", "ACCEPTED"))
    else:
        stage = rng.choice(("NOTIFIED", "NOTIFIED", "CONTESTED"))
    refunds.charge_back(life, day, rng.choice(CODES[life.sale.brand]), stage)
