"""Sales that wait for their remittance, written in bulk as the demo writes its past, and known to the practice bank."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import psycopg

from app import create_app
from app.database import Scope, unit_of_work
from app.domain.states import CaptureMode
from app.supervisor.provision import libpq
from config import Settings
from plugins.payment_gateway.demo import authorising
from plugins.payment_gateway.demo.bank import sales_at_the_bank
from plugins.payment_gateway.demo.cards import ISSUED, Wallet
from plugins.payment_gateway.demo.life import Life
from plugins.payment_gateway.demo.past import place_of
from plugins.payment_gateway.demo.people import Person, made_up
from plugins.payment_gateway.demo.place import Place
from plugins.payment_gateway.demo.writing import write
from plugins.payment_gateway.simulator.preload import load_past

from .service import Service

PEOPLE = 200
AMEX = "374290"  # goes through a contract of its own
ZONE = ZoneInfo("Europe/Paris")  # of the practice merchants


def lay(settings: Settings, merchant_id: int, sales: int, *, days: int = 0) -> list[int]:
    """Write so many approved sales of yesterday through the card contract and return their ids.

    They are captured `days` days after yesterday: with 0 they are late and due at once, with 1 this evening.
    """
    with create_app(dataclasses.replace(settings)).app_context():
        with unit_of_work(Scope((merchant_id,))) as session:
            place = dataclasses.replace(place_of(session, merchant_id), rng=Random(uuid.uuid4().int))
            issued = [card for card in ISSUED if card[0] != AMEX]
            people = [made_up(place.rng, n, Wallet(f"{uuid.uuid4().hex} {n}", issued)) for n in range(PEOPLE)]
            lives = [_approved(place, people[n % PEOPLE], days) for n in range(sales)]
            write(session, lives, [], settings.card_keys)
            ids = [life.sale.id for life in lives]
            load_past(settings.data_dir, sales_at_the_bank(lives))
        return ids


def due_of(service: Service, day: date) -> int:
    """Return how many sales of that day or before wait still, and remittances that are still being sent."""
    with _owner(service) as owner:
        row = owner.execute(
            "SELECT (SELECT count(*) FROM transaction WHERE state = 'TO_CAPTURE' AND capture_date <= %s)"
            " + (SELECT count(*) FROM remittance WHERE state = 'SENDING')",
            [day],
        ).fetchone()
    return int(row[0]) if row else 0


def business_day(service: Service) -> date:
    """Return the practice merchants' day by the service's clock."""
    return datetime.fromisoformat(service.command("clock", "show").split()[0]).astimezone(ZONE).date()


def set_clock(service: Service, day: date, hour: int) -> None:
    """Move the service's clock to that hour of the practice merchants' day."""
    service.command("clock", "set", datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).isoformat())


def merchant_of(service: Service) -> int:
    """Return the number of the practice merchant's row."""
    with _owner(service) as owner:
        row = owner.execute("SELECT id FROM merchant WHERE short_name = 'PRACTICE'").fetchone()
    if row is None:
        raise RuntimeError("the practice merchant is missing")
    return int(row[0])


@contextmanager
def _owner(service: Service) -> Iterator[psycopg.Connection]:
    """A connection of the tables' owner that may read every merchant's rows."""
    with psycopg.connect(libpq(service.settings.owner_url or ""), autocommit=True, connect_timeout=5) as owner:
        owner.execute("SELECT set_config('app.admin', 'on', false)")
        merchants = [row[0] for row in owner.execute("SELECT id FROM merchant").fetchall()]
        owner.execute("SELECT set_config('app.merchants', %s, false)", [f"{{{','.join(map(str, merchants))}}}"])
        yield owner


def _approved(place: Place, person: Person, days: int) -> Life:
    day = place.today - timedelta(days=1)
    amount = 100 + place.rng.randrange(50_000)
    card = person.wallet.card(place.rng, day)
    life = authorising.order(place, place.office(day), person, card, amount, CaptureMode.AUTHOR_CAPTURE)
    life.sale.capture_day = days
    authorising.submit(life)
    authorising.approve(life)
    return life
