"""A practice fortnight, one day by the API and the next on the pages: orders by day, remittances by evening, refunds over
the bank's night, and at the end every line of the bank's statements explained by our books (decision 0075)."""

from __future__ import annotations

import random
import sys
import tempfile
import time as clocks
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.days.bookings import PARIS
from tests.days.statements import Lived, check, name_of, read_statements
from tests.days.ways import AMEX as AMEX_CARD
from tests.days.ways import Api, Screens, Way
from tools.product import Product, running

DAYS, PAST = 14, 35
CB, VISA, MASTERCARD, NO_MONEY = "4970100000000006", "4111111111111111", "5555555555554444", "4970100000000519"
LONG_BEFORE, AFTERWARDS = timedelta(days=10), timedelta(days=6)  # the bank books some days later
LATER = 3  # days: nothing is sold to be remitted later than that
UNREMITTED = ("TO_VALIDATE", "TO_CAPTURE", "EXPIRED")  # where an approved sale ends that was not remitted
PATIENCE = 120.0  # seconds for what workers and scheduler have to do


@dataclass
class Fortnight:
    """What was done each day, by whom, and what came back unpaid."""

    product: Product
    first: date
    length: int
    api: Api
    ways: tuple[Way, ...]
    days: list[dict[str, Any]] = field(default_factory=list)
    unpaid: list[tuple[date, dict[str, Any]]] = field(default_factory=list)
    net_from: date | None = None
    refunded: Counter[str] = field(default_factory=Counter)  # by sale
    seen: int = 0  # remittances looked at
    _captured: list[str] = field(default_factory=list)
    _amex: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.first.toordinal())

    @property
    def over(self) -> date:
        """The day on which what the days left behind has been remitted and booked."""
        return self.first + timedelta(days=self.length) + AFTERWARDS

    def remittances(self, since: date) -> list[dict[str, Any]]:
        """All remittances from a day on, with their lines."""
        found = self.api.all(f"/remittances?date_from={since}&date_to={self.over}")
        return [self.api.ask("GET", f"/remittances/{each['contract']}/{each['number']}") for each in found]

    def clock(self, day: date, hour: int, minute: int = 0) -> None:
        """Set the business clock by Paris wall time."""
        at = datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)
        self.product.command("clock", "set", at.isoformat())

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for what workers and scheduler do by themselves."""
        limit = clocks.monotonic() + PATIENCE
        while not true():
            assert clocks.monotonic() < limit, "it did not happen in time"
            clocks.sleep(0.5)

    def all_left(self, day: date) -> bool:
        """Whether what is due by a day's evening has left, and no remittance is still being sent."""
        waiting = self.api.all("/transactions?state=TO_CAPTURE")
        due = [each for each in waiting if not each["capture_error"] and each["capture_date"] <= day.isoformat()]
        sent = self.api.all(f"/remittances?date_from={self.first}&date_to={self.over}")
        return not due and all(each["state"] != "SENDING" for each in sent)

    def all_closed(self) -> bool:
        """Whether the remittance that refunds of the last night opened has left too."""
        return all(each["state"] not in ("OPEN", "SENDING") for each in self.remittances(self.first))

    def nothing_waits(self) -> bool:
        """Whether no refund waits for the bank's night any more."""
        return not self.api.all("/operations?name=CREDIT&status=WAITING")

    def live_one(self, number: int) -> None:
        """One day: sell, repair, remit in the evening (by scheduler and workers, every other day by command), let the
        bank close its day."""
        day, way = self.first + timedelta(days=number), self.ways[number % len(self.ways)]
        if number == 0:
            self.clock(day, 9)
        else:
            self.product.command("clock", "advance", "9h30m")  # it was 23:30
        if number == self.length * 2 // 3:
            self.product.command("bank", "set", "statement", "net")
            self.net_from = day
        today = self.sells(way, day)
        refunds = self._captured[:2] + self._amex[-1:]
        for reference in refunds:
            self.refunds(way, reference, self._chance.randrange(100, 250))
        if number == self.length * 3 // 7:
            self.come_back(day)
        self.clock(day, 21, 1)
        if number % 2:
            self.product.command("remit")
        self.until(lambda: self.all_left(day))
        self.clock(day, 22, 10)  # the gateway takes no refund now: it waits, or is not sent at all
        self.refunds(way, today[0], 200)
        self.clock(day, 23, 30)
        self.until(self.nothing_waits)
        self._captured = [*today[:3], *self._captured][:8]
        self._amex.append(today[3])
        mine = [each for each in self.remittances(day) if each["date"] == day.isoformat()]
        for each in mine:
            lines, net = way.looks_at(each["contract"], each["number"])
            assert (lines, net) == (len(each["lines"]), each["net_amount"]), (way.name, lines, net, each)
        self.seen += len(mine)
        self.days.append({"day": day, "way": way.name, "refunds": len(refunds), "remittances": mine})

    def live_on(self) -> None:
        """The evenings on which what was sold for later leaves, though nothing is sold any more."""
        for number in range(LATER):
            day = self.first + timedelta(days=self.length + number)
            self.clock(day, 21, 1)
            self.until(lambda day=day: self.all_left(day))

    def not_remitted(self) -> dict[str, str]:
        """The state of each approved sale of these days that nobody cancelled and that was not remitted in time."""
        found = [each for state in UNREMITTED for each in self.api.all(f"/transactions?state={state}")]
        return {str(each["reference"]): str(each["state"]) for each in found if _day_of(each) >= self.first}

    def sells(self, way: Way, day: date) -> list[str]:
        """A day's orders; those that leave this evening or were captured already, American Express last."""
        amounts = iter([self._chance.randrange(500, 40_000) for _ in range(11)])
        today = [way.sells(next(amounts), card) for card in (CB, VISA, MASTERCARD, AMEX_CARD)]
        for later in (1, LATER):
            assert way.sells(next(amounts), CB, day=later)
        amount = next(amounts)
        parcel = way.sells(amount, CB, day=6, validated=True)
        gone, moved, now = (way.sells(next(amounts), card) for card in (CB, CB, VISA))
        assert way.sells(next(amounts), NO_MONEY) is None
        assert parcel and gone and moved and now  # noqa: PT018 - all approved
        assert way.does(parcel, "validate", amount - 100)  # the rest is not shipped
        assert way.does(gone, "cancel")
        assert way.does(now, "capture")
        way.moves(moved, day + timedelta(days=2))
        return [str(each) for each in today]

    def refunds(self, way: Way, reference: str, amount: int) -> None:
        """Refund a part, if the gateway takes it at this hour."""
        self.refunded[reference] += amount * way.does(reference, "refund", amount)

    def come_back(self, day: date) -> None:
        """A card's sale and one of American Express come back unpaid."""
        for reference in (self._captured[-1], self._amex[-1]):
            self.product.command("bank", "chargeback", reference, "--reason", "10.4")
            sale = self.api.ask("GET", f"/transactions/{reference}")
            self.unpaid.append((day, sale | {"unpaid_amount": sale["captured_amount"]}))

    def unpaid_since(self, since: date) -> list[tuple[date, dict[str, Any]]]:
        """What had come back before the fortnight, from a day on."""
        found = []
        for each in Api(self.product, "accountant").all("/unpaid"):
            day = _day_of(each)
            if since <= day < self.first:
                sale = self.api.ask("GET", f"/transactions/{each['reference']}")
                found.append((day, sale | {"unpaid_amount": each["amount"]}))
        return found


