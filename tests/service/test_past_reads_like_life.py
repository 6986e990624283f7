"""What the demo writes is what the desk would have left: the same columns filled, names, statuses, codes, events, data.

Each story is lived twice: by the desk with the practice bank, and told by the demo; then the rows are laid side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from app.database import Scope, now, unit_of_work
from app.domain.actor import machine
from app.domain.days import local_day
from app.domain.states import OperationStatus
from app.models import Operation, Transaction, TransactionEvent
from app.ports import CustomerData
from plugins.payment_gateway.demo import authorising, later, planning, refunds
from plugins.payment_gateway.demo.cards import PastCard
from plugins.payment_gateway.demo.life import Life
from plugins.payment_gateway.demo.people import Person
from plugins.payment_gateway.demo.place import Place, Staff
from plugins.payment_gateway.shop import open_shop
from tests.service.shop import EUR, REFERRAL, REFUSED, Shop

SOMEBODY = CustomerData("Adèle Bournardin", "+33639980001", "a@courrier.example", "75011", "1 rue Basse, Paris", "FR")
# Ids, and what differs by nature: when a lease ends, why an adapter said what it said, a chance's result.
NOT_COMPARED = {
    "id", "transaction_id", "operation_id", "remittance_id", "remittance_line", "origin", "inquiries", "not_found_count",
    "evidence", "complementary_code",
}  # fmt: skip
Told = Callable[[Life, Shop], None]
Lived = Callable[[Shop], str]


def approved(life: Life, _shop: Shop) -> None:
    authorising.submit(life)
    authorising.approve(life)


def declined(life: Life, _shop: Shop) -> None:
    authorising.submit(life)
    authorising.decline(life, "05", "05")


def forced(life: Life, shop: Shop) -> None:
    authorising.submit(life)
    authorising.call_wanted(life)
    life.seller = shop.supervisor
    authorising.force(life)


def given_up(life: Life, shop: Shop) -> None:
    authorising.submit(life)
    authorising.call_wanted(life)
    later.give_up_referral(life, life.last, shop.supervisor)


def cancelled(amount: int) -> Told:
    def tell(life: Life, shop: Shop) -> None:
        approved(life, shop)
        later.cancel(life, life.last, shop.supervisor, amount, "KEYING_ERROR", "Mauvais client")

    return tell


def captured(life: Life, shop: Shop) -> None:
    approved(life, shop)
    later.capture(life, life.last, shop.supervisor, requested_by_id=shop.supervisor.id)


def refunded(*amounts: int) -> Told:
    def tell(life: Life, shop: Shop) -> None:
        captured(life, shop)
        for amount in amounts:
            refunds.refund(life, life.last, shop.supervisor, amount, "RETURNED", None)

    return tell


def validated(life: Life, shop: Shop) -> None:
    approved(life, shop)
    later.validate(life, life.last, shop.supervisor, 4_000)
    later.capture(life, life.last, shop.supervisor, requested_by_id=shop.supervisor.id)


def planned(life: Life, shop: Shop) -> None:
    approved(life, shop)
    assert life.sale.capture_date is not None
    planning.move(life, life.last, shop.supervisor, life.sale.capture_date + timedelta(days=1))
    planning.hold(life, life.last, shop.supervisor, "Adresse")
    planning.release(life, life.last, shop.supervisor)
    planning.amend(life, life.last, shop.supervisor, "B-2")


def asked_and_rejected(life: Life, shop: Shop) -> None:
    captured(life, shop)
    operation = refunds.request(life, life.last, shop.supervisor, EUR, "RETURNED", None, OperationStatus.REQUESTED)
    refunds.turn_down(life, operation, life.last, shop.second, None)


def asked_and_approved(life: Life, shop: Shop) -> None:
    captured(life, shop)
    operation = refunds.request(life, life.last, shop.supervisor, EUR, "RETURNED", None, OperationStatus.REQUESTED)
    refunds.approve(life, operation, life.last, shop.second)


def do(*steps: tuple[str, dict[str, Any]], number: str = "", **order: Any) -> Lived:
    """Take an order and act on it."""

    def live(shop: Shop) -> str:
        taken = shop.take(
            *([number] if number else []), customer=SOMEBODY, customer_id="C1", order_number="A-1", **order
        )
        for verb, fields in steps:
            shop.act(taken.reference, verb, **fields)
        return taken.reference

    return live


def decided(approve: bool) -> Lived:
    def live(shop: Shop) -> str:
        reference = do(("capture", {}))(shop)
        shop.limit("refund", 100)
        shop.act(reference, "refund", reason="RETURNED")
        shop.decide(shop.last(reference).id, approve)
        return reference

    return live


def moved(shop: Shop) -> str:
    reference = do()(shop)
    day = shop.sale(reference).capture_date
    assert day is not None
    shop.act(reference, "move", capture_date=day + timedelta(days=1))
    shop.act(reference, "hold", note="Adresse")
    shop.act(reference, "release")
    shop.act(reference, "amend", order_number="B-2")
    return reference


WHOLE, PART = {"reason": "KEYING_ERROR", "note": "Mauvais client"}, {"amount": 3_000}
STORIES: dict[str, tuple[Lived, Told]] = {
    "approved": (do(), approved),
    "declined": (do(number=REFUSED), declined),
    "forced": (do(("force", {"authorisation_number": "123456"}), number=REFERRAL), forced),
    "referral given up": (do(("cancel", {}), number=REFERRAL), given_up),
    "cancelled": (do(("cancel", WHOLE)), cancelled(EUR)),
    "cancelled in part": (do(("cancel", WHOLE | PART)), cancelled(3_000)),
    "captured": (do(("capture", {})), captured),
    "refunded": (do(("capture", {}), ("refund", {"reason": "RETURNED"})), refunded(EUR)),
    "refunded twice": (
        do(("capture", {}), ("refund", {"reason": "RETURNED"} | PART), ("refund", {"reason": "RETURNED"} | PART)),
        refunded(3_000, 3_000),
    ),
    "validated in part": (do(("validate", {"amount": 4_000}), ("capture", {}), capture_mode="VALIDATION"), validated),
    "moved, held, released, amended": (moved, planned),
    "refund rejected": (decided(False), asked_and_rejected),
    "refund approved": (decided(True), asked_and_approved),
}


@pytest.fixture
def place(shop: Shop) -> Place:
    """The shop as the demo sees it, on a day to come, so that its stories may be played today."""
    with unit_of_work(Scope((shop.id,))) as session:
        opened = open_shop(session, shop.id)
        doors = {contract.scheme: (contract, account) for contract, account in opened.contracts if account is not None}
    people = Staff({shop.clerk: 1}, [shop.supervisor, shop.second], shop.risk, machine(shop.id))
    return Place(opened.merchant, doors, people, local_day(now(), opened.zone) + timedelta(days=9), Random("one story"))


@pytest.mark.parametrize("story", STORIES)
def test_a_told_sale_has_the_rows_of_a_lived_one(story: str, shop: Shop, place: Place) -> None:
    live, tell = STORIES[story]
    sale = shop.sale(live(shop))
    card = PastCard(sale.bin, sale.last4, (2034, 12), "a test's")
    mode = sale.capture_mode
    life = authorising.order(place, sale.created_at, Person(SOMEBODY, "C1", None), card, EUR, mode)  # type: ignore[arg-type]
    life.sale.capture_day, life.sale.channel = sale.capture_day, sale.channel
    life.sale.brand, life.sale.brand_choice = sale.brand, sale.brand_choice
    authorising.number(life, "A-1")
    tell(life, shop)
    # What `writing` fills in at the end.
    life.sale.card_id = life.sale.customer_row_id = 1

    assert _filled(life.sale, Transaction) == _filled(sale, Transaction)
    same = ("state", "amount", "captured_amount", "refunded_amount", "reserved_amount", "bank_status", "bank_amount",
            "bank_captured_amount", "bank_refunded_amount", "response_code", "acquirer_response_code", "limit_date",
            "capture_date", "order_number", "order_key", "held", "bin_country", "bin_table_version", "masked_pan")  # fmt: skip
    assert {name: getattr(life.sale, name) for name in same} == {name: getattr(sale, name) for name in same}
    for mine, real in zip(life.operations, sale.operations, strict=True):
        assert _operation(mine) == _operation(real)
    for (event, _), real_event in zip(life.events, sale.events, strict=True):
        assert _event(event) == _event(real_event)
    told_of = [operation.sequence if operation is not None else None for _, operation in life.events]
    by_id = {operation.id: operation.sequence for operation in sale.operations}
    assert told_of == [by_id.get(event.operation_id) for event in sale.events]


def _filled(row: Any, model: type[Any]) -> set[str]:
    """The columns with a value, or that get theirs from the table's default when the row is written."""
    return {
        column.key
        for column in model.__table__.columns
        if (getattr(row, column.key) is not None or column.default is not None) and column.key not in NOT_COMPARED
    }


def _operation(operation: Operation) -> dict[str, Any]:
    same = ("sequence", "name", "status", "amount", "new_amount", "new_state", "reason", "note", "response_code",
            "acquirer_response_code", "before_status", "before_amount", "before_captured_amount",
            "before_refunded_amount", "created_by", "created_by_id", "requested_by_id", "approved_by")  # fmt: skip
    return {name: getattr(operation, name) for name in same} | {"filled": _filled(operation, Operation)}


def _event(event: TransactionEvent) -> dict[str, Any]:
    same = ("kind", "from_state", "to_state", "amount", "captured_amount", "refunded_amount", "reserved_amount", "actor",
            "actor_id", "data")  # fmt: skip
    return {name: getattr(event, name) for name in same} | {"filled": _filled(event, TransactionEvent)}
