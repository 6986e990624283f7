"""The calendar in words and sums: a day's numbers, each with the link to its rows, and when their money is expected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from babel.dates import format_date
from flask_babel import gettext

from ..domain.closed_days import days_in, is_closed
from ..domain.credits import Credit
from ..domain.days import local_day, next_remittance
from ..models.merchant import Contract
from ..models.queries.calendar import LAPSING, LATE, REMIT, WAITING, Cell
from ..models.queries.merchants import MerchantFacts
from ..web import formats, labels


@dataclass(frozen=True, slots=True)
class Number:
    """How many sales, what they come to in each currency, and where exactly they are listed."""

    label: str
    count: int
    sums: str
    url: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Part:
    """What a contract has on a day; `contract` None: all of them together."""

    contract: Contract | None
    remit: Number | None
    lapsing: Number | None
    waiting: list[Number]
    credit: Credit | None = None


@dataclass(frozen=True, slots=True)
class DayCard:
    """A day, or what is late (`day` None): its numbers in all, then by contract where there are several."""

    day: date | None
    title: str
    whole: Part
    parts: list[Part] = field(default_factory=list)
    closed: bool = False  # for every contract
    closed_for: list[str] = field(default_factory=list)  # else the contracts whose own bank is closed
    today: bool = False
    tomorrow: bool = False

    @property
    def url(self) -> str:
        """The page of the day."""
        return f"/calendar/{name_of(self.day)}/"


@dataclass(frozen=True, slots=True)
class Run:
    """A contract's next remittance: until when today's takes what is captured, and the day of the next one."""

    contract: Contract
    merchant: MerchantFacts
    next: date
    gone: bool  # today's cut-off is past


def name_of(day: date | None) -> str:
    """Return a day as addresses name it."""
    return LATE if day is None else day.isoformat()


def spoken(day: date) -> str:
    """Return a day as a person says it, short."""
    return str(format_date(day, "EEEE d MMM", locale=formats.locale_code()))


def cards_of(
    days: Sequence[date],
    cells: Sequence[Cell],
    contracts: Sequence[Contract],
    merchants: Sequence[MerchantFacts],
    at: datetime,
) -> tuple[DayCard, list[DayCard]]:
    """Return what is late, and the days in order; a cell of a day that is not among `days` has a card too."""
    todays = {local_day(at, each.zone_info) for each in merchants}
    known = {each.id: each for each in contracts}
    shut = closed_contracts(contracts)
    found: list[DayCard] = []
    for day in [None, *sorted({*days, *(cell.day for cell in cells if cell.day is not None)})]:
        mine = [cell for cell in cells if cell.day == day]
        ids = [each.id for each in contracts if any(cell.contract_id == each.id for cell in mine)]
        parts = [_part([c for c in mine if c.contract_id == number], day, known[number]) for number in ids]
        card = DayCard(
            day=day,
            title=gettext("Late") if day is None else spoken(day),
            whole=_part(mine, day, known[ids[0]] if len(ids) == 1 else None),
            parts=parts if len(parts) > 1 else [],
            closed=day is not None and (is_closed(day) or 0 < len(contracts) == len(shut.get(day, ()))),
            closed_for=shut.get(day, []) if day is not None and not is_closed(day) else [],
            today=day in todays,
            tomorrow=day is not None and day - timedelta(days=1) in todays,
        )
        found.append(card)
    return found[0], found[1:]


def closed_contracts(contracts: Iterable[Contract]) -> defaultdict[date, list[str]]:
    """Return, by day, the numbers of the contracts whose own bank is closed then, beside what is closed for everybody."""
    found: defaultdict[date, list[str]] = defaultdict(list)
    for contract in contracts:
        for day in days_in(contract.bank_closed_on):
            found[day].append(contract.number)
    return found


def _part(cells: Sequence[Cell], day: date | None, contract: Contract | None) -> Part:
    remit = _number(cells, (REMIT,), REMIT, day, contract)
    credit = contract.credit_of(day) if remit and day and contract else None
    waiting = [_number(cells, (kind,), kind, day, contract) for kind in WAITING]
    return Part(
        contract, remit, _number(cells, WAITING, LAPSING, day, contract), [each for each in waiting if each], credit
    )


def _number(
    cells: Iterable[Cell], kinds: Sequence[str], plan: str, day: date | None, contract: Contract | None
) -> Number | None:
    mine = [cell for cell in cells if cell.kind in kinds]
    count = sum(cell.count for cell in mine)
    if not count:
        return None
    query = {"plan": plan} | ({"contract": contract.number} if contract is not None else {})
    url = f"/calendar/{name_of(day)}/?{urlencode(query)}"
    return Number(
        labels.label(plan, "plan"), count, written((c.currency, c.amount) for c in mine), url, labels.tone(plan, "plan")
    )


def written(amounts: Iterable[tuple[str, int]]) -> str:
    """Return amounts added up, one written sum a currency."""
    totals: Counter[str] = Counter()
    for currency, amount in amounts:
        totals[currency] += amount
    return " + ".join(formats.amount(total, currency) for currency, total in sorted(totals.items()))


def runs_of(contracts: Iterable[Contract], merchants: Sequence[MerchantFacts], at: datetime) -> Iterator[Run]:
    """Yield each contract's next remittance."""
    known = {each.id: each for each in merchants}
    for contract in contracts:
        merchant = known[contract.merchant_id]
        following = next_remittance(at, merchant.zone_info, contract.cut_off)
        yield Run(contract, merchant, following, following > local_day(at, merchant.zone_info))
