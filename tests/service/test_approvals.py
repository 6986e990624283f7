"""Four eyes: above the merchant's limit a verb waits for a second person, once and for one of them only."""

from __future__ import annotations

import pytest

from app.domain.errors import (
    AmountTooHigh,
    DomainError,
    NotAllowedInState,
    NotFound,
    NotPermitted,
)
from tests.service.conftest import NewShop
from tests.service.shop import EUR, REFERRAL, Shop, new_key, person, statuses


def test_up_to_the_limit_one_person_is_enough(shop: Shop) -> None:
    shop.limit("refund", 5_000)
    reference = shop.captured()
    assert shop.act(reference, "refund", amount=5_000).status == 200


def test_above_it_a_refund_is_reserved_and_waits(shop: Shop) -> None:
    shop.limit("refund", 5_000)
    reference, key = shop.captured(), new_key()
    asked = shop.act(reference, "refund", amount=6_000, key=key, note="big one")
    assert (asked.status, asked.code) == (202, "approval_required")
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 6_000)
    assert [each for each in shop.journal(reference) if each[0] == "CREDIT"] == []
    with pytest.raises(AmountTooHigh) as raised:
        shop.act(reference, "refund", amount=4_001)
    assert raised.value.most == 4_000
    again = shop.act(reference, "refund", amount=6_000, key=key, note="big one")
    assert (again.status, again.code, again.replayed) == (202, "approval_required", True)
    done = shop.decide(asked.operation_id, True)
    assert done.status == 200
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 6_000, 0)
    assert shop.act(reference, "refund", amount=6_000, key=key, note="big one").status == 200
    operation = shop.last(reference)
    assert (operation.requested_by_id, operation.approved_by_id) == (shop.supervisor.id, shop.second.id)


def test_an_approval_executes_once(shop: Shop) -> None:
    shop.limit("refund", 0)
    reference, key = shop.captured(), new_key()
    asked = shop.act(reference, "refund", amount=1_000)
    first = shop.decide(asked.operation_id, True, key=key)
    again = shop.decide(asked.operation_id, True, key=key)
    assert (first.status, again.status, again.replayed) == (200, 200, True)
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, True)
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, False)
    assert [each for each in shop.done(reference) if each[0] == "CREDIT"] == [("CREDIT", 1_000)]


def test_who_asked_never_approves_nor_rejects(shop: Shop) -> None:
    shop.limit("refund", 0)
    asked = shop.act(shop.captured(), "refund")
    for approve in (True, False):
        with pytest.raises(NotPermitted):
            shop.decide(asked.operation_id, approve, who=shop.supervisor)
    for who in (shop.clerk, shop.accountant, shop.risk):
        with pytest.raises(NotPermitted):
            shop.decide(asked.operation_id, True, who=who)
    stranger = person(shop.id + 1_000_000, "Supervisor")
    with pytest.raises(NotFound):
        shop.decide(asked.operation_id, True, who=stranger)
    with pytest.raises(NotFound):
        shop.decide(2**31 - 1, True)


def test_approving_takes_the_verbs_own_right_too(shop: Shop) -> None:
    import dataclasses

    shop.limit("refund", 0)
    asked = shop.act(shop.captured(), "refund")
    partly = dataclasses.replace(shop.second, rights=shop.second.rights - {"refund"})
    with pytest.raises(NotPermitted):
        shop.decide(asked.operation_id, True, who=partly)
    assert shop.decide(asked.operation_id, False, who=partly).status == 200


def test_a_rejection_frees_what_was_reserved(shop: Shop) -> None:
    shop.limit("refund", 5_000)
    reference = shop.captured()
    asked = shop.act(reference, "refund", amount=6_000)
    assert shop.decide(asked.operation_id, False).status == 200
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)
    assert statuses(shop.sale(reference))[-1] == ("CREDIT", "REJECTED")
    assert shop.act(reference, "refund", amount=5_000).status == 200


def test_who_asked_may_withdraw_and_so_may_an_approver(shop: Shop) -> None:
    shop.limit("refund", 0)
    reference = shop.captured()
    for who in (shop.supervisor, shop.second):
        shop.act(reference, "refund", amount=1_000, who=shop.supervisor)
        with pytest.raises(NotPermitted):
            shop.act(reference, "withdraw", who=shop.clerk)
        assert shop.act(reference, "withdraw", who=who).status == 200
        assert shop.amounts(reference)[4] == 0
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "withdraw")


def test_a_clerk_withdraws_the_own_cancellation(shop: Shop) -> None:
    shop.limit("cancel", 0)
    reference = shop.sold()
    asked = shop.act(reference, "cancel", who=shop.clerk)
    assert asked.code == "approval_required"
    assert shop.act(reference, "withdraw", who=shop.clerk).status == 200
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, True)


@pytest.mark.parametrize(
    ("verb", "after"), [("cancel", "CANCELLED"), ("capture", "CAPTURED"), ("validate", "TO_CAPTURE")]
)
def test_every_limited_verb(shop: Shop, verb: str, after: str) -> None:
    shop.limit(verb, 0)
    reference = shop.sold(capture_mode="VALIDATION") if verb == "validate" else shop.sold()
    state = shop.sale(reference).state
    asked = shop.act(reference, verb)
    assert (asked.status, shop.sale(reference).state) == (202, state)
    with pytest.raises(NotAllowedInState):
        shop.act(reference, verb)  # one of a kind waits already
    assert shop.decide(asked.operation_id, True).status == 200
    assert shop.sale(reference).state == after


def test_the_key_of_a_decision_is_for_that_decision(shop: Shop) -> None:
    shop.limit("refund", 0)
    asked = shop.act(shop.captured(), "refund")
    key = new_key()
    shop.decide(asked.operation_id, False, key=key)
    with pytest.raises(DomainError) as raised:
        shop.decide(asked.operation_id, True, key=key)
    assert raised.value.code == "idempotency_mismatch"


def test_limits_are_the_merchants_own(new_shop: NewShop) -> None:
    strict, free = new_shop(), new_shop()
    strict.limit("refund", 0)
    assert strict.act(strict.captured(), "refund").code == "approval_required"
    assert free.act(free.captured(), "refund").status == 200


def test_what_nobody_asked_for_is_neither_approved_nor_rejected(shop: Shop) -> None:
    sold, forced = shop.sold(), shop.take(REFERRAL).reference
    shop.act(forced, "force", authorisation_number="123456")
    shop.act(sold, "amend", note="seen")
    for operation in (*shop.sale(sold).operations, *shop.sale(forced).operations):
        for approve in (True, False):
            with pytest.raises(NotAllowedInState):
                shop.decide(operation.id, approve)
