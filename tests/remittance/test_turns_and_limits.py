"""Everybody's turn comes though one bank hangs; what is past its cut-off or its limit is treated so though no sweep was there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.errors import NotAllowedInState
from app.plugin import registry
from plugins.payment_gateway.remittance import sweep
from plugins.payment_gateway.remittance.captures import Sent, capture
from plugins.payment_gateway.remittance.run import Tally, begin, send
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.conftest import NewShop
from tests.service.shop import Shop


def test_a_bank_that_answers_nothing_is_left_alone_too(shop: Shop, evening: Evening, clock: BusinessClock) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(12)]
    clock.at("2027-03-10 21:00")
    for each in references:
        shop.bank.fault("validate", "cut_after_commit", reference=each)
    tally = evening.run()
    assert (tally.away, tally.sent) == (True, {"UNKNOWN": 8})  # two lots of four; the others have their turn
    shop.settle()
    evening.run()
    shop.settle()
    assert {shop.sale(each).state for each in references} == {"CAPTURED"}


def test_a_round_that_goes_on_past_its_time_is_told_of_before_its_end(
    shop: Shop, new_shop: NewShop, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at("2027-03-10 15:00")
    later = new_shop()  # its cut-off is past, its turn has not come
    references = [shop.sold(capture_day=0) for _ in range(5)]
    others = later.sold(capture_day=0)
    clock.at("2027-03-10 21:00")
    sweeps, told = registry(shop.app).sweeps, []

    def slow(*given: Any) -> Tally:
        def meanwhile(_: Sent) -> None:  # the scheduler's other threads go on
            if not told:
                clock.at("2027-03-10 21:45")
                for name in set(sweeps) - {"remittances"}:
                    sweeps[name].run()
                told.extend((each.alarms(), Evening(each).states()) for each in (shop, later))

        return send(*given, meanwhile)

    monkeypatch.setattr(sweep, "send", slow)
    sweep.remit_due()
    assert told == [(["remittance_late"], ["SENDING"])] * 2
    sweep.remit_due()
    sweep.begin_due()
    assert (shop.alarms(), later.alarms()) == (["remittance_late"], ["remittance_late"])
    assert {each.state for each in map(shop.sale, references)} == {later.sale(others).state} == {"CAPTURED"}
    assert (Evening(shop).states(), Evening(later).states()) == (["SENT"], ["SENT"])


def test_what_joins_after_cut_off_joins_the_next_though_no_run_has_been_there(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-09 15:00")
    before = shop.captured()
    evening.run(date(2027, 3, 9))
    clock.at("2027-03-10 15:00")
    shop.captured()
    clock.at("2027-03-10 21:20")
    shop.act(before, "refund", amount=100)
    assert [(number, day, state) for number, day, state, *_ in evening.remittances()] == [
        (1, "2027-03-09", "SENT"), (2, "2027-03-10", "SENDING"), (3, "2027-03-11", "OPEN"),
    ]  # fmt: skip
    assert evening.lines(3) == [(1, "CREDIT", "DONE")]


@pytest.mark.parametrize("verb", ["capture", "validate", "accept-challenge"])
def test_nothing_is_done_of_a_sale_past_its_limit_though_the_sweep_has_not_been_there(
    shop: Shop, evening: Evening, clock: BusinessClock, verb: str
) -> None:
    clock.at("2027-03-10 15:00")
    reference = shop.sold(capture_mode="AUTHOR_CAPTURE" if verb == "capture" else "VALIDATION", capture_day=1)
    if verb == "accept-challenge":
        evening.change(reference, state="TO_CHALLENGE")
    evening.change(reference, limit_date=date(2027, 3, 10))
    clock.at("2027-03-11 00:01")
    with pytest.raises(NotAllowedInState):
        shop.act(reference, verb)
    assert len(shop.sale(reference).operations) == 1
    if verb == "accept-challenge":
        evening.change(reference, state="TO_VALIDATE")


def test_a_capture_asked_for_in_time_is_not_approved_after_the_limit(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    shop.limit("capture", 100)
    reference = shop.sold(capture_day=1)
    evening.change(reference, limit_date=date(2027, 3, 10))
    asked = shop.act(reference, "capture")
    clock.at("2027-03-11 00:01")
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, True, who=shop.second)
    assert shop.sale(reference).state == "TO_CAPTURE"


def test_a_round_that_goes_on_over_midnight_leaves_what_has_reached_its_limit_meanwhile(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    one, two, alone = (shop.sold(capture_day=0) for _ in range(3))
    for each in (one, two, alone):
        evening.change(each, limit_date=date(2027, 3, 10))
    longer = shop.sold(capture_day=0)
    clock.at("2027-03-10 23:59")
    round_ = begin(shop.id, evening.contract)
    clock.at("2027-03-11 00:01")
    capture(shop.id, shop.sale(alone).id, round_.due, round_.remittance_id)
    send(shop.id, evening.contract, round_)
    assert {shop.sale(each).state for each in (one, two, alone)} == {"TO_CAPTURE"}
    assert [len(shop.sale(each).operations) for each in (one, two, alone)] == [1, 1, 1]
    assert shop.sale(longer).state == "CAPTURED"
    shop.lapse()
    shop.send_waiting()
    assert {shop.sale(each).state for each in (one, two, alone)} == {"EXPIRED"}
