"""Sales that leave together: each is judged by itself, and what goes wrong with one stops no other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plugins.payment_gateway import together
from plugins.payment_gateway.remittance import batch
from plugins.payment_gateway.remittance.run import begin
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.shop import CAPTURE_REFUSED, EUR, Shop


def test_four_sales_share_the_units_and_each_has_its_own_outcome(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    done, refused = shop.sold(capture_day=0), shop.sold(number=CAPTURE_REFUSED, capture_day=0)
    unknown, unsent = shop.sold(capture_day=0), shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    shop.bank.fault("validate", "cut_after_commit", reference=unknown)
    evening.change(unsent, held=True)
    assert evening.run().sent == {"DONE": 1, "REFUSED": 1, "UNKNOWN": 1}
    assert [shop.sale(each).state for each in (done, refused, unsent)] == ["CAPTURED", "TO_CAPTURE", "TO_CAPTURE"]
    shop.settle()
    assert shop.sale(unknown).state == "CAPTURED"
    assert evening.remittances() == [(1, "2027-03-10", "PARTLY_SENT", 2 * EUR, 0, 2)]
    assert [line for line, _, status in evening.lines(1) if status == "DONE"] == [1, 2]


def test_an_error_in_writing_them_down_sends_each_by_itself(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(capture_day=0) for _ in range(4)]
    clock.at("2027-03-10 21:00")
    monkeypatch.setattr("app.failpoints._points", {"runner.before_intent": ["raise", 1]})
    assert evening.run().sent == {"DONE": 4}
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}
    assert {len(shop.sale(each).operations) for each in references} == {2}
    assert [line for line, _, _ in evening.lines(1)] == [1, 2, 3, 4]


def test_an_error_in_writing_the_results_writes_each_by_itself(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(capture_day=0) for _ in range(4)]
    clock.at("2027-03-10 21:00")
    monkeypatch.setattr("app.failpoints._points", {"runner.before_result": ["raise", 1]})
    assert evening.run().sent == {"DONE": 4}
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 4 * EUR, 0, 4)]


def test_a_result_somebody_wrote_meanwhile_is_compared_and_not_written_twice(
    shop: Shop, evening: Evening, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(capture_day=0) for _ in range(3)]
    clock.at("2027-03-10 21:00")
    call = together._call

    def call_and_let_one_be_settled(intents: Any) -> Any:
        results = call(intents)
        if len(intents) > 1:  # another process was faster with the first
            together.conclude(batch.machine(shop.id), intents[0], results[0])
        return results

    monkeypatch.setattr(together, "_call", call_and_let_one_be_settled)
    assert evening.run().sent == {"DONE": 3}
    assert [[each.kind for each in shop.sale(one).events].count("CAPTURED") for one in references] == [1, 1, 1]
    assert evening.remittances() == [(1, "2027-03-10", "SENT", 3 * EUR, 0, 3)]


def test_no_more_leave_together_than_calls_are_free(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(capture_day=0) for _ in range(4)]
    clock.at("2027-03-10 21:00")
    with batch.slot(), batch.slot(), batch.slot(), batch.slot():
        assert evening.run().sent == {"DONE": 2, "ELSEWHERE": 2}
        with batch.slot(), batch.slot():
            assert evening.run().sent == {"NOT_SENT": 2}
    assert [len(shop.sale(each).operations) for each in references] == [2, 2, 1, 1]
    assert evening.run().sent == {"DONE": 2}


def test_nothing_is_written_of_a_sale_whose_remittance_was_closed_meanwhile(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    first = shop.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    stale = begin(shop.id, evening.contract)
    evening.run()
    references = [shop.sold(capture_mode="VALIDATION", capture_day=0) for _ in range(2)]
    for each in references:
        shop.act(each, "validate")
        evening.change(each, capture_date=date(2027, 3, 10))
    ids = [shop.sale(each).id for each in references]
    sent = batch.capture_together(shop.id, ids, stale.due, stale.remittance_id)
    assert sent == ["ELSEWHERE", "ELSEWHERE"]
    assert [len(shop.sale(each).operations) for each in (first, *references)] == [2, 2, 2]
