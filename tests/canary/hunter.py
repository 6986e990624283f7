"""Finding card numbers and security codes in bytes of any kind, whatever way they were spelled."""

from __future__ import annotations

import base64
import re
import zlib
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.canary.cards import CanaryCard

DEEPEST = 3  # packings inside each other: a cookie is base64 of zlib of JSON
LARGEST_UNPACKED = 8 * 1024 * 1024  # bytes of one packed stream that are looked at
TINY = 64 * 1024
STEP = 4096  # bytes unpacked at a time
SMALL = 4 * 1024 * 1024  # below this every run of base64 is unpacked; above it, only what encodes digits

# Digits, parted by at most three signs of the kinds people and formats put between them (no-break blanks in UTF-8 too).
_DIGITS = re.compile(rb"[0-9](?:[ \t\r\n.,:;/_|'\"\-\xa0\xc2\xe2\x80\xaf\x89]{0,3}[0-9]){14,}")
_HEX = re.compile(rb"3[0-9](?:[ :,\-]?3[0-9]){14,}")
# %34 %2534 \x34 \u0034 &#x34; &#52; =34
_SIGN = rb"(?:(?:%(?:25)?|\\{1,4}u00|\\{1,4}x|&#x00|&#x|=)3[0-9];?|&#(?:4[89]|5[0-7]);)"
_ESCAPED = re.compile(_SIGN + rb"(?:[ \-]?" + _SIGN + rb"){14,}")
_ONE_SIGN = re.compile(rb"3([0-9]);?(?=[^0-9]|$)|&#([45][0-9]);")
# Four signs of base64 that stand for three digits; lines may be broken between groups.
_BASE64_DIGITS = re.compile(rb"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5](?:=?\r?\n|\\n)?){4,}")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{60,76}\r?\n)*[A-Za-z0-9+/_-]{20,}")
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|PK\x03\x04")
_SEPARATORS = bytes(sorted(set(range(256)) - set(b"0123456789")))
_NAMED_CODE = re.compile(
    rb"(?:security[_ -]?code|card[_ ]?security|cvv2?|cvc2?|cvn|csc|csc_?value|verification[_ ]?value|cryptogram\w{0,3})"
    rb"[\"'\s:=>\\,\]]{1,12}(?:value=[\"'])?([0-9]{3,4})(?![0-9])"
)
_NAMES = (b"security", b"cvv", b"cvc", b"cvn", b"csc", b"cryptogram", b"verification")
_MASKED = re.compile(rb"(?<![0-9])([0-9]{6})[^0-9A-Za-z]{1,14}([0-9]{4})(?![0-9])")
BESIDE = 64  # bytes around a masked number in which its code would be a leak


class Find(NamedTuple):
    """A leak: whose card, number or code, how it was spelled, and where (the caller knows the place)."""

    card: CanaryCard
    what: str
    spelled: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.what} of {self.card.masked} ({self.spelled}) in {self.place}"


