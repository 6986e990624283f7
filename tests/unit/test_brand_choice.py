"""How the brand of a co-badged card was chosen is told to the bank (Regulation (EU) 2015/751 art. 8)."""

from datetime import date

import pytest

from app.domain.brands import BrandChoice, choose_brand
from app.domain.card import parse_card
from app.models import Transaction
from app.ports import NewOrder
from plugins.payment_gateway.gateways.sips_fields import card_order
from plugins.payment_gateway.terminal import _request

CO_BADGED, ONLY_VISA = "4970100000000006", "4111111111111111"


@pytest.mark.parametrize(
    ("number", "wish", "brand", "how", "told"),
    [
        (CO_BADGED, "VISA", "VISA", BrandChoice.CUSTOMER, "APPLIED_HOLDER"),
        (CO_BADGED, None, "CB", BrandChoice.DEFAULT, "APPLIED_DEFAULT"),
        (ONLY_VISA, None, "VISA", BrandChoice.ONLY, None),
    ],
)
def test_the_bank_is_told_who_chose(number: str, wish: str | None, brand: str, how: str, told: str | None) -> None:
    card = parse_card(number, "12/34", "123", date(2026, 1, 1))
    assert choose_brand(card.brands, wish, "CB") == (brand, how)
    order = NewOrder(1, "TELEPHONE_ORDER", 12_345, "EUR", card)
    sale = Transaction(reference="R", original_amount=12_345, currency="EUR", brand=brand, brand_choice=how)
    sale.capture_mode, sale.capture_day = "AUTHOR_CAPTURE", 0
    fields = card_order(_request(sale, order))
    assert fields["paymentMeanBrand"] == brand
    assert fields.get("paymentMeanBrandSelectionStatus") == told
