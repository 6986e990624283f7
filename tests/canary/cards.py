"""Cards nobody owns: unique, with the right check digit, drawn from a seed that is printed, each typed on one path."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

# Of what the practice bank takes: co-badged, Visa, Mastercard (both ranges), American Express.
PREFIXES_16 = ("4971", "4975", "4532", "4716", "5131", "5412", "5301", "2221", "2390", "2700")
PREFIXES_15 = ("34", "37")


@dataclass(frozen=True)
class CanaryCard:
    """A card number with its code; `spaced` as it is printed on the card."""

    number: str
    code: str

    @property
    def amex(self) -> bool:
        """American Express: 15 digits and a code of four."""
        return len(self.number) == 15

    @property
    def masked(self) -> str:
        """All that may be kept of the number."""
        return f"{self.number[:6]}{'#' * (len(self.number) - 10)}{self.number[-4:]}"

    def grouped(self, separator: str) -> str:
        """The number in the groups printed on the card: 4-4-4-4, or 4-6-5."""
        ends = (0, 4, 10, 15) if self.amex else (0, 4, 8, 12, 16)
        return separator.join(self.number[a:b] for a, b in itertools.pairwise(ends))

    def as_json(self, **more: object) -> dict[str, object]:
        """The card as a client of the API sends it."""
        return {"number": self.number, "expiry": "07/31", "security_code": self.code, **more}


@dataclass
class Deck:
    """All cards of a run, and on which path each was typed."""

    seed: int
    size: int = 700
    cards: list[CanaryCard] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        drawn: dict[tuple[str, str], str] = {}  # by what is kept of a number: no two cards look alike in a dump
        while len(drawn) < self.size:
            amex = len(drawn) % 4 == 3
            prefix = chance.choice(PREFIXES_15 if amex else PREFIXES_16)
            number = _complete(prefix, 15 if amex else 16, chance)
            drawn.setdefault((number[:6], number[-4:]), number)
        numbers = list(drawn.values())
        # Codes that stand out beside a card: three digits from a 0, which no id or amount is printed with; four that are
        # nobody's last four digits.
        last_four = {number[-4:] for number in numbers}
        fours = [code for code in map(str, range(7000, 10000)) if code not in last_four]
        for number in numbers:
            code = chance.choice(fours) if len(number) == 15 else f"0{chance.randrange(10, 100)}"
            self.cards.append(CanaryCard(number, code))

    def draw(self, path: str, amex: bool | None = None) -> CanaryCard:
        """The next card that was not typed yet, now typed on this path."""
        with self._lock:
            for card in self.cards:
                if card.number not in self.typed and amex in (None, card.amex):
                    self.typed[card.number] = path
                    return card
        raise AssertionError("the deck is empty: make it larger")

    def several(self, path: str, count: int) -> list[CanaryCard]:
        """So many cards for one path."""
        return [self.draw(path) for _ in range(count)]

    def paths(self) -> Counter[str]:
        """How many cards were typed on each path."""
        return Counter(self.typed.values())


def _complete(prefix: str, length: int, chance: random.Random) -> str:
    body = prefix + "".join(chance.choice("0123456789") for _ in range(length - 1 - len(prefix)))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)
