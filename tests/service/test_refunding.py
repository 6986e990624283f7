"""CREDIT whole and part, several times, never more than was captured; what waits for the bank's night."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.database import Scope, now, unit_of_work
from app.domain.errors import (
    AmountTooHigh,
    InvalidInput,
    NotAllowedInState,
    NotPermitted,
    OperationInFlight,
    UnpaidWarning,
)
from app.models import Unpaid
from tests.service.clock import BusinessClock
from tests.service.shop import EUR, Shop, new_key, statuses


def test_parts_and_the_exact_rest(shop: Shop) -> None:
    reference = shop.captured()
    for amount in (1, 2_999, 3_000):
        assert shop.act(reference, "refund", amount=amount, reason="RETURNED").status == 200
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 6_000, 0)
    with pytest.raises(AmountTooHigh) as raised:
        shop.act(reference, "refund", amount=4_001)
    assert raised.value.most == 4_000
    assert shop.act(reference, "refund", amount=4_000).status == 200
    assert shop.amounts(reference) == ("CREDITED", EUR, EUR, EUR, 0)
    assert shop.done(reference)[2:] == [("CREDIT", 1), ("CREDIT", 2_999), ("CREDIT", 3_000), ("CREDIT", 4_000)]
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "refund", amount=1)


def test_no_amount_means_all_that_may_still_be_refunded(shop: Shop) -> None:
    reference = shop.captured()
    shop.act(reference, "refund", amount=1_234)
    assert shop.act(reference, "refund").status == 200
    assert shop.amounts(reference) == ("CREDITED", EUR, EUR, EUR, 0)
    assert shop.done(reference)[-1] == ("CREDIT", 8_766)


def test_never_more_than_was_captured(shop: Shop) -> None:
    reference = shop.sold()
    shop.act(reference, "cancel", amount=4_000)
    shop.act(reference, "capture")
    with pytest.raises(AmountTooHigh) as raised:
        shop.act(reference, "refund", amount=6_001)
    assert raised.value.most == 6_000


def test_what_is_not_captured_is_not_refunded(shop: Shop) -> None:
    reference = shop.sold()
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "refund", amount=1)


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_or_less_is_no_amount(shop: Shop, amount: int) -> None:
    with pytest.raises(InvalidInput):
        shop.act(shop.captured(), "refund", amount=amount)


def test_who_may_refund(shop: Shop) -> None:
    reference = shop.captured()
    for who in (shop.clerk, shop.accountant, shop.risk):
        with pytest.raises(NotPermitted):
            shop.act(reference, "refund", who=who)


def test_a_refund_is_done_once_per_key(shop: Shop) -> None:
    reference, key = shop.captured(), new_key()
    first, again = (shop.act(reference, "refund", amount=500, key=key) for _ in range(2))
    assert (first.status, first.replayed, again.status, again.replayed) == (200, False, 200, True)
    assert (first.operation_id, shop.amounts(reference)[3]) == (again.operation_id, 500)
    assert shop.act(reference, "refund", amount=500).status == 200
    assert shop.amounts(reference)[3] == 1_000


@pytest.mark.parametrize(("fault", "refunded"), [("cut_after_commit", 500), ("cut_before_commit", 0), ("empty", 500)])
def test_an_uncertain_refund_stays_reserved_until_asked(shop: Shop, fault: str, refunded: int) -> None:
    reference = shop.captured()
    shop.act(reference, "refund", amount=200)
    shop.bank.fault("refund", fault, reference=reference)
    assert shop.act(reference, "refund", amount=500).status == 202
    assert shop.amounts(reference)[3:] == (200, 500)
    with pytest.raises(OperationInFlight):
        shop.act(reference, "refund", amount=1)
    shop.settle()
    assert shop.amounts(reference)[3:] == (200 + refunded, 0)


def test_a_refusal_gives_the_reservation_back(shop: Shop) -> None:
    reference = shop.captured()
    shop.bank.fault("refund", "refuse:05", reference=reference)
    answer = shop.act(reference, "refund", amount=500)
    assert (answer.status, answer.code) == (409, "bank_refused")
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 0)


def test_a_sale_that_came_back_unpaid_is_refunded_only_when_confirmed(shop: Shop) -> None:
    reference = shop.captured()
    sale = shop.sale(reference)
    with unit_of_work(Scope((shop.id,))) as session:
        session.add(
            Unpaid(
                merchant_id=shop.id, contract_id=sale.contract_id, transaction_id=sale.id, amount=EUR, currency="EUR",
                notified_on=date(2027, 1, 1), response_deadline=date(2027, 1, 16), reason_code="10.4",
                bank_reference="B1", source="FILE", stage="NOTIFIED", created_at=now(),
            )
        )  # fmt: skip
    keys = shop.keys()
    with pytest.raises(UnpaidWarning):
        shop.act(reference, "refund", amount=500)
    assert shop.keys() == keys
    assert shop.act(reference, "refund", amount=500, confirm=("unpaid",)).status == 200


# --- the bank's night -----------------------------------------------------------------------------------------------


def test_before_the_banks_night_a_refund_waits_and_leaves_after_it(shop: Shop, clock: BusinessClock) -> None:
    shop.night()
    clock.at("2027-03-10 15:00")
    reference, key = shop.captured(), new_key()
    answer = shop.act(reference, "refund", amount=4_000, key=key)
    operation = shop.last(reference)
    assert (answer.status, answer.code, operation.status) == (202, None, "WAITING")
    assert operation.due_at is not None
    assert operation.due_at.isoformat() == "2027-03-10T22:05:00+00:00"
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 4_000)
    shop.send_waiting()
    assert shop.last(reference).status == "WAITING"
    with pytest.raises(AmountTooHigh):
        shop.act(reference, "refund", amount=6_001)
    clock.at("2027-03-10 23:06")
    shop.send_waiting()
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 4_000, 0)
    assert shop.done(reference)[-1] == ("CREDIT", 4_000)
    assert shop.act(reference, "refund", amount=4_000, key=key).status == 200
    assert shop.last(reference).sequence == 3


def test_in_the_blackout_a_refund_waits_without_being_sent(shop: Shop, clock: BusinessClock) -> None:
    shop.night()
    clock.at("2027-03-10 20:00")
    reference = shop.captured()
    clock.at("2027-03-10 21:55")
    answer = shop.act(reference, "refund", amount=100)
    assert (answer.status, shop.last(reference).status) == (202, "WAITING")
    assert [each for each in shop.journal(reference) if each[0] == "CREDIT"] == []
    clock.at("2027-03-10 23:05")
    shop.send_waiting()
    assert shop.amounts(reference)[3:] == (100, 0)


def test_the_night_is_the_banks_wherever_the_merchant_is(shop: Shop, clock: BusinessClock) -> None:
    shop.night()
    shop.set(zone="Indian/Reunion")  # three hours ahead: there it is 23:05 before the bank's night has begun
    clock.at("2027-03-10 15:00")
    reference = shop.captured()
    shop.act(reference, "refund", amount=4_000)
    assert shop.last(reference).due_at == datetime(2027, 3, 10, 22, 5, tzinfo=UTC)  # 23:05 in Paris
    clock.at("2027-03-10 23:06")
    shop.send_waiting()
    assert shop.amounts(reference)[3:] == (4_000, 0)


def test_a_waiting_refund_can_be_withdrawn_until_it_is_sent(shop: Shop, clock: BusinessClock) -> None:
    shop.night()
    clock.at("2027-03-10 15:00")
    reference = shop.captured()
    shop.act(reference, "refund", amount=4_000, who=shop.supervisor)
    sequence = shop.last(reference).sequence
    other = shop.act(reference, "refund", amount=1_000)
    assert other.status == 202
    with pytest.raises(NotPermitted):
        shop.act(reference, "withdraw", who=shop.clerk, operation=sequence)
    with pytest.raises(InvalidInput):
        shop.act(reference, "withdraw", operation=99)
    with pytest.raises(InvalidInput):
        shop.act(reference, "withdraw")  # two wait
    assert shop.act(reference, "withdraw", operation=sequence).status == 200
    assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 0, 1_000)
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "withdraw", operation=sequence)
    clock.at("2027-03-11 00:30")
    shop.send_waiting()
    assert shop.amounts(reference)[3:] == (1_000, 0)
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "withdraw", operation=sequence + 1)


def test_a_promised_refund_survives_a_bank_that_cannot_be_reached(shop: Shop, clock: BusinessClock) -> None:
    """I4: nothing acknowledged is lost; a refund answered 202 is tried again until the bank decides."""
    shop.night()
    clock.at("2027-03-10 15:00")
    reference = shop.captured()
    shop.act(reference, "refund", amount=4_000)
    url = shop.bank.port
    shop.set_account(url="http://127.0.0.1:1")
    clock.at("2027-03-10 23:06")
    shop.send_waiting()
    assert shop.last(reference).status == "WAITING"
    assert shop.amounts(reference)[3:] == (0, 4_000)
    shop.set_account(url=f"http://127.0.0.1:{url}")
    clock.advance(minutes=6)
    shop.send_waiting()
    assert shop.amounts(reference)[3:] == (4_000, 0)


def test_a_refund_the_bank_can_never_take_is_refused_not_kept_waiting(shop: Shop) -> None:
    """24 means "not yet" only while the bank has not closed the day of the sale."""
    reference = shop.captured()
    shop.bank.cash("refund", reference, EUR)  # credited elsewhere
    answer = shop.act(reference, "refund", amount=500)
    assert (answer.status, answer.code) == (409, "bank_refused")
    assert shop.amounts(reference)[3:] == (0, 0)
    shop.differs.add(reference)


def test_a_refund_sent_again_is_not_judged_while_its_call_is_under_way(shop: Shop, clock: BusinessClock) -> None:
    """The answer may still come: what a first, refused sending left behind must not make it look long over."""
    import threading

    shop.night()
    clock.at("2027-03-10 15:00")
    reference = shop.captured()
    shop.act(reference, "refund", amount=4_000)
    clock.at("2027-03-10 23:06")
    shop.bank.control(latency_ms=1_500)

    def send() -> None:
        with shop.app.app_context():
            shop.send_waiting()

    sending = threading.Thread(target=send)
    sending.start()
    shop.wait_until(lambda: shop.last(reference).status == "SENT")
    assert shop.resolve() == 0
    sending.join()
    shop.bank.control(latency_ms=0)
    assert statuses(shop.sale(reference))[-1] == ("CREDIT", "DONE")
    assert shop.amounts(reference)[3:] == (4_000, 0)
