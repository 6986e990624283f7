"""Which troubles befall a run, and when: laid out from the seed, done while the clients work."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from .history import History
from .options import Options
from .troubles import ALL, Site, Trouble, hours

SLACK = 30  # calls that clients may be ahead of the next trouble
LAST_PART = 0.92  # of the calls: afterwards nothing new goes wrong, unless too little did
CHEAP = tuple(
    each for each in ALL if each.name.startswith(("line", "bank: ", "fail point runner", "web worker killed"))
)


def plan(options: Options, chance: random.Random) -> list[tuple[int, Trouble]]:
    """Each kind as far as there is room, then by weight; a fourth more than wanted, for some wait for what never comes."""
    count = options.faults * 5 // 4
    each = list(ALL)
    chance.shuffle(each)
    chosen = sorted(each[:count], key=lambda trouble: not trouble.kills)
    missing = options.kills * 3 // 2 - sum(trouble.kills for trouble in chosen)
    deadly = [trouble for trouble in ALL if trouble.kills]
    if missing > 0:
        chosen = [*chosen, *chance.choices(deadly, [trouble.weight for trouble in deadly], k=missing)]
    more = max(0, count - len(chosen))
    chosen += chance.choices(ALL, [trouble.weight for trouble in ALL], k=more)
    chance.shuffle(chosen)
    last = int(options.operations * LAST_PART)
    at = sorted(chance.sample(range(20, last), len(chosen)))
    planned = list(zip(at, chosen, strict=True))
    for number in range(1, options.evenings + 1):
        planned.append((last * number // options.evenings - 10, Trouble("evening", hours.evening)))
        # In the middle between two evenings the bank begins to keep its night, or stops to.
        middle, act = (
            last * (2 * number - 1) // (2 * options.evenings),
            hours.night_off if number % 2 == 0 else hours.night_on,
        )
        planned.append((middle, Trouble("the bank's night", act)))
    return sorted(planned, key=lambda pair: pair[0])


class Director(threading.Thread):
    """Does one trouble after the other as the number of calls reaches it, and holds the clients back meanwhile."""

    def __init__(self, options: Options, site: Site, history: History, say: Callable[[str], None]) -> None:
        super().__init__(name="director", daemon=True)
        self._options, self._site, self._history, self._say = options, site, history, say
        site.let = self._let
        self._planned = plan(options, site.chance)
        self._next = self._planned[0][0]
        self._until = time.monotonic() + options.seconds
        self.finished = threading.Event()
        self.trouble: BaseException | None = None
        self.out_of_time = False

    def may(self, number: int) -> bool:
        """Whether the call of this number may begin."""
        return number <= self._next + SLACK

    def _let(self, calls: int) -> None:
        self._next += calls

    def over(self) -> bool:
        """Whether the clients have done enough."""
        return self.finished.is_set()

    def run(self) -> None:
        """All that is planned, then as much again as is missing."""
        try:
            for at, trouble in self._planned:
                self._next = at
                if not self._reached(at):
                    return
                self._do(trouble)
            self._next = self._options.operations
            while self._reached(self._next) and not self._enough():
                self._do(self._site.chance.choice(CHEAP))
                self._next = len(self._history.calls) + 10
        except BaseException as error:  # noqa: BLE001 - raised again in the run's own thread
            self.trouble = error
        finally:
            self.finished.set()

    def _reached(self, number: int) -> bool:
        while len(self._history.calls) < number:
            if time.monotonic() > self._until:
                self.out_of_time = True
                return False
            time.sleep(0.02)
        return True

    def _enough(self) -> bool:
        self._site.collect()
        happened = sum(self._site.counts().values())
        return happened >= self._options.faults and self._site.kills >= self._options.kills

    def _do(self, trouble: Trouble) -> None:
        begun = time.monotonic()
        try:
            trouble.act(self._site)
            what = ""
        except Exception as error:  # noqa: BLE001 - what is away cannot be made worse: not counted
            what = f" not done: {type(error).__name__} {error}"[:160]
        self._site.collect()
        self._say(f"{len(self._history.calls):6} {trouble.name} ({time.monotonic() - begun:.1f} s){what}")
