"""Card numbers typed where none belongs, and the numbers that only look like them (trust.md "Card data")."""

import random
import time
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import card_search
from app.domain.brands import luhn
from app.domain.card_search import card_number_spans, find_card_number, mask_card_numbers, refuse_card_number
from app.domain.rejected import Rejected

VISA, MASTERCARD, MASTERCARD2, AMEX = "4970100000000006", "5555555555554444", "2223000048400011", "378282246310005"
VISA19 = "4000000000000000006"
CARDS = [VISA, MASTERCARD, MASTERCARD2, AMEX, VISA19, "4111111111111111"]

SEPARATORS = [
    " ", "-", ".", "/", "_", ",", ";", ":", "|", "+", "=", "'", "\t", "\n", "\r\n", " - ", "   ",
    "\u00a0", "\u202f", "\u2007", "\u2009", "\u3000", "\u2011", "\u2013", "\u2014", "\u2212", "\u00b7", "\u200b", "\u200d",
    "\u2060", "\ufeff", "\u00ad", "\u202e", "\x00", "\u0301", "\ufe0f",
    "│", "┃", "°", "☎", "\u2800", "\u3164", "\uffa0", "\ue000", "\u0378", "*", "#", "•",
]  # fmt: skip
SCRIPTS = ["0０", "0٠", "0۰", "0०", "0𝟎", "0𝟶"]


def checked(body: str) -> str:
    return next(body + d for d in "0123456789" if luhn(body + d))


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("separator", SEPARATORS)
def test_found_in_any_grouping(number, separator):
    for size in (1, 2, 4, 5):
        text = separator.join(number[i : i + size] for i in range(0, len(number), size))
        for around in ("{}", "carte {} merci", "CB{}x", "({})", "«{}»", "2026-11-24 {}", "{} 07/28 123", "n° 12 / {}."):
            assert find_card_number(around.format(text)) is not None, (around, text)


@pytest.mark.parametrize("script", SCRIPTS)
def test_found_in_other_digits(script):
    zero = ord(script[1])
    text = "".join(chr(zero + int(d)) for d in VISA)
    assert find_card_number(f"x {text} y") == (2, 18)


def test_circled_superscript_and_keycap_digits():
    assert find_card_number("⁴⁹⁷⁰¹⁰⁰⁰⁰⁰⁰⁰⁰⁰⁰⁶")
    assert find_card_number("".join(f"{d}\ufe0f\u20e3" for d in VISA))


def test_span_and_mask():
    text = f"payé avec {VISA[:4]} {VISA[4:]}, puis {AMEX}."
    assert [text[a:b] for a, b in card_number_spans(text)] == [f"{VISA[:4]} {VISA[4:]}", AMEX]
    assert mask_card_numbers(text) == "payé avec #### ############, puis ###############."
    assert mask_card_numbers("0033 1 45 67") == "0033 1 45 67"
    assert find_card_number("") is None


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("order number", "A-1001"),
        ("order number of 16 digits", "2026112400001234"),
        ("order number with a right check digit, no scheme", checked("202611240000123")),
        ("order number of 14 digits starting with 4", checked("4970100000001")),
        ("17 digits starting with 4", checked("4970100000000001")),
        ("18 digits starting with 4", checked("49701000000000011")),
        ("16 digits starting with 34", checked("340000000000000")),
        ("15 digits starting with 4", checked("49701000000000")),
        ("Discover", "6011111111111117"),
        ("SIRET", "732 829 320 00074"),
        ("SIRET unbroken", "73282932000074"),
        ("SIREN and VAT number", "732829320 FR 44 732829320"),
        ("IBAN FR", "FR76 3000 6000 0112 3456 7890 189"),
        ("IBAN FR unbroken", "FR7630006000011234567890189"),
        ("IBAN DE", "DE89 3704 0044 0532 0130 00"),
        ("IBAN BE", "BE68 5390 0754 7034"),
        ("IBAN NL", "NL91 ABNA 0417 1643 00"),
        ("EAN-13", "4006381333931"),
        ("EAN-14", "54006381333938"),
        ("SSCC in brackets", "(00) 340123450000000003"),
        ("GS1-128 unbroken", "00340123450000000003"),
        ("parcel 22 digits", "9400111899560008612345"),
        ("La Poste", "6A 12345 67890 1"),
        ("Chronopost", "XY123456789FR"),
        ("DPD", "01234567890123"),
        ("telephone", "+33 1 45 67 89 10"),
        ("two telephones", "01 45 67 89 10 / 06 11 22 33 44"),
        ("social security number", "1 85 05 78 006 084 36"),
        ("date, time, amount", "24/11/2026 16:45:00 1 234,56 €"),
        ("our own masked form", "497010######0006 07/28 12345"),
        ("other masks", "4970 10** **** 0006 1234567890, 4970••••••••0006 12345678"),
        ("masks of two signs", "4970** **1000 0000 0006, 4970##100000000006"),
        ("card inside a longer run", "1" + VISA),
        ("card at the start of a longer run", VISA + "0"),
        ("card cut by letters", "49701000x00000006"),
        ("amounts", "4970,10 € 0000,00 € 0006,00 €"),
        ("uuid", "4970a000-0000-4000-8000-000000000006"),
    ],
)
def test_looks_like_one_and_is_none(what, text):
    assert find_card_number(text) is None, what


