"""Four workers on one item: what waited is sent once, what is uncertain is settled once, what lapsed is released once."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import update

from app.database import Scope, now, unit_of_work
from app.models import Operation
from plugins.payment_gateway.cases import lock
from plugins.payment_gateway.resolution import ALL, resolve_one
from plugins.payment_gateway.waiting import send_one
from tests.service.shop import CUT_AFTER, EUR, Shop, statuses
from tests.web_process import together

WORKERS, ROUNDS = 4, 25


def at_once(app: Flask, work: Callable[[], object]) -> None:
    def run(_number: int) -> None:
        with app.app_context():
            work()

    together(WORKERS, run)


def test_a_waiting_refund_is_sent_once(shop: Shop, app: Flask) -> None:
    for _ in range(ROUNDS):
        reference = shop.captured()
        shop.bank.fault("refund", "code:24", reference=reference)
        answer = shop.act(reference, "refund", amount=4_000)
        assert answer.status == 202
        with unit_of_work(Scope((shop.id,))) as session:
            session.execute(update(Operation).where(Operation.status == "WAITING").values(due_at=now()))
        at_once(app, lambda id=answer.operation_id: send_one(shop.id, id or 0))
        assert [each for each in shop.done(reference) if each[0] == "CREDIT"] == [("CREDIT", 4_000)]
        assert shop.amounts(reference) == ("CAPTURED", EUR, EUR, 4_000, 0)
        assert statuses(shop.sale(reference))[-1] == ("CREDIT", "DONE")


def test_an_uncertain_order_is_settled_once(shop: Shop, app: Flask) -> None:
    for _ in range(ROUNDS):
        answer = shop.take(CUT_AFTER)
        at_once(app, lambda id=answer.operation_id: resolve_one(shop.id, id or 0, ALL))
        sale = shop.sale(answer.reference)
        assert [each.kind for each in sale.events] == ["SUBMITTED", "APPROVED_TO_CAPTURE"]
        assert (sale.state, sale.amount) == ("TO_CAPTURE", EUR)


def test_a_person_and_the_resolver_at_once(shop: Shop, app: Flask) -> None:
    """Whoever comes first: an uncertain refund is counted once, and the next one sees it."""
    for number in range(ROUNDS):
        reference = shop.captured()
        shop.bank.fault("refund", "cut_after_commit", reference=reference)
        answer = shop.act(reference, "refund", amount=2_500)

        def work(worker: int, reference: str = reference, id: int | None = answer.operation_id) -> object:
            with app.app_context():
                if worker % 2:
                    return resolve_one(shop.id, id or 0, ALL)
                try:
                    return shop.act(reference, "refund", amount=2_500).status
                except Exception as error:  # noqa: BLE001 - its code is what is looked at
                    return getattr(error, "code", repr(error))

        results = together(WORKERS, work)
        assert set(results[::2]) <= {200, "operation_in_flight"}, (number, results)
        refunded = 2_500 * (1 + results[::2].count(200))
        assert shop.amounts(reference)[3:] == (refunded, 0)
        assert sum(amount or 0 for name, amount in shop.done(reference) if name == "CREDIT") == refunded


def test_a_busy_sale_does_not_put_off_what_waits(shop: Shop, app: Flask) -> None:
    """Whoever finds the sale locked leaves the operation as it is: the one who holds the lock is about to send it."""
    reference = shop.captured()
    shop.bank.fault("refund", "code:24", reference=reference)
    answer = shop.act(reference, "refund", amount=4_000)
    due = now()
    with unit_of_work(Scope((shop.id,))) as session:
        session.execute(update(Operation).where(Operation.id == answer.operation_id).values(due_at=due))
    with unit_of_work(Scope((shop.id,))) as holder:
        lock(holder, answer.transaction_id)
        with app.app_context():
            send_one(shop.id, answer.operation_id or 0)
    with unit_of_work(Scope((shop.id,))) as session:
        assert session.get_one(Operation, answer.operation_id).due_at == due
