"""What may be kept of a card: six and four digits, and fingerprints that only the key explains (trust.md, P-05 to P-07)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.brands import luhn
from tests.canary.cards import CanaryCard
from tests.canary.conftest import Hunted
from tests.canary.places import dump
from tests.canary.service import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PLAIN = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


def rows(text: bytes, table: str) -> list[dict[str, str]]:
    """The rows of a table in a dump."""
    _, _, rest = text.decode().partition(f"COPY public.{table} (")
    head, _, rest = rest.partition(") FROM stdin;\n")
    lines = rest.partition("\\.\n")[0].splitlines()
    return [dict(zip(head.split(", "), line.split("\t"), strict=True)) for line in lines]


def card_rows(text: bytes) -> dict[tuple[str, str], list[str]]:
    """(BIN, last four) -> ids of PRACTICE's card rows."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows(text, "card"):
        found.setdefault((row["bin"], row["last4"]), []).append(row["id"])
    return found


def prints(text: bytes) -> dict[str, dict[str, str]]:
    """Card id -> key version -> fingerprint."""
    found: dict[str, dict[str, str]] = {}
    for row in rows(text, "card_fingerprint"):
        found.setdefault(row["card_id"], {})[row["key_version"]] = row["fingerprint"]
    return found


def kept(card: CanaryCard) -> tuple[str, str]:
    return card.number[:6], card.number[-4:]


@pytest.fixture(scope="module")
def later(hunted: Hunted) -> bytes:
    """The database after the key was turned over."""
    return dump(hunted.world.service.settings)


def test_no_row_holds_more_than_six_and_four_digits(hunted: Hunted, later: bytes) -> None:
    cards = {kept(card): card for card in hunted.world.deck.cards}
    bins = {bin_ for bin_, _ in cards}
    looked = 0
    for line in later.decode().splitlines():
        values = set(line.split("\t"))
        for pair in itertools.product(values & bins, values):
            card = cards.get(pair)
            if card is not None:
                looked += 1
                assert card.number[:7] not in line
                assert card.number[-6:] not in line
                assert card.number[5:11] not in line
    assert looked >= 250  # a row for each card, and one for each sale


def test_a_card_has_one_row_and_the_fingerprint_of_its_key(hunted: Hunted) -> None:
    ids, stored = card_rows(hunted.first_dump), prints(hunted.first_dump)
    paths = hunted.world.deck.typed
    known = [card for card in hunted.world.deck.cards if kept(card) in ids]
    assert len(known) >= 200
    for card in known:
        expected = hmac.new(hunted.first_key, card.number.encode(), hashlib.sha256).hexdigest()
        assert [stored[row] for row in ids[kept(card)]] == [{"1": expected}], paths.get(card.number)


def test_a_key_turned_over_keeps_every_card_the_same(hunted: Hunted, later: bytes) -> None:
    before, after, stored = card_rows(hunted.first_dump), card_rows(later), prints(later)
    assert len(hunted.again) >= 30
    for card in hunted.again:
        assert after[kept(card)] == before[kept(card)]
        versions = stored[after[kept(card)][0]]
        assert versions["1"] == hmac.new(hunted.first_key, card.number.encode(), hashlib.sha256).hexdigest()
        assert versions["2"] == hmac.new(hunted.second_key, card.number.encode(), hashlib.sha256).hexdigest()
    again = {kept(card) for card in hunted.again}
    assert all(set(stored[ids[0]]) == {"1"} for pair, ids in before.items() if pair not in again)
    new = [pair for pair in after if pair not in before]
    assert len(new) >= 8
    assert all(set(stored[after[pair][0]]) == {"1", "2"} for pair in new)


def test_no_plain_hash_explains_a_fingerprint(hunted: Hunted, later: bytes) -> None:
    """From what is stored of a card, every number it could be is tried: 100,000 of 16 digits, 10,000 of 15."""
    stored = {value for each in prints(later).values() for value in each.values()}
    stored |= {row["digest"].partition(":")[2] for row in rows(later, "submission")}
    tried = 0
    for card in (*hunted.again[:3], next(card for card in hunted.again if card.amex)):
        numbers = [number.encode() for number in candidates(card)]
        assert card.number.encode() in numbers
        tried += len(numbers)
        for digest in PLAIN:
            assert not any(digest(number).hexdigest()[:64] in stored for number in numbers)
    assert tried >= 200_000
    # With a salt somebody might think of: only the card's own number could match, so only it is tried, for all cards.
    salts = [b"", b"egestion", b"PRACTICE", b"1", b"2", b"002001000000001", b"002001000000001_KEY1", b"card", b"pan"]
    for card in hunted.world.deck.cards:
        number = card.number.encode()
        for salt, digest in itertools.product([*salts, number[:6], number[-4:]], PLAIN):
            for made in (digest(salt + number), digest(number + salt), hmac.new(salt, number, digest)):
                assert made.hexdigest()[:64] not in stored


def candidates(card: CanaryCard) -> Iterator[str]:
    """Every number with these six first and four last digits and a right check digit."""
    width = len(card.number) - 10
    for middle in range(10**width):
        number = f"{card.number[:6]}{middle:0{width}d}{card.number[-4:]}"
        if luhn(number):
            yield number


def test_the_card_key_is_nowhere_but_where_it_belongs(hunted: Hunted, later: bytes) -> None:
    service = hunted.world.service
    spellings = {
        spelling
        for key in (hunted.first_key, hunted.second_key)
        for spelling in (key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key))
    }

    def holds(data: bytes) -> bool:
        return any(spelling in data for spelling in spellings)

    assert holds((service.data / "secrets" / "card_key").read_bytes())
    files = [file for file in service.folder.rglob("*") if file.is_file() and file.name != "card_key"]
    assert [file for file in files if holds(file.read_bytes())] == []
    assert not holds(later)
    assert [asked for asked, answer in service.answers if holds(answer)] == []
    ours = {"run", "web", "worker-1", "worker-2", "scheduler"}
    for pid, name in service.processes().items():
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert holds(environment) == (name in ours), name
        assert not holds(Path(f"/proc/{pid}/cmdline").read_bytes())
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.split(b"\0")
    tracked = [ROOT / name.decode() for name in listed if name]
    assert [file for file in tracked if file.is_file() and holds(file.read_bytes())] == []
