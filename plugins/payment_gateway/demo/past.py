"""A practice merchant gets its past: once, whole or not at all, whatever was there before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, count
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import COMMAND_RUN, record
from app.database import Scope, now, unit_of_work
from app.domain.days import local_day
from app.domain.errors import OptionNotSubscribed
from app.models import Contract, Merchant, Remittance
from app.past import claim

from ..remittance.lines import lock_contract
from ..shop import demand_option, open_shop
from ..simulator.preload import load_past
from ..submissions import CardKeys
from . import authorising, season, today
from .bank import sales_at_the_bank
from .cards import ISSUED, Wallet
from .evenings import evenings
from .fraud import sprees
from .life import Life
from .people import made_up
from .place import Place
from .staff import staff_of
from .stories import tell
from .writing import write

SEED = "e-gestion 2026"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a merchant's past is: orders in 15 months, people who give them, the letters of its order numbers, stolen
    cards; and whether work is laid out on the desk for the day after.
    """

    orders: int
    people: int
    letters: str
    stolen: int
    desk: bool


SIZES = {"PRACTICE": Size(5_600, 2_600, "VP", 7, True), "OTHER": Size(620, 340, "OT", 1, False)}


def give_past(merchant_id: int, size: Size, keys: CardKeys, bank_folder: Path) -> tuple[int, int] | None:
    """Write a merchant's past and return (sales, rows); None where it has one already, or no contract to sell through.

    One unit of work: it is all there or not at all, and a second call waits for the first and writes nothing. The bank
    comes before the commit; what a load that broke off left there, the next one writes anew.
    """
    with unit_of_work(Scope((merchant_id,))) as session:
        place = place_of(session, merchant_id)
        if "CARD" not in place.doors or not claim(session, merchant_id, now()):
            return None
        lives = live(place, size)
        remitted = evenings(place, lives, _last_numbers(session, [door[0] for door in place.doors.values()]))
        rows = write(session, lives, remitted, keys)
        load_past(bank_folder, sales_at_the_bank(lives), again=True)
        told = {
            "sales": len(lives),
            "remittances": len(remitted),
            "until": (place.today - timedelta(days=1)).isoformat(),
        }
        record(
            session, place.staff.machine, COMMAND_RUN, f"past of {place.merchant.short_name}", merchant_id=merchant_id,
            data=told,
        )  # fmt: skip
        return len(lives), rows


def live(place: Place, size: Size) -> list[Life]:
    """Return every sale of the 15 months before the place's day, without a database."""
    first, last = season.beginning(place.today), place.today - timedelta(days=1)
    issued = [card for card in ISSUED if card[0] != "374290" or "AMEX" in place.doors]
    people = [
        made_up(place.rng, number, Wallet(f"{place.merchant.short_name} {number}", issued))
        for number in range(size.people)
    ]
    faithful = list(accumulate(1 + 6 * (number % 9 == 0) + 2 * (number % 4 == 0) for number in range(size.people)))
    days = season.days_of_orders(place.rng, first, last, size.orders)
    moments = sorted(season.moment(place.rng, day, place.zone) for day in days)
    desk = today.waiting(place, people) if size.desk else []
    numbers = dict(zip(sorted([*moments, *(life.sale.created_at for life in desk)]), count(10_001), strict=False))
    for life in desk:
        authorising.number(life, f"{size.letters}{numbers[life.sale.created_at]}")
    lives: list[Life] = []
    for at in moments:
        person = place.rng.choices(people, cum_weights=faithful)[0]
        lives += tell(place, at, person, None if place.rng.random() < 0.05 else f"{size.letters}{numbers[at]}")
    lives += sprees(place, first, size.stolen)
    if not size.desk:
        return lives
    today.refunds_under_way(place, lives)
    return lives + desk


def place_of(session: Session, merchant_id: int) -> Place:
    """Return a merchant as its past is told: its contracts and staff today, and a chance that is the same all day."""
    shop = open_shop(session, merchant_id)
    doors = {contract.scheme: (contract, account) for contract, account in shop.contracts if account is not None}
    day = local_day(now(), shop.zone)
    staff = staff_of(session, shop.merchant)
    rng = Random(f"{SEED} {shop.merchant.short_name} {day.isoformat()}")
    try:
        demand_option(session, merchant_id, "RISK", day)
    except OptionNotSubscribed:
        return Place(shop.merchant, doors, staff, day, rng, rules=False)
    return Place(shop.merchant, doors, staff, day, rng)


def _last_numbers(session: Session, contracts: Iterable[Contract]) -> dict[int, int]:
    """Return each contract's last remittance number, under its lock: nobody opens one meanwhile."""
    for contract in contracts:
        lock_contract(session, contract.id)
    rows = session.execute(select(Remittance.contract_id, func.max(Remittance.number)).group_by(Remittance.contract_id))
    return {row[0]: row[1] for row in rows}


def practice_merchants() -> list[tuple[int, str]]:
    """Return (id, short name) of the practice merchants there are."""
    with unit_of_work(Scope(admin=True)) as session:
        found = select(Merchant.id, Merchant.short_name).where(Merchant.short_name.in_(SIZES)).order_by(Merchant.id)
        return [(row[0], row[1]) for row in session.execute(found)]
