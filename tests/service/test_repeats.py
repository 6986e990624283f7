"""An order that repeats an earlier one: told, asked about once at the counter, never stopped at the API."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.days import months_before
from app.domain.errors import NotPermitted, OrderWarning
from app.models import AuditEntry
from app.repeats import ORDER_PAID, SAME_CARD, Repeats
from tests.service.assessor import hit, install
from tests.service.clock import BusinessClock
from tests.service.shop import APPROVED, EUR, NEVER_ANSWERS, REFUSED, VISA, Shop, new_key

A_MOMENT_AGO, PAID = (SAME_CARD, "INFORM", ""), (ORDER_PAID, "INFORM", "")


def asked(shop: Shop, *args: Any, **more: Any) -> list[tuple[str, str | None]]:
    """Send an order as the page does; what it is stopped for, nothing when it is taken."""
    try:
        shop.take(*args, confirmed=(), **more)
    except OrderWarning as warning:
        return [(each.rule, each.earlier) for each in warning.hits]
    return []


def test_nothing_to_warn_about(shop: Shop) -> None:
    shop.sold(EUR, order_number="R-1")
    assert asked(shop, VISA, EUR, order_number="R-2") == []
    assert asked(shop, APPROVED, EUR + 1, order_number="R-3") == []
    assert asked(shop, APPROVED, EUR + 2, order_number=None) == []


def test_the_same_card_and_amount_within_half_an_hour(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 10:00")
    earlier = shop.sold(EUR, order_number="R-1")
    clock.at("2027-03-10 10:29")
    assert asked(shop, APPROVED, EUR, order_number="R-2") == [(SAME_CARD, earlier)]
    clock.at("2027-03-10 10:31")
    assert asked(shop, APPROVED, EUR, order_number="R-2") == []


def test_an_order_number_paid_within_fifteen_months(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 10:00")
    earlier = shop.captured(EUR, order_number="a-1001")
    clock.at("2028-06-09 10:00")
    assert asked(shop, VISA, 1, order_number="A-1001") == [(ORDER_PAID, earlier)]
    clock.at("2028-06-12 10:00")
    assert asked(shop, VISA, 1, order_number="A-1001") == []


def test_both_are_told_at_once(shop: Shop) -> None:
    earlier = shop.sold(order_number="R-1")
    assert asked(shop, order_number="R-1") == [(ORDER_PAID, earlier), (SAME_CARD, earlier)]


def test_what_may_have_been_taken_counts(shop: Shop) -> None:
    earlier = shop.take(NEVER_ANSWERS, order_number="R-1").reference
    assert asked(shop, VISA, order_number="R-1") == [(ORDER_PAID, earlier)]


def test_what_was_refused_released_or_refunded_is_repeated_freely(shop: Shop) -> None:
    shop.take(REFUSED, order_number="R-1")
    shop.act(shop.sold(order_number="R-1"), "cancel")
    shop.act(shop.captured(order_number="R-1"), "refund")
    assert asked(shop, REFUSED, order_number="R-1") == []
    assert asked(shop, APPROVED, order_number="R-1") == []


def test_a_second_parcel_is_no_repeat(shop: Shop) -> None:
    earlier = shop.captured(order_number="R-1")
    second = shop.act(earlier, "duplicate")
    assert shop.hits(second.reference) == []


def test_a_stopped_order_writes_nothing_and_consumes_no_key(shop: Shop) -> None:
    earlier, key = shop.sold(order_number="R-1"), new_key()
    sales, keys, journal = len(shop.sales()), shop.keys(), len(shop.bank.journal())
    with pytest.raises(OrderWarning):
        shop.take(order_number="R-1", confirmed=(), key=key)
    assert (len(shop.sales()), shop.keys(), len(shop.bank.journal())) == (sales, keys, journal)
    again = shop.take(order_number="R-1", confirmed=(earlier,), key=key)
    assert (again.status, again.replayed) == (201, False)
    assert shop.take(order_number="R-1", confirmed=(earlier,), key=key).replayed


def test_who_confirmed_what_is_kept(shop: Shop) -> None:
    earlier = shop.sold(order_number="R-1")
    second = shop.take(order_number="R-1", confirmed=(earlier, "NEVERSHOWN"))
    events = [each for each in shop.sale(second.reference).events if each.kind == "SECOND_ORDER"]
    assert [(each.actor, each.data) for each in events] == [
        (shop.clerk.name, {"sales": [earlier, earlier], "rules": [ORDER_PAID, SAME_CARD]})
    ]
    assert shop.hits(second.reference) == [PAID, A_MOMENT_AGO]


def test_one_stop_an_order_even_when_another_repeat_appears_meanwhile(shop: Shop) -> None:
    earlier = shop.sold(order_number="R-1")
    assert asked(shop, VISA, order_number="R-1") == [(ORDER_PAID, earlier)]
    newer = shop.sold(order_number="R-1")
    second = shop.take(VISA, order_number="R-1", confirmed=(earlier,))
    assert second.status == 201
    kinds = [each.kind for each in shop.sale(second.reference).events]
    assert "SECOND_ORDER" not in kinds, "what was not seen was not confirmed"
    assert shop.hits(second.reference) == [PAID]
    assert newer != earlier


def test_the_api_never_stops_and_stores_what_it_saw(shop: Shop) -> None:
    shop.sold(order_number="R-1")
    second = shop.take(order_number="R-1")
    assert second.status == 201
    assert shop.hits(second.reference) == [PAID, A_MOMENT_AGO]
    sale = shop.sale(second.reference)
    assert (sale.state, sale.complementary_code, sale.complementary_info) == ("TO_CAPTURE", None, None)


def test_a_control_keeps_its_code_beside_a_repeat(shop: Shop) -> None:
    install()
    shop.sold(order_number="R-1")
    assert shop.sale(shop.sold(order_number="R-1")).complementary_code == "00"
    install(hits_before=[hit("INFORM", "05", "foreign")])
    assert shop.sale(shop.sold(order_number="R-1")).complementary_code == "05"


def test_every_warning_is_in_the_one_stop(shop: Shop) -> None:
    install(hits_before=[hit("INFORM", "05", "foreign")])
    earlier = shop.sold(order_number="R-1")
    assert asked(shop, VISA, order_number="R-1") == [(ORDER_PAID, earlier), ("foreign", None)]


def test_a_refusing_rule_needs_no_stop(shop: Shop) -> None:
    shop.sold(order_number="R-1")
    install(hits_before=[hit("REFUSE", "02")])
    assert shop.take(order_number="R-1", confirmed=()).status == 201


def test_a_check_that_fails_holds_no_sale(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Repeats, "before", fail)
    reference = shop.take(confirmed=()).reference
    assert shop.sale(reference).state == "TO_CAPTURE"
    assert shop.hits(reference) == [("repeats", "INFORM", "99")]


def test_only_a_supervisor_says_that_an_order_number_is_no_card(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        shop.take(order_number="4970101234567893", no_card_number=True)
    taken = shop.take(order_number="4970101234567893", no_card_number=True, who=shop.supervisor)
    sale = shop.sale(taken.reference)
    assert (sale.state, sale.order_number) == ("TO_CAPTURE", "4970101234567893")
    told = [each for each in sale.events if each.kind == "NO_CARD_NUMBER"]
    assert [each.actor for each in told] == [shop.supervisor.name]
    with unit_of_work(Scope((shop.id,))) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.kind == "card_found")).all()
    assert [(each.actor, each.outcome) for each in entries] == [(shop.supervisor.name, "OK")]
    assert "4970101234567893" not in str([each.object for each in entries])


@pytest.mark.parametrize(
    ("day", "count", "before"),
    [
        ("2027-03-31", 15, "2025-12-31"),
        ("2027-05-31", 15, "2026-02-28"),
        ("2029-05-31", 15, "2028-02-29"),
        ("2027-01-01", 1, "2026-12-01"),
        ("2027-03-31", 0, "2027-03-31"),
    ],
)
def test_months_before(day: str, count: int, before: str) -> None:
    assert months_before(date.fromisoformat(day), count) == date.fromisoformat(before)
