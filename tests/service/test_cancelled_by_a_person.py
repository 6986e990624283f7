"""An order PENDING for a day, cancelled at the bank by a person: the books say who did it, as the journal of operations
needs it."""

from __future__ import annotations

from app.checks import core_invariants
from tests.service.clock import BusinessClock
from tests.service.shop import CUT_AFTER, CUT_BEFORE, EUR, Shop, new_key, statuses


def pending(shop: Shop, clock: BusinessClock, number: str = CUT_AFTER) -> str:
    """A sale uncertain for a day."""
    clock.at("2027-03-10 12:00")
    reference = shop.take(number).reference
    clock.at("2027-03-11 12:00:30")
    return reference


def wrong(reference: str) -> list[str]:
    return [text for each in core_invariants() for text in each.wrong if reference in text]


def test_the_cancellation_is_an_operation_of_the_person(shop: Shop, clock: BusinessClock) -> None:
    reference, key = pending(shop, clock), new_key()
    asked = {"decision": "cancel", "reason": "GOODWILL", "note": "the customer called"}
    first, again = (shop.act(reference, "resolve", key=key, **asked) for _ in range(2))
    assert (first.status, again.status, again.replayed) == (200, 200, True)
    sale = shop.sale(reference)
    assert statuses(sale) == [("TRANSACTION", "DONE"), ("CANCEL", "DONE")]
    order, cancel = sale.operations
    assert (order.new_amount, order.new_state, cancel.new_amount, cancel.new_state) == (EUR, "PENDING", 0, "CANCELLED")
    assert (cancel.amount, cancel.created_by_id, cancel.requested_by_id) == (
        EUR,
        shop.supervisor.id,
        shop.supervisor.id,
    )
    assert (cancel.created_by, cancel.reason, cancel.note) == (shop.supervisor.name, "GOODWILL", "the customer called")
    assert (cancel.response_code, sale.response_code, sale.bank_status) == ("00", "00", "CANCELLED")
    assert [(each.kind, each.operation_id, each.actor) for each in sale.events] == [
        ("SUBMITTED", order.id, shop.clerk.name),
        ("CANCELLED", cancel.id, shop.supervisor.name),
    ]
    assert wrong(reference) == []


def test_it_is_the_persons_also_when_the_banks_answer_is_lost(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock)
    shop.bank.fault("cancel", "cut_after_commit", reference=reference)
    assert shop.act(reference, "resolve", decision="cancel", note="twice asked for").status == 202
    assert statuses(shop.sale(reference)) == [("TRANSACTION", "UNKNOWN")]
    shop.settle()
    sale = shop.sale(reference)
    assert statuses(sale) == [("TRANSACTION", "DONE"), ("CANCEL", "DONE")]
    cancel = sale.operations[-1]
    assert (cancel.created_by_id, cancel.created_by, cancel.note) == (
        shop.supervisor.id,
        shop.supervisor.name,
        "twice asked for",
    )
    assert (sale.state, sale.amount, sale.events[-1].actor) == ("CANCELLED", 0, "e-gestion")
    assert wrong(reference) == []


def test_what_the_bank_does_not_confirm_is_no_operation(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock, CUT_BEFORE)
    assert shop.act(reference, "resolve", decision="cancel").status == 202
    sale = shop.sale(reference)
    assert statuses(sale) == [("TRANSACTION", "UNKNOWN")]
    assert sale.operations[0].evidence["cancel"]["by"] == shop.supervisor.name
    assert wrong(reference) == []


def test_what_the_bank_let_go_by_itself_is_nobodys_cancellation(shop: Shop, clock: BusinessClock) -> None:
    reference = pending(shop, clock)
    assert shop.bank.cash("cancel", reference, EUR)["responseCode"] == "00"
    shop.settle()
    assert statuses(shop.sale(reference)) == [("TRANSACTION", "DONE")]
    assert shop.amounts(reference)[:2] == ("CANCELLED", 0)
    assert wrong(reference) == []
