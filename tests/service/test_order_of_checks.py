"""Merchant (404), right (403), state (409), amount (422): in this order, and what is not allowed writes nothing.

What `allowed` promises to screens and clients is what the desk then does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.database import now
from app.domain.days import local_day
from app.domain.errors import DomainError, IdempotencyKeyMissing, IdempotencyMismatch, NotFound, NotPermitted
from app.domain.verbs import Verb
from app.plugin import registry
from tests.service.assessor import hit, install
from tests.service.clock import PARIS
from tests.service.shop import CUT_AFTER, REFERRAL, REFUSED, Shop, new_key, person, statuses

VERBS = [str(verb) for verb in Verb]


def in_state(shop: Shop, state: str) -> str:
    """The reference of a sale in this state."""
    if state in ("PENDING", "REFERRAL", "REFUSED"):
        return shop.take({"PENDING": CUT_AFTER, "REFERRAL": REFERRAL, "REFUSED": REFUSED}[state]).reference
    if state == "TO_CHALLENGE":
        install(hits_before=[hit("CHALLENGE", "03")])
    reference = shop.sold(capture_mode="VALIDATION" if state == "TO_VALIDATE" else "AUTHOR_CAPTURE")
    registry().assessors.clear()
    for verb in {"CAPTURED": ["capture"], "CREDITED": ["capture", "refund"], "CANCELLED": ["cancel"]}.get(state, []):
        shop.act(reference, verb)
    if state == "HELD":
        shop.act(reference, "hold")
    if state == "WAITING":
        shop.limit("refund", 0)
        shop.act(reference, "capture")
        shop.act(reference, "refund", amount=100)
    return reference


STATES = [
    "PENDING", "REFERRAL", "REFUSED", "TO_CHALLENGE", "TO_VALIDATE", "TO_CAPTURE", "HELD", "CAPTURED", "WAITING",
    "CREDITED", "CANCELLED",
]  # fmt: skip


def fields(shop: Shop, verb: str) -> dict[str, Any]:
    """A right request."""
    return {
        "amend": {"note": "seen"},
        "force": {"authorisation_number": "123456"},
        "move": {"capture_date": local_day(now(), PARIS) + timedelta(days=2)},
        "resolve": {"decision": "cancel"},
    }.get(verb, {})


@pytest.mark.parametrize("state", STATES)
def test_what_is_allowed_is_what_is_done(shop: Shop, state: str) -> None:
    reference = in_state(shop, state)
    for who in (shop.clerk, shop.supervisor, shop.manager, shop.risk, shop.accountant, person(shop.id, "Clerk")):
        sale = shop.sale(reference)
        allowed = registry().desk.allowed(who, sale)
        before = (statuses(sale), len(sale.events), shop.keys(), shop.journal(reference))
        for verb in VERBS:
            if verb in allowed:
                continue
            with pytest.raises(DomainError) as raised:
                shop.act(reference, verb, who=who, **fields(shop, verb))
            assert raised.value.status in (403, 409), (verb, raised.value.code)
            sale = shop.sale(reference)
            assert (statuses(sale), len(sale.events), shop.keys(), shop.journal(reference)) == before, verb


@pytest.mark.parametrize("state", STATES)
def test_what_is_allowed_can_be_done(shop: Shop, state: str) -> None:
    reference = in_state(shop, state)
    for verb in registry().desk.allowed(shop.supervisor, shop.sale(reference)):
        answer = shop.act(in_state(shop, state), verb, **fields(shop, verb)) if state != "WAITING" else None
        assert answer is None or answer.status in (200, 201, 202), verb


@pytest.mark.parametrize("verb", VERBS)
def test_another_merchants_sale_does_not_exist(shop: Shop, verb: str) -> None:
    reference, stranger = in_state(shop, "CANCELLED"), person(shop.id + 1_000_000, "Supervisor")
    for who, asked in ((stranger, reference), (shop.supervisor, "NOTHERE123"), (shop.supervisor, "")):
        with pytest.raises(NotFound):
            shop.act(asked, verb, who=who, amount=-1)


def test_an_unknown_verb_does_not_exist(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.act(shop.sold(), "destroy")


def test_the_right_is_told_before_the_state_and_the_amount(shop: Shop) -> None:
    cancelled = in_state(shop, "CANCELLED")
    for verb in ("refund", "capture", "validate", "duplicate", "resolve", "hold"):
        with pytest.raises(NotPermitted):
            shop.act(cancelled, verb, who=shop.clerk, amount=-1)


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_is_needed(shop: Shop, key: str) -> None:
    reference = shop.sold()
    asks: list[Callable[[], object]] = [
        lambda: registry().desk.take(shop.clerk, shop.order(), key),
        lambda: registry().desk.act(shop.supervisor, reference, "cancel", _request(), key),
    ]
    for ask in asks:
        with pytest.raises(IdempotencyKeyMissing):
            ask()


def _request() -> Any:
    from app.ports import ActionRequest

    return ActionRequest()


def test_a_key_is_unique_over_all_routes_of_the_merchant(shop: Shop) -> None:
    key = new_key()
    first, second = shop.sold(key=key), shop.sold()
    with pytest.raises(IdempotencyMismatch):
        shop.act(first, "cancel", key=key)
    shop.act(first, "cancel", amount=100, key="x" + key)
    for reference, verb, amount in ((first, "cancel", 101), (first, "capture", None), (second, "cancel", 100)):
        with pytest.raises(IdempotencyMismatch):
            shop.act(reference, verb, key="x" + key, amount=amount)
    with pytest.raises(IdempotencyMismatch):
        shop.take(key="x" + key)


def test_a_request_turned_down_may_be_sent_again_under_its_key(shop: Shop) -> None:
    """interface.md: 403, 404, 409, 422 and 503 of unsent requests consume no key."""
    reference, key = shop.sold(), new_key()
    with pytest.raises(DomainError):
        shop.act(reference, "refund", key=key)  # not captured yet
    shop.act(reference, "capture")
    assert shop.act(reference, "refund", key=key).status == 200


def test_a_replay_tells_the_present(shop: Shop) -> None:
    reference, key = shop.sold(), new_key()
    shop.act(reference, "cancel", amount=100, key=key)
    shop.act(reference, "capture")
    again = shop.act(reference, "cancel", amount=100, key=key)
    assert (again.status, again.replayed, shop.sale(reference).state) == (200, True, "CAPTURED")


def test_a_connection_that_failed_changes_nothing_and_its_key_may_be_used_again(shop: Shop) -> None:
    reference, key = shop.sold(), new_key()
    shop.set_account(url="http://127.0.0.1:1")
    answer = shop.act(reference, "capture", key=key)
    assert (answer.status, answer.code) == (503, "not_sent")
    assert statuses(shop.sale(reference))[-1] == ("CAPTURE", "FAILED")
    assert shop.amounts(reference)[0] == "TO_CAPTURE"
    shop.set_account(url=f"http://127.0.0.1:{shop.bank.port}")
    again = shop.act(reference, "capture", key=key)
    assert (again.status, again.replayed) == (200, False)
    assert shop.act(reference, "capture", key=key).replayed
