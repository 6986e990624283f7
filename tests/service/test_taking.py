"""An order is taken: what each card makes of it, its amounts, what is turned down before anything is written."""

from __future__ import annotations

import pytest

from tests.service.shop import (
    APPROVED,
    CAPTURE_REFUSED,
    EUR,
    Shop,
    statuses,
)


def test_an_approved_order_waits_for_its_remittance(shop: Shop) -> None:
    taken = shop.take(APPROVED)
    sale = shop.sale(taken.reference)
    assert (taken.status, taken.code, taken.replayed) == (201, None, False)
    assert shop.amounts(taken.reference) == ("TO_CAPTURE", EUR, 0, 0, 0)
    assert (sale.response_code, sale.acquirer_response_code, sale.bank_status) == ("00", "00", "TO_VALIDATE")
    assert statuses(sale) == [("TRANSACTION", "DONE")]
    assert [(each.kind, each.from_state, each.to_state) for each in sale.events] == [
        ("SUBMITTED", "NEW", "PENDING"),
        ("APPROVED_TO_CAPTURE", "PENDING", "TO_CAPTURE"),
    ]
    assert shop.done(taken.reference) == [("TRANSACTION", EUR)]