class Hunter:
    """Knows the cards and finds them."""

    def __init__(self, cards: Iterable[CanaryCard]) -> None:
        self.cards = list(cards)
        self._whole = {card.number.encode(): (card, "digits") for card in self.cards}
        self._whole |= {card.number[::-1].encode(): (card, "reversed") for card in self.cards}
        # A base64 run holds at least 12 whole digits of a number, from its first, second or third on.
        self._parts = {card.number[at : at + 12].encode(): card for card in self.cards for at in (0, 1, 2)}
        self._words_of = {int(card.number): card for card in self.cards}
        self._words = frozenset(self._words_of)
        self._codes: dict[bytes, list[CanaryCard]] = {}
        self._masked: dict[tuple[bytes, bytes], CanaryCard] = {}
        for card in self.cards:
            self._codes.setdefault(card.code.encode(), []).append(card)
            self._masked[card.number[:6].encode(), card.number[-4:].encode()] = card

    def hunt(self, data: bytes, place: str = "", depth: int = 0) -> set[Find]:
        """Every card number and code in these bytes, each spelling once."""
        flat = data.replace(b"\0", b"")  # UTF-16 and UTF-32 become plain; nothing plain is lost
        found = {
            *self._digits(flat, place),
            *self._spelled(_HEX, flat, place, "hex"),
            *self._spelled(_ESCAPED, flat, place, "escaped"),
            *self._base64_digits(flat, place),
            *(self._binary(data, place) if depth == 0 else ()),
            *self._codes_named(flat, place),
            *self._codes_beside(flat, place),
        }
        if depth < DEEPEST:
            for how, inner in self._inside(data, flat):
                found |= {
                    each._replace(spelled=f"{how}, {each.spelled}") for each in self.hunt(inner, place, depth + 1)
                }
        return found

    def code_alone(self, value: str, place: str) -> set[Find]:
        """A code that is the whole value of a column."""
        return {Find(card, "code", "a value of its own", place) for card in self._codes.get(value.encode(), [])}

    def _lookup(self, digits: bytes, place: str, spelled: str) -> Iterator[Find]:
        for length in (15, 16):
            for at in range(len(digits) - length + 1):
                if (known := self._whole.get(digits[at : at + length])) is not None:
                    yield Find(known[0], "number", spelled if known[1] == "digits" else known[1], place)

    def _digits(self, flat: bytes, place: str) -> Iterator[Find]:
        for run in _DIGITS.finditer(flat):
            yield from self._lookup(run[0].translate(None, _SEPARATORS), place, "digits")

    def _spelled(self, pattern: re.Pattern[bytes], flat: bytes, place: str, spelled: str) -> Iterator[Find]:
        for run in pattern.finditer(flat):
            if pattern is _HEX:
                digits = b"".join(re.findall(rb"3([0-9])", run[0]))
            else:
                digits = b"".join(a or bytes([int(b)]) for a, b in _ONE_SIGN.findall(run[0]))
            yield from self._lookup(digits, place, spelled)

    def _base64_digits(self, flat: bytes, place: str) -> Iterator[Find]:
        for run in _BASE64_DIGITS.finditer(flat):
            digits = base64.b64decode(re.sub(rb"[^A-Za-z0-9+/]|\\n", b"", run[0]))
            for at in range(len(digits) - 11):
                if (card := self._parts.get(digits[at : at + 12])) is not None:
                    yield Find(card, "number", "base64", place)

    def _binary(self, data: bytes, place: str) -> Iterator[Find]:
        """Numbers as 64-bit integers: anywhere in what is small or SQLite's, where PostgreSQL aligns them in the rest."""
        anywhere = len(data) <= TINY or data.startswith((b"SQLite format 3", b"\x37\x7f\x06"))
        for offset in range(8 if anywhere else 1):
            words = array("Q", data[offset : offset + (len(data) - offset) // 8 * 8])
            for _ in ("as the processor has it", "high end first") if anywhere else ("",):
                for word in self._words.intersection(words):
                    yield Find(self._words_of[word], "number", "64-bit number", place)
                words.byteswap()

    def _codes_named(self, flat: bytes, place: str) -> Iterator[Find]:
        lower = flat.lower()
        if not any(name in lower for name in _NAMES):
            return
        for match in _NAMED_CODE.finditer(lower):
            for card in self._codes.get(match[1], [])[:1]:
                yield Find(card, "code", "under its name", place)

    def _codes_beside(self, flat: bytes, place: str) -> Iterator[Find]:
        for match in _MASKED.finditer(flat):
            card = self._masked.get((match[1], match[2]))
            if card is None:
                continue
            around = flat[max(0, match.start() - BESIDE) : match.start()] + b"|" + flat[match.end() :][:BESIDE]
            if re.search(rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])" % card.code.encode(), around):
                yield Find(card, "code", "beside its masked number", place)

    def _inside(self, data: bytes, flat: bytes) -> Iterator[tuple[str, bytes]]:
        """What is packed in these bytes: gzip, zlib and zip members anywhere, runs of base64 from each alignment."""
        for match in _PACKED.finditer(data):
            inner = _unpacked(data, match.start())
            if len(inner) >= 3:
                yield "compressed", inner
        if len(flat) > SMALL:
            return
        for run in _BASE64.finditer(flat):
            signs = re.sub(rb"[\r\n]", b"", run[0]).translate(bytes.maketrans(b"-_", b"+/"))
            for at in range(4):
                piece = signs[at:]
                inner = base64.b64decode(piece + b"A" * (-len(piece) % 4))  # a broken end loses nothing
                if _worth_a_look(inner):
                    yield "base64", inner


def _worth_a_look(inner: bytes) -> bool:
    """Most runs of base64's signs are words of programs: what they decode to holds no digits and nothing packed."""
    return (
        len(inner.translate(None, _SEPARATORS)) >= 12
        or _PACKED.search(inner) is not None
        or _BASE64.search(inner) is not None
        or any(name in inner.lower() for name in _NAMES)
    )


def _unpacked(data: bytes, at: int) -> bytes:
    """The stream that begins here, as far as it can be unpacked; nothing where none begins."""
    window = 47  # gzip or zlib, by its own header
    if data[at : at + 2] == b"PK":
        if data[at + 8 : at + 10] != b"\x08\x00":
            return b""
        at += 30 + int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(data[at + 28 : at + 30], "little")
        window = -15
    stream, parts, size = zlib.decompressobj(window), list[bytes](), 0
    try:
        for start in range(at, len(data), STEP):  # in steps: nearly all of these are no streams and fail at once
            parts.append(stream.decompress(data[start : start + STEP]))
            size += len(parts[-1])
            if stream.eof or size > LARGEST_UNPACKED:
                break
    except zlib.error:
        return b"" if len(parts) < 2 else b"".join(parts)
    return b"".join(parts)
