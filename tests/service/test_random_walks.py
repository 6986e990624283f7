"""Sales led through random verbs and random faults of the bank: whatever happened, both books agree in the end.

Seeded, so that a walk that fails can be walked again. What each step may answer is not judged here; the bank's amounts,
the operations' sums and the chain of events are.
"""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta

import pytest

from app.database import now
from app.domain.days import local_day
from app.domain.errors import DomainError
from app.domain.states import State
from app.plugin import registry
from tests.service.assessor import hit, install
from tests.service.clock import PARIS
from tests.service.conftest import NewShop
from tests.service.shop import APPROVED, CAPTURE_REFUSED, CUT_AFTER, CUT_BEFORE, EUR, GARBAGE, REFERRAL, Shop, is_open

CARDS = [APPROVED] * 6 + [CUT_AFTER, CUT_BEFORE, GARBAGE, REFERRAL, CAPTURE_REFUSED]
FAULTS = [
    "cut_before_commit", "cut_after_commit", "cut_in_reply", "html", "empty", "garbage", "http_429", "http_500", "http_503",
    "wrong_amount", "other_reference", "refuse:05", "refuse:51", "code:24", "code:60", "code:90", "code:94", "code:97", "code:99",
]  # fmt: skip
BANK_VERBS = ["cardOrder", "validate", "cancel", "refund", "duplicate", "referral"]
VERBS = [
    "cancel", "cancel", "refund", "refund", "validate", "capture", "duplicate", "force", "hold", "release", "move", "amend",
    "accept-challenge", "refuse-challenge", "withdraw",
]  # fmt: skip
STEPS = 14


def step(shop: Shop, chance: random.Random, reference: str) -> str:
    """One thing somebody does; returns the sale the walk goes on with."""
    if chance.random() < 0.4:
        shop.bank.fault(chance.choice(BANK_VERBS), chance.choice(FAULTS))
    verb = chance.choice(VERBS)
    fields: dict[str, object] = {}
    if verb in ("cancel", "refund", "validate", "duplicate") and chance.random() < 0.7:
        fields["amount"] = chance.choice([1, 999, 2_500, 5_000, EUR, EUR + 1])
    if verb == "force":
        fields["authorisation_number"] = chance.choice(["123456", "123456", "999999"])
    if verb == "move":
        fields["capture_date"] = local_day(now(), PARIS) + timedelta(days=chance.randrange(9))
    if verb == "amend":
        fields["note"] = f"note {chance.random()}"
    try:
        answer = shop.act(reference, verb, who=chance.choice([shop.supervisor, shop.second]), **fields)
    except DomainError:
        return reference
    if answer.code == "approval_required" and chance.random() < 0.7:
        with contextlib.suppress(DomainError):
            shop.decide(answer.operation_id, chance.random() < 0.8, who=shop.manager)
    return answer.reference


def walk(shop: Shop, chance: random.Random) -> None:
    install(hits_before=[hit("CHALLENGE", "03")] if chance.random() < 0.2 else [],
            hits_after=[hit("REFUSE", "06")] if chance.random() < 0.1 else [])  # fmt: skip
    reference = shop.take(
        chance.choice(CARDS), capture_mode=chance.choice(["AUTHOR_CAPTURE", "VALIDATION", "IMMEDIATE"])
    ).reference
    for _ in range(STEPS):
        if chance.random() < 0.3:
            shop.resolve()
        if chance.random() < 0.2:
            shop.send_waiting()
        reference = step(shop, chance, reference)


@pytest.mark.parametrize("seed", range(24))
def test_both_books_agree_after_any_walk(new_shop: NewShop, seed: int) -> None:
    chance = random.Random(seed)
    shop = new_shop(contract={"immediate_allowed": True})
    if chance.random() < 0.3:
        shop.limit("refund", 2_000)
        shop.limit("cancel", 2_000)
    for _ in range(2):
        walk(shop, chance)
        registry().assessors.clear()
    shop.bank.control(clear=True)
    shop.settle()
    shop.send_waiting()
    shop.settle()
    for sale in shop.sales():
        assert not is_open(sale) or "unexplained_difference" in shop.alarms(), (seed, sale.reference)
        assert sale.state in set(State) - {State.NEW}
        credits = sum(amount or 0 for operation, amount in shop.done(sale.reference) if operation == "CREDIT")
        assert credits <= EUR
