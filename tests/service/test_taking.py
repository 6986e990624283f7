"""An order is taken: its amounts and dates, and what is turned down before anything is written."""

from __future__ import annotations

import pytest

from app.database import now
from app.domain.errors import DomainError, IdempotencyMismatch, InvalidInput, NotFound, NotPermitted, NotSent
from plugins.payment_gateway import runner
from tests.service.conftest import NewShop
from tests.service.shop import AMEX, APPROVED, EUR, REFUSED, VISA, Shop, new_key, person, statuses


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


def test_the_same_form_sent_twice_is_one_sale(shop: Shop) -> None:
    key = new_key()
    first, again = (shop.take(key=key, order_number="B-1") for _ in range(2))
    assert (first.status, first.replayed, again.status, again.replayed) == (201, False, 201, True)
    assert again.reference == first.reference
    assert shop.journal(first.reference) == [("TRANSACTION", EUR, "00")]
    assert len(shop.sales()) == 1


def test_a_refused_order_replays_as_recorded(shop: Shop) -> None:
    key = new_key()
    first, again = (shop.take(REFUSED, key=key, order_number="B-1") for _ in range(2))
    assert (first.status, again.status, again.reference) == (201, 201, first.reference)


@pytest.mark.parametrize(
    "other",
    [{"amount": 10_001}, {"number": VISA}, {"order_number": "B-2"}, {"expiry": "11/34"}, {"capture_day": 2}],
)
def test_another_order_under_the_key_is_a_mismatch(shop: Shop, other: dict[str, object]) -> None:
    key = new_key()
    shop.take(key=key, order_number="B-1")
    with pytest.raises(IdempotencyMismatch):
        shop.take(**({"key": key, "order_number": "B-1"} | other))  # type: ignore[arg-type]
    assert len(shop.sales()) == 1


def test_another_security_code_under_the_key_is_the_same_order(shop: Shop) -> None:
    """interface.md: requests are compared with the code left out."""
    key = new_key()
    first = shop.take(key=key, order_number="B-1", code="123")
    assert shop.take(key=key, order_number="B-1", code="321").reference == first.reference


def test_a_key_belongs_to_one_merchant(new_shop: NewShop) -> None:
    one, other = new_shop(), new_shop()
    assert one.take(key="shared").reference != other.take(key="shared").reference


def test_who_may_take_orders(shop: Shop) -> None:
    for who in (shop.clerk, shop.supervisor, shop.manager):
        assert shop.take(who=who).status == 201
    for who in (shop.accountant, shop.risk, person(shop.id, "Auditor")):
        with pytest.raises(NotPermitted):
            shop.take(who=who)
    with pytest.raises(NotFound):
        shop.take(who=person(shop.id + 1_000_000, "Clerk"))


def _codes(error: InvalidInput) -> set[tuple[str, str]]:
    return {(each.field, each.code) for each in error.errors}


def test_every_wrong_field_is_named_at_once_and_nothing_is_written(shop: Shop) -> None:
    shop.set(order_number_required=True, security_code_required=True)
    with pytest.raises(InvalidInput) as raised:
        shop.take(order_number=None, code=None, channel="TERMINAL", capture_day=7)
    assert {field for field, _ in _codes(raised.value)} == {
        "order_number",
        "card.security_code",
        "channel",
        "capture_day",
    }
    assert (shop.sales(), shop.keys()) == ([], 0)


def test_the_security_code_is_optional_unless_the_merchant_asks(shop: Shop) -> None:
    assert shop.take(code=None, channel="MAIL_ORDER").status == 201
    shop.set(security_code_required=True)
    with pytest.raises(InvalidInput) as raised:
        shop.take(code=None)
    assert _codes(raised.value) == {("card.security_code", "missing")}


def test_the_order_number_is_optional_unless_the_merchant_asks(shop: Shop) -> None:
    assert shop.take(order_number=None).status == 201
    shop.set(order_number_required=True)
    with pytest.raises(InvalidInput) as raised:
        shop.take(order_number=None)
    assert _codes(raised.value) == {("order_number", "missing")}
    assert shop.take(order_number="Z-9").status == 201


def test_a_currency_without_a_contract_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as raised:
        shop.take(currency="USD")
    assert _codes(raised.value) == {("currency", "currency_not_accepted")}


def test_american_express_takes_the_option_and_a_contract(new_shop: NewShop) -> None:
    subscribed = new_shop()
    sale = subscribed.sale(subscribed.take(AMEX).reference)
    assert (sale.state, sale.brand, sale.contract.scheme) == ("TO_CAPTURE", "AMEX", "AMEX")
    for without in (new_shop(options=()), new_shop(options=(), amex=False)):
        with pytest.raises(DomainError) as raised:
            without.take(AMEX)
        assert (raised.value.status, raised.value.code) == (403, "option_not_subscribed")
        assert (without.sales(), without.keys()) == ([], 0)
    with pytest.raises(InvalidInput) as invalid:
        new_shop(amex=False).take(AMEX)
    assert _codes(invalid.value) == {("card.number", "brand_not_accepted")}


@pytest.mark.parametrize("status", ["SUSPENDED", "ENDED", "INVITED"])
def test_a_suspended_merchant_takes_nothing_new_and_goes_on_with_the_rest(shop: Shop, status: str) -> None:
    reference = shop.sold()
    shop.set(status=status)
    with pytest.raises(DomainError) as raised:
        shop.take()
    assert (raised.value.status, raised.value.code) == (403, "merchant_not_active")
    with pytest.raises(DomainError):
        shop.act(reference, "duplicate")
    assert shop.act(reference, "capture").status == 200
    assert shop.act(reference, "refund").status == 200


def test_the_brand_is_the_merchants_default_unless_the_caller_wishes_another(shop: Shop) -> None:
    default = shop.sale(shop.take().reference)
    wished = shop.sale(shop.take(brand="VISA").reference)
    only = shop.sale(shop.take(VISA).reference)
    assert (default.brand, default.brand_choice) == ("CB", "DEFAULT")
    assert (wished.brand, wished.brand_choice) == ("VISA", "CUSTOMER")
    assert (only.brand, only.brand_choice) == ("VISA", "ONLY")


def test_no_call_is_free_so_nothing_is_sent_or_written(shop: Shop) -> None:
    taken = [runner._calls.acquire(blocking=False) for _ in range(runner.MOST_CALLS)]
    try:
        key = new_key()
        with pytest.raises(NotSent):
            shop.take(key=key, order_number="B-1")
        assert (shop.sales(), shop.keys()) == ([], 0)
    finally:
        for _ in filter(None, taken):
            runner._calls.release()
    assert shop.take(key=key, order_number="B-1").status == 201


def test_a_stopped_account_takes_no_new_orders(shop: Shop) -> None:
    reference = shop.sold()
    shop.set_account(paused_at=now())
    for ask in (shop.take, lambda: shop.act(reference, "duplicate")):
        with pytest.raises(DomainError) as raised:
            ask()
        assert (raised.value.status, raised.value.code) == (503, "gateway_stopped")
    assert shop.act(reference, "capture").status == 200
