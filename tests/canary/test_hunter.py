"""The hunter finds a number however it is spelled and wherever it lies, and nothing where there is none."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import random
import sqlite3
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.canary.cards import CanaryCard, Deck
from tests.canary.hunter import Hunter

DECK = Deck(seed=1, size=200)
HUNTER = Hunter(DECK.cards)
Spell = Callable[[CanaryCard], bytes]


def _base64_in(before: int) -> Spell:
    return lambda card: base64.b64encode(b"x" * before + card.number.encode() + b"yz")


def _zip(card: CanaryCard) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", f"<v>{card.number}</v>" * 3)
    return file.getvalue()


SPELLINGS: dict[str, Spell] = {
    "raw": lambda card: card.number.encode(),
    "spaced": lambda card: card.grouped(" ").encode(),
    "dashed": lambda card: card.grouped("-").encode(),
    "no-break blanks": lambda card: card.grouped("\u00a0").encode(),
    "narrow blanks": lambda card: card.grouped("\u202f").encode(),
    "digit by digit": lambda card: " ".join(card.number).encode(),
    "inside a longer number": lambda card: b"00" + card.number.encode() + b"31",
    "reversed": lambda card: card.number[::-1].encode(),
    "base64": _base64_in(0),
    "base64, one byte on": _base64_in(1),
    "base64, two bytes on": _base64_in(2),
    "base64 of spaced": lambda card: base64.b64encode(b"number=" + card.grouped(" ").encode()),
    "base64 in lines": lambda card: base64.encodebytes(b"a" * 50 + card.number.encode() + b"b" * 90),
    "base64 for addresses": lambda card: base64.urlsafe_b64encode(b"\xff\xfe?" + card.number.encode() + b"\xff>"),
    "base64 twice": lambda card: base64.b64encode(base64.b64encode(b"n=" + card.number.encode())),
    "hex": lambda card: card.number.encode().hex().encode(),
    "hex in capitals": lambda card: b"7F" + card.number.encode().hex().upper().encode(),
    "hex, spaced": lambda card: card.number.encode().hex(" ").encode(),
    "URL, every sign": lambda card: "".join(f"%{ord(c):02X}" for c in card.number).encode(),
    "URL, blanks": lambda card: urllib.parse.quote(card.grouped(" ")).encode().replace(b"%20", b" "),
    "URL, plus": lambda card: card.grouped("+").encode().replace(b"+", b" "),
    "JSON": lambda card: json.dumps({"card": {"number": card.number}}).encode(),
    "JSON in JSON": lambda card: json.dumps(json.dumps({"number": card.grouped(" ")})).encode(),
    "JSON, escaped": lambda card: "".join(f"\\u{ord(c):04x}" for c in card.number).encode(),
    "bytes as Python shows them": lambda card: "".join(f"\\x{ord(c):02x}" for c in card.number).encode(),
    "HTML, decimal": lambda card: "".join(f"&#{ord(c)};" for c in card.number).encode(),
    "HTML, hexadecimal": lambda card: "".join(f"&#x{ord(c):x};" for c in card.number).encode(),
    "quoted-printable": lambda card: "".join(f"={ord(c):02X}" for c in card.number).encode(),
    "UTF-16": lambda card: card.number.encode("utf-16"),
    "UTF-16, big end first": lambda card: card.grouped(" ").encode("utf-16-be"),
    "UTF-32": lambda card: card.number.encode("utf-32"),
    "pickle": lambda card: pickle.dumps({"number": card.number}),
    "64-bit number": lambda card: b"\x01\x02" + int(card.number).to_bytes(8, "little") + b"\xff",
    "64-bit number, high end first": lambda card: b"\x01" + int(card.number).to_bytes(8, "big") + b"\xff",
    "gzip": lambda card: gzip.compress(b"line\n" * 50 + card.number.encode()),
    "zlib": lambda card: zlib.compress(json.dumps({"args": [card.number]}).encode()),
    "zip": _zip,
    "base64 of zlib, as cookies": lambda card: b"." + base64.urlsafe_b64encode(zlib.compress(card.number.encode() * 9)),
    "gzip of base64": lambda card: gzip.compress(base64.b64encode(b"ab" + card.number.encode())),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_is_found_however_it_is_spelled(spelling: str) -> None:
    chance = random.Random(spelling)
    for card in DECK.cards[:40]:
        before, after = chance.randbytes(chance.randrange(300)), chance.randbytes(chance.randrange(300))
        data = before + b"\n" + SPELLINGS[spelling](card) + b"\n" + after
        assert {each.card for each in HUNTER.hunt(data) if each.what == "number"} == {card}


def test_a_database_of_another_kind_is_read_too(tmp_path: Path) -> None:
    card = DECK.cards[7]
    with sqlite3.connect(tmp_path / "file") as database:
        database.execute("CREATE TABLE t (n INTEGER, x TEXT)")
        database.execute("INSERT INTO t VALUES (?, NULL)", (int(card.number),))
    database.close()
    assert {each.card for each in HUNTER.hunt((tmp_path / "file").read_bytes())} == {card}


@pytest.mark.parametrize(
    "text",
    [
        '"security_code": "{0}"',
        '"security_code":"{0}","brand"',
        "security_code={0}&brand=CB",
        "CVV={0}",
        "cvc: {0}",
        '{{"cardCSCValue":"{0}"}}',
        "Security code: {0}",
        'name="security_code" value="{0}"',
        "'security_code': '{0}'",
        r"\"security_code\": \"{0}\"",
    ],
)
def test_a_code_is_found_under_its_name(text: str) -> None:
    for card in DECK.cards[:20]:
        found = HUNTER.hunt(b"xyz " + text.format(card.code).encode() + b" zyx")
        assert card.code in {each.card.code for each in found if each.what == "code"}


def test_a_code_is_found_beside_its_masked_number() -> None:
    for card in DECK.cards[:40]:
        for text in (
            f"{card.masked} {card.code}",
            f"{card.code},x,{card.masked}",
            f"{card.number[:6]}\t{card.number[-4:]}\t{card.code}",
        ):
            assert card in {each.card for each in HUNTER.hunt(text.encode()) if each.what == "code"}
        assert HUNTER.code_alone(card.code, "column")


def test_what_may_be_kept_is_no_find() -> None:
    chance = random.Random(2)
    kept = "\n".join(
        f'{{"masked_pan": "{c.masked}", "last4": "{c.number[-4:]}", "bin": "{c.number[:6]}"}}' for c in DECK.cards
    )
    assert HUNTER.hunt(kept.encode()) == set()
    assert HUNTER.hunt(b"security_code_required: true, security_code: 1234x, csc 4D") == set()
    assert HUNTER.hunt(chance.randbytes(2_000_000)) == set()
    others = Deck(seed=3, size=200).cards
    assert HUNTER.hunt("\n".join(card.number for card in others).encode()) == set()
