"""Several hands on one remittance: each line has its number, and what somebody holds is passed by."""

from __future__ import annotations

from flask import Flask
from structlog.testing import capture_logs

from app.database import Scope, unit_of_work
from plugins.payment_gateway.cases import lock
from tests.remittance.evening import Evening
from tests.service.clock import BusinessClock
from tests.service.shop import Shop
from tests.web_process import together

ROUNDS, HANDS = 4, 5
MANY = 200


def test_captures_at_once_take_the_numbers_of_one_remittance(shop: Shop, evening: Evening, app: Flask) -> None:
    for round_ in range(1, ROUNDS + 1):
        references = [shop.sold(1_000) for _ in range(HANDS)]

        def work(number: int, references: list[str] = references) -> int:
            with app.app_context():
                return shop.act(references[number], "capture").status

        assert together(HANDS, work) == [200] * HANDS
        assert [line for line, _name, _status in evening.lines(1)] == list(range(1, round_ * HANDS + 1))


def test_a_sale_in_another_hand_is_passed_by_and_the_others_leave_together(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(1_000, capture_day=0) for _ in range(3)]
    clock.at("2027-03-10 21:00")
    with unit_of_work(Scope((shop.id,))) as holder, capture_logs() as told:
        lock(holder, shop.sale(references[1]).id)
        assert evening.run().sent == {"DONE": 2, "ELSEWHERE": 1}
    assert [entry["event"] for entry in told if entry["log_level"] in ("warning", "error")] == []
    evening.run()
    assert [shop.sale(each).state for each in references] == ["CAPTURED"] * 3


def test_one_poison_item_among_hundreds_is_set_aside_and_all_others_leave_in_the_same_pass(
    shop: Shop, evening: Evening, clock: BusinessClock
) -> None:
    clock.at("2027-03-10 15:00")
    references = [shop.sold(100, capture_day=0) for _ in range(MANY)]
    poison = references[MANY // 3]
    evening.change(poison, gateway_account_id=None)
    clock.at("2027-03-10 21:00")
    assert evening.run().sent == {"ASIDE": 1, "DONE": MANY - 1}
    assert [each for each in references if shop.sale(each).state != "CAPTURED"] == [poison]
    for _ in range(2):
        evening.no_pause()
        assert evening.run().sent == {"ASIDE": 1}
    assert evening.remittances() == [(1, "2027-03-10", "PARTLY_SENT", 100 * (MANY - 1), 0, MANY - 1)]
    assert (shop.sale(poison).capture_error, shop.alarms()) == ("ASIDE", ["capture_refused"])
    shop.differs.add(poison)
