"""Which brands a number bears, how long it is, how long its authorisation holds, what its BIN tells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.bin_facts import TABLE_VERSION, BinFacts, bin_facts
from app.domain.brands import (
    BrandChoice,
    Initiation,
    brands_of,
    choose_brand,
    is_card_number,
    lengths_of,
    luhn,
    validity_days,
)
from app.domain.rejected import Rejected


@pytest.mark.parametrize(
    ("bin6", "brands"),
    [
        ("497010", ("CB", "VISA")),
        ("497999", ("CB", "VISA")),
        ("496999", ("VISA",)),
        ("411111", ("VISA",)),
        ("513100", ("CB", "MASTERCARD")),
        ("513700", ("MASTERCARD",)),
        ("555555", ("MASTERCARD",)),
        ("509999", ()),
        ("510000", ("MASTERCARD",)),
        ("560000", ()),
        ("222099", ()),
        ("222100", ("MASTERCARD",)),
        ("272099", ("MASTERCARD",)),
        ("272100", ()),
        ("340000", ("AMEX",)),
        ("350000", ()),
        ("378282", ("AMEX",)),
        ("675900", ()),
        ("601100", ()),
    ],
)
def test_brands(bin6, brands):
    assert brands_of(bin6) == brands


def test_lengths():
    assert lengths_of("497010") == lengths_of("411111") == {16, 19}
    assert lengths_of("555555") == lengths_of("230000") == {16}
    assert lengths_of("378282") == {15}
    assert lengths_of("601100") == set()


@settings(max_examples=200, deadline=None)
@given(digits=st.text("0123456789", min_size=1, max_size=18), at=st.integers(0, 17), other=st.integers(1, 9))
def test_luhn_sees_every_single_wrong_digit(digits, at, other):
    checked = next(digits + d for d in "0123456789" if luhn(digits + d))
    at %= len(checked)
    wrong = checked[:at] + str((int(checked[at]) + other) % 10) + checked[at + 1 :]
    assert not luhn(wrong)


def test_card_numbers():
    for number in ("4970100000000006", "4111111111111111", "5555555555554444", "378282246310005", "2223000048400011"):
        assert is_card_number(number)
        assert not is_card_number(number[:-1])
        assert not is_card_number("0" + number)
    assert not is_card_number("6011111111111117")
    assert not is_card_number("")


def test_choice_of_brand():
    both = ("CB", "VISA")
    assert choose_brand(both, None, None) == ("CB", BrandChoice.DEFAULT)
    assert choose_brand(both, None, "VISA") == ("VISA", BrandChoice.DEFAULT)
    assert choose_brand(both, None, "MASTERCARD") == ("CB", BrandChoice.DEFAULT)
    assert choose_brand(both, "VISA", "CB") == ("VISA", BrandChoice.CUSTOMER)
    assert choose_brand(both, "CB", "CB") == ("CB", BrandChoice.CUSTOMER)
    assert choose_brand(("AMEX",), "AMEX", "CB") == choose_brand(("AMEX",), None, None) == ("AMEX", BrandChoice.ONLY)
    with pytest.raises(Rejected) as caught:
        choose_brand(both, "MASTERCARD", None)
    assert (caught.value.code, caught.value.field) == ("card_brand_invalid", "card.brand")
    assert caught.value.message % caught.value.params


def test_validity():
    assert [validity_days(b) for b in ("CB", "VISA", "MASTERCARD", "AMEX", "MAESTRO")] == [7, 7, 7, 7, 30]
    assert [validity_days(b, Initiation.MERCHANT) for b in ("CB", "VISA", "MASTERCARD", "MAESTRO")] == [7, 5, 7, 30]
    with pytest.raises(LookupError):
        validity_days("DINERS")


def test_facts_are_known_or_none():
    assert bin_facts("497010") == BinFacts("497010", country="FR", table_version=TABLE_VERSION)
    for unknown in ("378282", "411111", "999999"):
        facts = bin_facts(unknown)
        assert (facts.country, facts.type, facts.commercial, facts.prepaid, facts.virtual, facts.systematic) == (
            None,
        ) * 6
        assert facts.table_version == TABLE_VERSION
