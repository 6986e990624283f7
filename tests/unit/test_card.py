"""A card lives in one request's memory: nothing that copies, stores or prints it gets the number."""

import copy
import json
import pickle
import traceback
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import card as card_module
from app.domain.brands import BrandChoice
from app.domain.card import Card, masked, parse_card
from app.domain.expiry import parse_expiry
from app.domain.rejected import Rejected

TODAY = date(2026, 11, 24)
NUMBER, CODE = "4970100000000006", "987"


def read(number: str = NUMBER, expiry: str = "07/28", code: str | None = CODE, **more) -> Card:
    return parse_card(number, expiry, code, TODAY, **more)


def refused(*args, **more) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read(*args, **more)
    for error in (caught.value, *caught.value.also):
        assert error.message % error.params
    return caught.value


def test_what_a_card_tells():
    card = read("4970 1000 0000 0006", "0728", " 987 ")
    assert (card.bin, card.last4, card.masked) == ("497010", "0006", "497010######0006")
    assert (card.expiry, card.expiry_yyyymm) == ((2028, 7), "202807")
    assert (card.brands, card.brand, card.brand_choice) == (("CB", "VISA"), "CB", BrandChoice.DEFAULT)
    assert (card.reveal_number(), card.reveal_security_code()) == (NUMBER, CODE)
    assert read(code=None).reveal_security_code() is read(code=" ").reveal_security_code() is None


def test_brand_by_wish():
    assert read(brand="VISA", default_brand="CB").brand_choice is BrandChoice.CUSTOMER
    assert read(default_brand="VISA").brand == "VISA"
    assert read(brand="").brand == "CB"
    assert (refused(brand="AMEX").code, refused(brand="AMEX").field) == ("card_brand_invalid", "card.brand")


def test_one_masked_form():
    assert masked("378282", "0005", 15) == "378282#####0005" == read("378282246310005", code="1234").masked
    assert read("4000000000000000006").masked == "400000#########0006"


@pytest.mark.parametrize(
    "text", ["4970-1000-0000-0006", "4970.1000.0000.0006", "4970\u00a01000\u202f00000006", " 4970100000000006\t"]
)
def test_separators(text):
    assert read(text).reveal_number() == NUMBER


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "card_number_missing"),
        (" -", "card_number_missing"),
        ("4970100000000007", "card_number_invalid"),
        ("4970100000000006x", "card_number_invalid"),
        ("４９７０１０００００００００００６", "card_number_invalid"),
        ("-4970/1000/0000/0006", "card_number_invalid"),
        ("4" * 100, "card_number_invalid"),
        ("497010000000000", "card_number_length"),
        ("49701000000000006", "card_number_length"),
        ("55555555555544440", "card_number_length"),
        ("3782822463100050", "card_number_length"),
        ("123", "card_number_length"),
        ("6011111111111117", "card_scheme_not_accepted"),
        ("6011111111111118", "card_number_invalid"),
    ],
)
def test_wrong_number(number, code):
    error = refused(number)
    assert (error.code, error.field, error.also) == (code, "card.number", ())


@pytest.mark.parametrize(
    "text", ["0728", "07/28", "7/28", "07 / 28", "07/2028", "072028", "2028-07", "202807", " 07/28 "]
)
def test_expiry_forms(text):
    assert read(expiry=text).expiry == (2028, 7)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "card_expiry_missing"),
        ("1328", "card_expiry_invalid"),
        ("0028", "card_expiry_invalid"),
        ("728", "card_expiry_invalid"),
        ("132028", "card_expiry_invalid"),
        ("07-28", "card_expiry_invalid"),
        ("2028-7", "card_expiry_invalid"),
        ("1928-07", "card_expiry_invalid"),
        ("07/1928", "card_expiry_invalid"),
        ("٠٧/٢٨", "card_expiry_invalid"),
        ("juillet", "card_expiry_invalid"),
        ("10/26", "card_expired"),
        ("2025-12", "card_expired"),
    ],
)
def test_wrong_expiry(text, code):
    assert (refused(expiry=text).code, refused(expiry=text).field) == (code, "card.expiry")


