"""Between an order's two units of work: what the second finds is what is stored, touched by others meanwhile or not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, inspect

from app.extensions import db
from app.models import Transaction
from app.ports import CustomerData
from tests.service.shop import APPROVED, EUR, REFERRAL, REFUSED, Shop, statuses

COLUMNS = [each.key for each in inspect(Transaction).column_attrs]


@pytest.mark.parametrize("number", [APPROVED, REFUSED, REFERRAL])
@pytest.mark.parametrize("customer", [None, CustomerData(name="Zoé Dupont")])
def test_the_sale_an_order_answers_with_is_the_sale_that_is_stored(
    shop: Shop, number: str, customer: CustomerData | None
) -> None:
    answered = shop.take(number, customer=customer, note="as typed").sale
    stored = shop.sale(answered.reference)
    assert {name: getattr(answered, name) for name in COLUMNS} == {name: getattr(stored, name) for name in COLUMNS}
    assert (answered.customer and answered.customer.name) == (stored.customer and stored.customer.name)
    assert [(each.id, each.status) for each in answered.operations] == [
        (each.id, each.status) for each in stored.operations
    ]


def test_an_order_nobody_touched_is_locked_and_not_read_again(shop: Shop) -> None:
    shop.take()
    with _statements() as seen:
        shop.take()
    assert [each for each in seen if each.startswith("SELECT transaction.")] == []
    assert sum("FOR UPDATE OF transaction, operation" in each for each in seen) == 1


def test_a_slip_amended_while_the_bank_is_asked_stays_amended(shop: Shop) -> None:
    shop.bank.control(latency_ms=1_500)
    taking = _taking(shop, order_number="E-1", note="first", customer=CustomerData(name="Zoé Dupont"))
    reference = shop.sales()[0].reference
    amended = shop.act(reference, "amend", order_number="E-2", note=None, customer=CustomerData(name="Zoé Durand"))
    taking.join()
    sale = shop.sale(reference)
    assert (amended.status, sale.state, sale.amount) == (200, "TO_CAPTURE", EUR)
    assert (sale.order_number, sale.note, sale.customer.name) == ("E-2", None, "Zoé Durand")
    assert statuses(sale) == [("TRANSACTION", "DONE"), ("AMEND", "DONE")]


def test_a_sale_merely_locked_while_the_bank_is_asked_is_settled_when_the_lock_is_gone(shop: Shop) -> None:
    shop.bank.control(latency_ms=700)
    taking = _taking(shop)
    with db.engine.begin() as other:
        other.exec_driver_sql("SELECT set_config('app.merchants', %s, true)", (f"{{{shop.id}}}",))
        other.exec_driver_sql("SELECT 1 FROM transaction WHERE merchant_id = %s FOR UPDATE", (shop.id,))
        taking.join(1.5)
        assert taking.is_alive()
    taking.join()
    assert statuses(shop.sales()[0]) == [("TRANSACTION", "DONE")]


@pytest.mark.parametrize("settings", [{"name": "Another name"}, {"zone": "America/Martinique"}])
def test_a_changed_setting_is_obeyed_by_the_next_order(shop: Shop, settings: dict[str, str]) -> None:
    shop.take()
    shop.set(**settings)
    sale = shop.take().sale
    assert {name: getattr(sale.merchant, name) for name in settings} == settings


def _taking(shop: Shop, **order: object) -> threading.Thread:
    """Take an order in another thread; return once it is written and the bank is being asked."""

    def take() -> None:
        with shop.app.app_context():
            shop.take(**order)  # type: ignore[arg-type]

    taking = threading.Thread(target=take)
    taking.start()
    shop.wait_until(lambda: bool(shop.sales()))
    return taking


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement.strip())

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
