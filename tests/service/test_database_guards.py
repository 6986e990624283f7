"""What the database itself refuses, whatever the code would write: one pair of eyes, another merchant's account."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.database import Scope, unit_of_work
from app.models import Operation, Transaction
from plugins.payment_gateway.accounts import GatewayAccount
from tests.service.conftest import NewShop
from tests.service.shop import CUT_AFTER, Shop


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
