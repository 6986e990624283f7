"""One run for all tests of the package: everything is typed, hunted, typed again under a new card key, and hunted again."""

from __future__ import annotations

import os
import random
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.canary import at_the_bank, at_the_counter, at_the_desk, at_the_doors, in_a_browser, in_forms, in_wrong_fields
from tests.canary.cards import CanaryCard, Deck
from tests.canary.hunter import Find, Hunter
from tests.canary.places import Places, dump
from tests.canary.service import FAIL_POINTS, Service
from tests.canary.world import World, together
from tools import compile_translations

PATHS = (
    at_the_bank.approved,
    at_the_bank.refused,
    at_the_bank.nonsense,
    at_the_bank.same_key,
    in_wrong_fields.api,
    in_wrong_fields.page,
    in_wrong_fields.no_right,
    at_the_doors.bodies,
    at_the_doors.content_types,
    at_the_doors.addresses,
    at_the_doors.headers,
    at_the_doors.lines,
    at_the_doors.the_bank,
    at_the_counter.second_orders,
    at_the_bank.killed,
    at_the_counter.tickets,
    in_forms.verbs,
    in_forms.signing_in,
    in_forms.settings,
    at_the_desk.several_sales,
    at_the_desk.shipped,
    at_the_desk.notes,
    at_the_desk.people,
    at_the_desk.searches,
)


@dataclass
class Hunted:
    """What the run left: the finds of each hunt, and what the tests of the fingerprints look at."""

    world: World
    places: Places
    found: dict[str, set[Find]] = field(default_factory=dict)
    first_key: bytes = b""
    second_key: bytes = b""
    first_dump: bytes = b""
    again: list[CanaryCard] = field(default_factory=list)


@pytest.fixture(scope="package")
def hunted(tmp_path_factory: pytest.TempPathFactory, command: str) -> Iterator[Hunted]:
    """The run. Its seed is printed; CANARY_SEED repeats one."""
    seed = int(os.environ.get("CANARY_SEED", random.SystemRandom().randrange(10**9)))
    tell(f"CANARY_SEED={seed}")
    assert compile_translations.main() == 0
    deck = Deck(seed, 1200)
    service = Service(tmp_path_factory.mktemp("canary"), command)
    world = World(service, deck)
    run = Hunted(world, Places(service, Hunter(deck.cards)))
    try:
        _first_run(run)
        _under_a_new_key(run)
        yield run
    finally:
        service.stop()


def tell(text: str) -> None:
    """Say how the run goes; pytest shows it with -s, or when a test fails."""
    sys.stdout.write(f"canary: {text}\n")
    sys.stdout.flush()


def _first_run(run: Hunted) -> None:
    service = run.world.service
    service.start(EGESTION_FAILPOINT=FAIL_POINTS)
    run.first_key = service.settings.card_keys[0][1]
    run.world.open()
    for path in PATHS:
        begun = time.monotonic()
        path(run.world)
        tell(f"{path.__module__.rpartition('.')[2]}.{path.__name__} {time.monotonic() - begun:.1f} s")
    for words in (("resolve",), ("verify",), ("doctor",)):
        service.call(*words)
    in_forms.look_round(run.world)
    begun = time.monotonic()
    run.first_dump = dump(service.settings)
    run.found["while it runs"] = run.places.live()
    service.stop()
    run.found["stopped"] = run.places.folder()
    tell(f"hunted {run.places.looked_at / 1e6:.0f} MB in {time.monotonic() - begun:.1f} s")


def _under_a_new_key(run: Hunted) -> None:
    """The key is turned over: the new one writes, the old one is still known; cards of before are typed again."""
    run.second_key = secrets.token_bytes(32)
    keys = f"2:{run.second_key.hex()},1:{run.first_key.hex()}"
    service = run.world.service
    service.start(EGESTION_CARD_KEY=keys)
    run.again = run.world.approved[:40]
    together(run.again, run.world.take)
    together(run.world.deck.several("under the new key", 10), run.world.take)
    in_a_browser.orders(run.world)
    at_the_bank.unsealed(run.world)  # last: it stops new orders
    run.found["under a new key"] = run.places.live()