@pytest.mark.parametrize(
    "iban",
    [
        # BNP Paribas' 30004 makes the second printed group start with 4: such IBANs hold card-like digits.
        "FR76 3000 4000 0312 3456 7890 143",
        "FR1420041010050500013M02606",
        "ES91 2100 0418 4502 0005 1332",
        "GB29 NWBK 6016 1331 9268 19",
        "IT60 X054 2811 1010 0000 0123 456",
        "LU28 0019 4006 4475 0000",
        "CH93 0076 2011 6238 5295 7",
    ],
)
def test_an_iban_is_no_card(iban):
    assert find_card_number(f"virement {iban}, merci") is None
    assert find_card_number(iban.replace(" ", "").lower()) is None


def test_every_french_iban_of_a_bank_is_no_card():
    rng = random.Random(30004)
    hits = 0
    for _ in range(300):
        body = "30004" + "".join(rng.choices("0123456789", k=18))
        check = 98 - int(body + "152700") % 97
        digits = f"{check:02d}{body}"
        iban = "FR" + digits
        grouped = " ".join(iban[i : i + 4] for i in range(0, 27, 4))
        assert find_card_number(grouped) is None
        assert find_card_number(iban) is None
        hits += find_card_number(grouped[2:]) is not None
    assert hits, "the digits alone do hold card-like numbers, so the test tells something"


def test_a_card_beside_an_iban_is_found():
    assert find_card_number(f"FR76 3000 6000 0112 3456 7890 189 {VISA}") is not None
    assert find_card_number(f"{VISA} FR7630006000011234567890189") is not None
    assert (
        find_card_number(f"FR76 {VISA[:4]} {VISA[4:8]} {VISA[8:12]} {VISA[12:]} 12") is not None
    )  # wrong check digits


def test_refusal_names_the_field_and_tells_nothing():
    refuse_card_number("A-1001", "order_number")
    with pytest.raises(Rejected) as caught:
        refuse_card_number(f"A {VISA}", "order_number")
    error = caught.value
    assert (error.code, error.field) == ("card_number_in_field", "order_number")
    assert VISA not in repr(vars(error)) + repr(error)
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__) if f.f_globals is vars(card_search)]
    assert frames
    assert all(VISA not in repr(frame.f_locals) for frame in frames)


@st.composite
def typed_cards(draw):
    prefix, length = draw(
        st.sampled_from([("4", 16), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15)])
    )
    body = draw(st.text("0123456789", min_size=length - 1 - len(prefix), max_size=length - 1 - len(prefix)))
    number = checked(prefix + body)
    gaps = draw(st.lists(st.sampled_from(["", "", "", *SEPARATORS]), min_size=length, max_size=length))
    return "".join(digit + gap for digit, gap in zip(number, gaps, strict=True))


@settings(max_examples=500, deadline=None)
@given(typed_cards(), st.text(st.characters(categories=["L", "Zs", "Po"], exclude_characters="*#•"), max_size=10))
def test_every_card_is_found_and_masked(card, words):
    text = f"{words} {card}{words}"
    span = find_card_number(text)
    assert span is not None
    assert find_card_number(mask_card_numbers(text)) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_searched(text):
    for start, end in card_number_spans(text):
        assert 0 <= start < end <= len(text)
    assert len(mask_card_numbers(text)) == len(text)


def test_long_texts_take_no_long_time():
    for text in ("4 " * 50_000, "4" * 100_000, "FR76 " * 10_000, "4970 1000 0000 000 " * 3_000):
        start = time.thread_time()
        card_number_spans(text)
        assert time.thread_time() - start < 10, "a second is usual for 100,000 characters; quadratic would be minutes"


@pytest.mark.parametrize(
    "text", ["4 " * 256_000, "4" * 512_000, "4970 " * 100_000], ids=["digits", "one run", "groups"]
)
def test_a_whole_form_of_digits_holds_nobody_up(text):
    """Half a megabyte is as much as a form may be, and anybody may send one to the sign-in page."""
    start = time.thread_time()
    assert find_card_number(text) is None
    assert time.thread_time() - start < 2.5, "half a second is usual"
