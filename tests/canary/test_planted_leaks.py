"""The other half of the hunt: what is planted is found, in every place and spelling."""

from __future__ import annotations

import pytest

from tests.canary.cards import Deck
from tests.canary.conftest import Hunted
from tests.canary.hunter import Hunter
from tests.canary.places import Places, checkpoint
from tests.canary.plants import PLANTS, leaking_processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_planted_leak_is_found(hunted: Hunted) -> None:
    service, deck = hunted.world.service, Deck(hunted.world.deck.seed + 1, len(PLANTS) + 8)
    cards = {name: deck.draw(name) for name in PLANTS}
    for name, (_, plant, _) in PLANTS.items():
        plant(service, cards[name])
    in_environment, on_command_line = deck.draw("environment"), deck.draw("command line")
    places = Places(service, Hunter(deck.cards))
    with leaking_processes(in_environment, on_command_line) as pid:
        found = places.processes(pid)
    checkpoint(service.settings)
    found |= places.dump() | places.bank() | places.queue() | places.answers() | places.folder()
    missed = [
        f"{name}: {word}"
        for name, (what, _, words) in PLANTS.items()
        for word in words
        if not any(each.card == cards[name] and each.what == what and word in each.place for each in found)
    ]
    assert missed == []
    assert {each.place for each in found if each.card == in_environment} == {"environ of one more"}
    assert {each.place for each in found if each.card == on_command_line} == {"cmdline of one more"}
    assert {each.card for each in found} == {*cards.values(), in_environment, on_command_line}
