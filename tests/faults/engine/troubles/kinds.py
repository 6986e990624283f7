"""What a trouble is, where it happens, and how it is counted: only what took effect counts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..installation import Installation


def _no_more(_calls: int) -> None:
    """Nobody works, so nobody waits for leave."""


@dataclass(slots=True)
class Site:
    """The installation, the chance of the run, and what has happened so far."""

    house: Installation
    chance: random.Random
    happened: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    armed: dict[Path, str] = field(default_factory=dict)
    earlier_at_the_bank: Counter[str] = field(default_factory=Counter)
    night: bool = False
    let: Callable[[int], None] = _no_more  # so many more calls may begin, while a trouble lasts

    def happen(self, name: str, *, kill: bool = False) -> None:
        """Count a trouble that took effect at once."""
        self.happened[name] += 1
        self.kills += kill

    def note_bank(self) -> None:
        """Keep the bank's count of its faults: it dies with the bank."""
        self.earlier_at_the_bank += Counter(self.house.bank.control()["applied"])

    def collect(self) -> None:
        """Count the fail points that somebody took."""
        for file, action in list(self.armed.items()):
            if not file.exists():
                del self.armed[file]
                self.happen(f"fail point {file.name} {action}", kill=action == "kill")

    def counts(self) -> Counter[str]:
        """Everything that took effect, by name."""
        line = Counter({f"line {kind}": times for kind, times in self.house.proxy.used.items()})
        mails = Counter({f"mail server {name}": times for name, times in self.house.post.used.items()})
        bank = Counter({f"bank {name}": times for name, times in self.earlier_at_the_bank.items()})
        return self.happened + line + mails + bank


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way things go wrong. `weight` how often, `kills` whether a kill -9 belongs to it."""

    name: str
    act: Callable[[Site], None]
    weight: int = 1
    kills: bool = False
