"""What the database itself refuses, whatever the code would write: one pair of eyes, another merchant's account."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.database import Scope, unit_of_work
from app.models import Operation, Submission, Transaction
from plugins.payment_gateway.accounts import GatewayAccount
from tests.service.conftest import NewShop
from tests.service.shop import CUT_AFTER, EUR, Shop


def write(shop: Shop, model: Any, key: int, **values: Any) -> None:
    with unit_of_work(Scope((shop.id,))) as session:
        session.execute(update(model).where(model.id == key).values(**values))


def test_nobody_approves_what_nobody_asked_for_nor_what_he_asked_for_himself(shop: Shop) -> None:
    operation = shop.last(shop.take(CUT_AFTER).reference)
    assert operation.requested_by_id is None
    for values in ({"approved_by_id": 5}, {"requested_by_id": 5, "approved_by_id": 5}):
        with pytest.raises(IntegrityError, match="ck_operation_four_eyes"):
            write(shop, Operation, operation.id, **values)
    write(shop, Operation, operation.id, requested_by_id=4, approved_by_id=5)


def test_a_sale_goes_by_an_account_of_its_own_merchant(new_shop: NewShop) -> None:
    mine, other = new_shop(), new_shop()
    with unit_of_work(Scope((other.id,))) as session:
        foreign = session.scalars(select(GatewayAccount.id).where(GatewayAccount.merchant_id == other.id)).first()
    sale = mine.sale(mine.sold())
    for account in (foreign, 2**31 - 1):
        with pytest.raises(IntegrityError, match="fk_transaction_gateway_account_id"):
            write(mine, Transaction, sale.id, gateway_account_id=account)


def add(shop: Shop, row: Any) -> None:
    with unit_of_work(Scope((shop.id,))) as session:
        session.add(row)


def same(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def test_a_sale_has_one_open_operation(shop: Shop) -> None:
    uncertain = shop.last(shop.take(CUT_AFTER).reference)
    more = {"sequence": 2, "name": "CANCEL", "status": "SENT", "amount": 1, "created_by": "clerk"}
    second = Operation(**same(uncertain, "merchant_id", "transaction_id", "created_at"), **more)
    with pytest.raises(IntegrityError, match="uq_operation_open"):
        add(shop, second)


def test_no_more_is_refunded_and_reserved_than_was_captured(shop: Shop) -> None:
    sale = shop.sale(shop.captured())
    for values in ({"refunded_amount": EUR + 1}, {"refunded_amount": EUR, "reserved_amount": 1}):
        with pytest.raises(IntegrityError, match="ck_transaction_amounts"):
            write(shop, Transaction, sale.id, **values)


def test_a_key_is_submitted_once(shop: Shop) -> None:
    shop.take(key="0123")
    with unit_of_work(Scope((shop.id,))) as session:
        first = session.scalars(select(Submission).where(Submission.key == "0123")).one()
    again = Submission(**same(first, "merchant_id", "key", "digest", "verb", "created_at"))
    with pytest.raises(IntegrityError, match="uq_submission_key"):
        add(shop, again)
