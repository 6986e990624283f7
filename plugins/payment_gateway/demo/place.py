"""A practice merchant as its past needs it: settings, contracts, people, the present day, and chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.domain.actor import Actor
from app.domain.days import local_day
from app.models import Contract, Merchant

from ..accounts import GatewayAccount

OPENS, CLOSES = time(9, 0), time(18, 30)  # when supervisors work


@dataclass(frozen=True, slots=True)
class Staff:
    """Who does what: sellers with how much each sells, those who repair and decide, the risk officer, the machine."""

    sellers: Mapping[Actor, int]
    supervisors: Sequence[Actor]
    risk: Actor
    machine: Actor


@dataclass(frozen=True, slots=True)
class Place:
    """One merchant on one day. `doors` are the contracts sales go through, by scheme (CARD, AMEX); `rules` says whether it
    has security controls to hold and refuse orders by.
    """

    merchant: Merchant
    doors: Mapping[str, tuple[Contract, GatewayAccount]]
    staff: Staff
    today: date
    rng: Random
    rules: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """The merchant's business zone."""
        return ZoneInfo(self.merchant.zone)

    def day(self, at: datetime) -> date:
        """Return the merchant's day of an instant."""
        return local_day(at, self.zone)

    def over(self, at: datetime) -> bool:
        """Return whether an instant belongs to the past that is told: yesterday at the latest."""
        return self.day(at) < self.today

    def at(self, day: date, hour: int, minute: int, second: int = 0) -> datetime:
        """Return an instant by the merchant's wall clock."""
        return datetime.combine(day, time(hour, minute, second), self.zone).astimezone(UTC)

    def office(self, day: date, after: datetime | None = None) -> datetime:
        """Return a moment of the day's working hours, before each contract's cut-off, and after `after`.

        When the hours are over already, it is some minutes after `after`.
        """
        closes = min(CLOSES, *(contract.cut_off for contract, _ in self.doors.values()))
        first = self.at(day, OPENS.hour, OPENS.minute)
        last = self.at(day, closes.hour, closes.minute)
        if after is not None and after + timedelta(minutes=5) > first:
            first = after + timedelta(minutes=5)
        if first >= last:
            return first + self.moments(300)
        return first + timedelta(seconds=self.rng.randrange(int((last - first).total_seconds())))

    def moments(self, seconds: int) -> timedelta:
        """Return a while of at most so many seconds, to the millisecond."""
        return timedelta(milliseconds=self.rng.randrange(150, seconds * 1000))

    def working_day(self, day: date) -> date:
        """Return the day itself, or the Monday after it."""
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def seller(self) -> Actor:
        """Return who takes the next order."""
        return self.rng.choices(tuple(self.staff.sellers), tuple(self.staff.sellers.values()))[0]

    def supervisor(self) -> Actor:
        """Return who repairs this time."""
        return self.rng.choice(self.staff.supervisors)
