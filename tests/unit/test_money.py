"""Amounts as people of both languages write them: read strictly, never rounded (trust-sources.md N-3)."""

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.currencies import CURRENCIES
from app.domain.money import (
    MAX_AMOUNT,
    code_of_number,
    exponent,
    format_amount,
    format_number,
    largest_remainder,
    numeric_code,
    parse_amount,
)
from app.domain.rejected import Rejected

CASES = list(product(("EUR", "JPY", "KWD"), ("fr", "en")))
amounts = st.integers(0, MAX_AMOUNT)


def code_of(text: str, currency: str = "EUR", locale: str = "fr") -> str:
    with pytest.raises(Rejected) as caught:
        parse_amount(text, currency, locale)
    error = caught.value
    assert error.message % error.params
    return error.code


def test_table_of_currencies():
    assert (exponent("EUR"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)
    assert (numeric_code("EUR"), numeric_code("USD"), numeric_code("ALL")) == ("978", "840", "008")
    assert len(CURRENCIES) == len({c.number for c in CURRENCIES.values()}) == 155
    assert all(code_of_number(c.number) == code for code, c in CURRENCIES.items())
    for unknown in ("XXX", "BGN", "eur"):
        with pytest.raises(LookupError):
            exponent(unknown)


@pytest.mark.parametrize(
    ("minor", "currency", "fr", "en"),
    [
        (123_456, "EUR", "1\u202f234,56\u00a0€", "€1,234.56"),
        (5, "EUR", "0,05\u00a0€", "€0.05"),
        (-123_456, "EUR", "-1\u202f234,56\u00a0€", "-€1,234.56"),
        (1_234_567, "JPY", "1\u202f234\u202f567\u00a0¥", "¥1,234,567"),
        (1_234_567, "KWD", "1\u202f234,567\u00a0KWD", "KWD\u00a01,234.567"),
        (0, "EUR", "0,00\u00a0€", "€0.00"),
    ],
)
def test_format(minor, currency, fr, en):
    assert format_amount(minor, currency, "fr") == fr
    assert format_amount(minor, currency, "en_GB") == en
    assert format_number(minor, currency, "fr-FR") == fr.replace("\u00a0", "").rstrip("€¥KWD")


@pytest.mark.parametrize(
    ("text", "locale", "minor"),
    [
        ("1 234,56", "fr", 123_456),
        ("1\u00a0234,56 €", "fr", 123_456),
        ("1\u202f234\u202f567,8", "fr", 123_456_780),
        ("1234,5", "fr", 123_450),
        ("1234", "fr", 123_400),
        ("  12,50\u00a0EUR ", "fr", 1_250),
        ("€12,50", "fr", 1_250),
        ("0,05", "fr", 5),
        ("1,234.56", "en", 123_456),
        ("EUR 1,234.56", "en", 123_456),
        ("1,234,567", "en", 123_456_700),
        ("1234.5 eur", "en", 123_450),
        ("9999999999,99", "fr", MAX_AMOUNT),
    ],
)
def test_read(text, locale, minor):
    assert parse_amount(text, "EUR", locale) == minor


@pytest.mark.parametrize(
    ("text", "currency", "locale"),
    [
        ("1.234", "EUR", "fr"),
        ("1.234", "EUR", "en"),
        ("1,234", "EUR", "fr"),
        ("1,234", "EUR", "en"),
        ("€1,234", "EUR", "en"),
        ("12.345 EUR", "EUR", "fr"),
        ("1.234", "KWD", "fr"),
        ("1,234", "KWD", "en"),
        ("1.234", "JPY", "en"),
        ("1,234", "JPY", "fr"),
    ],
)
def test_two_readings_are_refused(text, currency, locale):
    assert code_of(text, currency, locale) == "ambiguous_amount"


def test_one_reading_only_is_not_ambiguous():
    assert parse_amount("1,234", "KWD", "fr") == 1_234
    assert parse_amount("1.234", "KWD", "en") == 1_234
    assert parse_amount("1,234", "JPY", "en") == 1_234
    assert code_of("0,234") == "amount_too_many_decimals"
    assert code_of("1234,567") == "amount_too_many_decimals"


@pytest.mark.parametrize(
    "text",
    [
        "-1", "+1", "−1", "1-", "(1)", "1e3", "1E3", "NaN", "nan", "inf", "Infinity", "0x10", "1_000", "१२", "１２", "²",
        "12,", ",50", "12,5,0", "12.50", "1.234,56", "1 23", "12 34,56", "1  234", "1 234\u00a0567", "1'234", "001", "00",
        "1 234,5 6", "€ 12 €", "€", "12 € TTC", "1\n2", "1\x00", "٫5", "012,50",
    ],
)  # fmt: skip
def test_not_an_amount(text):
    assert code_of(text) == "amount_invalid"


def test_other_refusals():
    assert code_of("") == code_of(" \u00a0") == "amount_missing"
    assert code_of("12,501") == "ambiguous_amount"
    assert code_of("12,5011") == "amount_too_many_decimals"
    assert code_of("1,0", "JPY") == "amount_too_many_decimals"
    assert code_of("10000000000,00") == "amount_too_large"
    assert code_of("9" * 5000) == "amount_too_large"
    assert code_of("12,50 USD") == code_of("$12,50") == code_of("12 chf") == "amount_currency"
    with pytest.raises(LookupError):
        parse_amount("1", "EUR", "de")


@pytest.mark.parametrize(("currency", "locale"), CASES)
@settings(max_examples=300, deadline=None)
@given(minor=amounts)
def test_round_trip(currency, locale, minor):
    assert parse_amount(format_amount(minor, currency, locale), currency, locale) == minor
    assert parse_amount(format_number(minor, currency, locale), currency, locale) == minor


def test_round_trip_of_many():
    rng = random.Random(4217)
    for n in range(100_000):
        currency, locale = CASES[n % len(CASES)]
        minor = rng.randrange(10 ** rng.randint(1, 12))
        assert parse_amount(format_amount(minor, currency, locale), currency, locale) == minor


@settings(max_examples=500, deadline=None)
@given(text=st.text(max_size=30), case=st.sampled_from(CASES))
def test_any_text_is_read_or_refused(text, case):
    try:
        assert 0 <= parse_amount(text, *case) <= MAX_AMOUNT
    except Rejected as error:
        refusal = error
    else:
        return
    assert refusal.message % refusal.params


@settings(max_examples=300, deadline=None)
@given(
    text=st.from_regex(r"[0-9]{1,4}([., \u202f][0-9]{1,4}){0,3}", fullmatch=True),
    currency=st.sampled_from(["EUR", "KWD"]),
)
def test_no_text_is_two_amounts(text, currency):
    """What both languages accept is the same amount in both (three-decimal currencies apart from their own mark)."""
    read = []
    for locale in ("fr", "en"):
        try:
            read.append(parse_amount(text, currency, locale))
        except Rejected:
            continue
    assert len(set(read)) <= 1


def test_largest_remainder():
    assert largest_remainder(100, [1, 1, 1]) == [34, 33, 33]
    assert largest_remainder(-100, [1, 1, 1]) == [-34, -33, -33]
    assert largest_remainder(10, [0, 3, 7]) == [0, 3, 7]
    assert largest_remainder(5, [2, 1, 4]) == [1, 1, 3]
    assert largest_remainder(0, [0, 0]) == [0, 0]
    assert largest_remainder(0, []) == []
    for weights in ([], [0, 0], [3, -1]):
        with pytest.raises(ValueError, match="weights"):
            largest_remainder(1, weights)


@settings(max_examples=300, deadline=None)
@given(
    total=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any),
)
def test_parts_sum_to_the_total_and_are_near_their_share(total, weights):
    parts = largest_remainder(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole
        assert weight or part == 0
