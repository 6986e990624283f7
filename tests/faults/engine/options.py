"""How large a run is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`operations` client calls under keys of their own, at least `faults` troubles that took effect and `kills` kill -9
    among them, over `evenings` evenings; `seconds` is the bound of the whole run."""

    seed: int
    operations: int
    faults: int
    kills: int
    evenings: int
    clients: int
    seconds: float

    def __str__(self) -> str:
        return f"SEED={self.seed}: {self.operations} operations, {self.faults} faults, {self.kills} kills"


def short(seed: int) -> Options:
    """The run inside `make test`."""
    return Options(seed, operations=500, faults=40, kills=5, evenings=1, clients=6, seconds=420)


def long(seed: int) -> Options:
    """The run of `make faults`."""
    return Options(seed, operations=10_000, faults=200, kills=20, evenings=8, clients=6, seconds=3_600)
