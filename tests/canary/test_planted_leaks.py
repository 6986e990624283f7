"""The other half of the hunt: what is planted is found, in every place and spelling."""

from __future__ import annotations

import email
import email.policy

import pytest

from tests.canary.cards import Deck
from tests.canary.conftest import Hunted
from tests.canary.hunter import Hunter
from tests.canary.places import Places, checkpoint
from tests.canary.plants import PLANTS, leaking_processes
from tests.canary.shown_plants import ticket_by_mail

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_planted_leak_is_found(hunted: Hunted) -> None:
    service, deck = hunted.world.service, Deck(hunted.world.deck.seed + 1, 4 * len(PLANTS))
    # A code alone says whose it is, and is nobody's last four digits that are kept.
    kept = {card.number[-4:] for card in hunted.world.deck.cards}
    deck.cards = [card for card in {card.code: card for card in deck.cards}.values() if card.code not in kept]
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


def test_a_number_that_got_into_a_ticket_does_not_leave_by_mail(hunted: Hunted) -> None:
    deck = Deck(hunted.world.deck.seed + 2, 1)
    card = deck.draw("a ticket's mail")
    mail = ticket_by_mail(hunted.world.service, card)
    body = email.message_from_bytes(mail, policy=email.policy.default).get_content()  # type: ignore[attr-defined]
    assert "#" * len(card.number) in body  # the mail is that sale's
    assert Hunter(deck.cards).hunt(mail + body.encode()) == set()
