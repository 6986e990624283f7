"""What waits on the desk this morning: to validate, to check, a refund on its way, a request, a capture refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from app.domain.states import CaptureMode, OperationStatus, State

from ..nights import refund_leaves_at
from ..simulator.scenarios import named
from . import authorising, goods, later, refunds
from .life import Life
from .people import Person
from .place import Place

TO_VALIDATE_OF = (1, 2, 2, 3, 5, 6)  # days ago: the last ones reach their limit tomorrow and today
TO_CHECK_OF = (1, 1, 3)
NO_CAPTURE = "refuses its capture"


def waiting(place: Place, people: Sequence[Person]) -> list[Life]:
    """Return sales of the last days whose next step is a person's."""
    found = [_new(place, people, days, CaptureMode.VALIDATION) for days in TO_VALIDATE_OF]
    for life in found:
        authorising.submit(life)
        authorising.approve(life)
    for days in TO_CHECK_OF:
        life = _new(place, people, days, CaptureMode.AUTHOR_CAPTURE)
        authorising.held_by_rule(life, "encours carte", "02", "Encours carte dépassé : 4 utilisations en 7 jours")
        authorising.submit(life)
        authorising.approve(life)
        found.append(life)
    return [*found, _stuck(place, people)]


def _new(place: Place, people: Sequence[Person], days: int, mode: CaptureMode) -> Life:
    day = place.today - timedelta(days=days)
    person = place.rng.choice(people)
    at = place.office(day)
    return authorising.order(place, at, person, person.wallet.card(place.rng, day), goods.basket(place.rng), mode)


def _stuck(place: Place, people: Sequence[Person]) -> Life:
    """Yesterday evening's capture that the bank refused."""
    life = _new(place, people, 1, CaptureMode.AUTHOR_CAPTURE)
    life.sale.capture_day = 0
    life.bank.scenario = named(NO_CAPTURE).name
    authorising.submit(life)
    authorising.approve(life)
    later.capture_refused(life)
    return life


def refunds_under_way(place: Place, lives: Sequence[Life]) -> None:
    """Let two refunds wait for a second person, and one for the bank's night, of sales captured some weeks ago."""
    settled = [
        life for life in lives
        if life.sale.state == State.CAPTURED and not life.sale.refunded_amount and not life.unpaid
        and 4 < (place.today - place.day(life.last)).days < 30
    ]  # fmt: skip
    chosen = sorted(settled, key=lambda life: -life.sale.captured_amount)[:8:3]
    yesterday = place.today - timedelta(days=1)
    people = place.staff.supervisors
    for number, life in enumerate(chosen):
        by = people[-1 - number % len(people)]  # of two requests each of two people may approve one
        reason, note = goods.words(place.rng, goods.REFUND_NOTES)
        if number < 2:
            at, amount = place.office(yesterday), life.sale.captured_amount
            refunds.request(life, at, by, amount, reason, note, OperationStatus.REQUESTED)
        else:
            at = _late(place)
            operation = refunds.request(life, at, by, goods.part(place.rng, life.sale.captured_amount), reason, note)
            refunds.wait(life, operation, at, refund_leaves_at(at))


def _late(place: Place) -> datetime:
    """Return a moment after the bank's night of yesterday, so that the next one is tonight's."""
    yesterday = place.today - timedelta(days=1)
    return datetime.combine(yesterday, time(23, 12, place.rng.randrange(60)), place.zone).astimezone(UTC)