def test_good_to_the_end_of_the_month():
    assert parse_expiry("11/26", date(2026, 11, 30)) == (2026, 11)
    with pytest.raises(Rejected):
        parse_expiry("11/26", date(2026, 12, 1))
    assert parse_expiry("12/99", TODAY) == (2099, 12)


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_expiry_forms_agree(until, today):
    forms = [until.strftime(form) for form in ("%m%y", "%m/%y", "%m/%Y", "%Y-%m", "%Y%m")]
    for form in forms:
        if until.replace(day=1) >= today.replace(day=1):
            assert parse_expiry(form, today) == (until.year, until.month)
        else:
            with pytest.raises(Rejected, match="card_expired"):
                parse_expiry(form, today)


def test_security_code():
    assert refused(code="12").code == refused(code="1234").code == refused(code="12a").code == "security_code_invalid"
    assert refused(code="１２３").code == "security_code_invalid"
    assert refused(code=None, code_required=True).code == "security_code_missing"
    for code, wrong in (("123", "security_code_invalid"), (None, "security_code_missing")):
        assert refused("378282246310005", code=code).code == wrong
    assert read("378282246310005", code="1234").brand == "AMEX"


def test_every_wrong_field_is_named_at_once():
    error = refused("4970100000000007", "13/28", "12")
    assert [(e.field, e.code) for e in error.field_errors()] == [
        ("card.number", "card_number_invalid"),
        ("card.expiry", "card_expiry_invalid"),
        ("card.security_code", "security_code_invalid"),
    ]


def test_nothing_copies_or_prints_it():
    card = read()
    by_percent = "%s %r" % (card, card)  # noqa: UP031 - as logging does
    for shown in (repr(card), str(card), by_percent, repr([card]), f"{card!r}"):
        assert NUMBER not in shown
        assert CODE not in shown
        assert "497010######0006" in shown
    deeds = (copy.copy, copy.deepcopy, json.dumps, "{}".format, format, vars, card.__reduce_ex__)
    for deed in (*deeds, *(lambda c, p=p: pickle.dumps(c, p) for p in range(pickle.HIGHEST_PROTOCOL + 1))):
        with pytest.raises(TypeError) as caught:
            deed(card)
        assert NUMBER not in str(caught.value)
    with pytest.raises(TypeError):
        copy.deepcopy({"order": [card]})
    assert not hasattr(card, "__dict__")


def test_it_never_changes_and_equals_only_itself():
    card = read()
    assert card == card
    assert card != read()
    assert len({card, read(), card}) == 2
    for name in ("brand", "expiry", "_Card__number", "anything"):
        with pytest.raises(AttributeError):
            setattr(card, name, "CB")
    with pytest.raises(AttributeError):
        del card.brand


@pytest.mark.parametrize(
    ("number", "expiry", "code", "secret"),
    [
        ("4970100000000007", "07/28", CODE, "4970100000000007"),
        ("6011111111111117", "07/28", CODE, "6011111111111117"),
        (NUMBER, "13/28", CODE, NUMBER),
        (NUMBER, "07/28", "7531", "7531"),
        (NUMBER, NUMBER, CODE, NUMBER),
        ("1", NUMBER, CODE, NUMBER),
        ("1", "07/28", NUMBER, NUMBER),
    ],
)
def test_no_error_holds_number_or_code(number, expiry, code, secret):
    try:
        parse_card(number, expiry, code, TODAY, brand="AMEX")
    except Rejected as error:
        rejected = error
    told = [repr(e) + str(e) + repr(vars(e)) for e in (rejected, *rejected.also)]
    for part in (rejected, *rejected.also, rejected.__context__, rejected.__cause__):
        for frame, _ in traceback.walk_tb(part.__traceback__ if part else None):
            if frame.f_globals is vars(card_module) or frame.f_code.co_filename.endswith("expiry.py"):
                told.append(repr(frame.f_locals))
    assert len(told) > 1
    assert not [text for text in told if secret in text]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=25), st.text(max_size=10), st.none() | st.text(max_size=6))
def test_any_text_is_read_or_refused(number, expiry, code):
    refused(number, expiry, code)
