"""Orders that reach the bank: approved, refused, held, answered with nonsense, too late or never; by API and page."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable

from tests.canary.cards import CanaryCard
from tests.canary.wire import Heard
from tests.canary.world import World, together

REFUSALS = ("refuse:05", "refuse:51", "refuse:14", "refuse:41", "refuse:02", "challenge", "code:30", "code:12")
NONSENSE = (
    "cut_before_commit", "cut_after_commit", "cut_in_reply", "never", "late", "slow_bytes", "html", "empty", "garbage",
    "http_429", "http_500", "http_503", "wrong_amount", "other_reference",
)  # fmt: skip
EACH = 6  # cards for each of them
Order = Callable[[CanaryCard], Heard]


def approved(world: World) -> None:
    """The good path, a third of it on the page; some are then cancelled, captured, refunded, duplicated."""
    cards = world.deck.several("approved, API", 80)
    heard = together(cards, world.take)
    world.approved = [card for card, each in zip(cards, heard, strict=True) if each.status == 201]
    together(world.deck.several("approved, page with script", 24), lambda card: world.type_order(card, script=True))
    together(world.deck.several("approved, page without", 16), lambda card: world.type_order(card, script=False))
    assert sum(each.status in (201, 202) for each in heard) >= 70
    references = [each.body["reference"] for each in heard if each.status == 201]
    for reference, verb in zip(references[:24], itertools.cycle(("cancel", "capture", "duplicate", "hold"))):
        world.act(reference, verb)
        world.act(reference, "refund", amount=5000, reason="RETURNED")


def refused(world: World) -> None:
    """The bank, or its platform, says no."""
    for fault in REFUSALS:
        _with(world, fault, f"bank {fault}")


def nonsense(world: World) -> None:
    """The bank's answer is none, comes late or never; then what it did is found out."""
    for fault in NONSENSE:
        _with(world, fault, f"bank {fault}")


def unsealed(world: World) -> None:
    """Three answers that cannot be verified: new orders stop, an alarm goes out by mail, an inquiry lifts the stop."""
    world.service.bank(next=[{"verb": "cardOrder", "fault": "bad_seal", "times": 3}])
    for _ in range(5):
        world.take(world.deck.draw("bank bad_seal", amex=False))
    world.service.bank(clear=True)
    limit = time.monotonic() + 60
    while not list((world.service.data / "outbox").glob("*.eml")):
        assert time.monotonic() < limit, "no alarm went out by mail"
        time.sleep(0.2)


def same_key(world: World) -> None:
    """Another card under a key that was used."""
    for first, second in zip(*[iter(world.deck.several("one key, two cards", 10))] * 2, strict=True):
        for card in (first, second):
            body = world.order(card, order_number="SAME", amount=12300)
            world.api["clerk"].call(
                "POST", "/transactions", json.dumps(body).encode(), Idempotency_Key=f"one-key-{first.masked}"
            )


def killed(world: World) -> None:
    """Each part dies under orders: the bank, the queue, the database, the web server's workers."""
    for part in ("bank", "valkey", "postgres", "web worker", "web worker", "worker-1"):
        cards = world.deck.several(f"{part} killed", EACH)
        together(
            [*cards[:3], None, *cards[3:]],
            lambda card, part=part: world.service.kill(part) if card is None else _either(world, card),
        )
        world.service.until_well()


def _either(world: World, card: CanaryCard) -> Heard:
    return world.take(card) if int(card.number[-1]) % 2 else world.type_order(card, script=True)


def _with(world: World, fault: str, path: str) -> None:
    world.service.bank(clear=True, next=[{"verb": "cardOrder", "fault": fault, "times": EACH}])
    cards = world.deck.several(path, EACH)
    ways: list[Order] = [world.take, lambda card: world.type_order(card, script=len(fault) % 2 == 0)]
    together(zip(cards, itertools.cycle((*ways[:1] * 3, ways[1]))), lambda pair: pair[1](pair[0]))
    world.service.bank(clear=True)