def _day_of(item: dict[str, Any]) -> date:
    return datetime.fromisoformat(item["created_at"]).astimezone(PARIS).date()


def live(product: Product, folder: Path, first: date, days: int = DAYS, past: int = 0) -> tuple[Fortnight, Lived]:
    """Live the days that begin with `first`, with the bank's night on, and read what the bank printed, of so many days of
    the past too."""
    product.command("bank", "set", "night", "on")
    api = Api(product)
    fortnight = Fortnight(product, first, days, api, (api, Screens(product)))
    for number in range(days):
        fortnight.live_one(number)
    fortnight.live_on()
    over = fortnight.over
    fortnight.clock(over, 12)
    fortnight.until(fortnight.all_closed)
    begin = first - timedelta(days=past)
    booked = [begin + timedelta(days=each) for each in range((over - begin).days)]
    return fortnight, Lived(
        first=first,
        remittances=fortnight.remittances(begin - LONG_BEFORE),
        unpaid=[*fortnight.unpaid_since(begin - LONG_BEFORE), *fortnight.unpaid],
        refunded=fortnight.refunded,
        not_remitted=fortnight.not_remitted(),
        net_from=fortnight.net_from,
        statements=read_statements(product, folder, booked),
    )


def main() -> int:
    """Live it in a folder of its own and print each day; exit code 1 when something does not add up."""
    tomorrow, begun = datetime.now(PARIS).date() + timedelta(days=1), clocks.monotonic()
    with tempfile.TemporaryDirectory(prefix="egestion-fortnight-") as name, running(Path(name) / "var") as product:
        fortnight, lived = live(product, Path(name), tomorrow, past=PAST)
        for each in fortnight.days:
            sums = ", ".join(
                f"{name_of(one)} {one['state']} {one['net_amount'] / 100:.2f}" for one in each["remittances"]
            )
            sys.stdout.write(f"{each['day']} ({each['way']}): {each['refunds']} refunds; remittances {sums}\n")
        wrong = check(lived)
        sys.stdout.write(product.command("verify"))
    lines = sum(len(each.lines) for read in lived.statements.values() for each in read)
    said = f"each of the {lines} lines the bank printed is explained to the cent by our books, and the statements chain"
    sys.stdout.write("\n".join(wrong or [f"{said} ({clocks.monotonic() - begun:.0f} s)"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
