"""What the bank books of a merchant's card movements: one credit per remittance, commission, VAT, unpaid. Pure.

Card remittances are booked the next bank day, gross (sales, refunds, commission and VAT apart) or net (one amount).
American Express pays by itself: net, by transfer, all that falls on one day together. A remittance whose sales and refunds
are equal has no line of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.closed_days import add_bank_days

from .accounts import AMEX_DELAY, CARD_DELAY, RATES, VAT, Account
from .movements import REFUND, SALE, UNPAID, Movement

GROSS, NET = "gross", "net"
EUR = "978"
LABEL = 31  # characters of a CFONB label
SALES, REFUNDS, CHARGEBACK, COMMISSION, TAX, TRANSFER = "30", "36", "38", "62", "67", "05"


@dataclass(frozen=True)
class Entry:
    """One line of the account: `amount` signed in cents, `code` the interbank operation code, `details` pairs of CFONB
    qualifier and text, `count` the card movements behind it."""

    booked: date
    value: date
    code: str
    amount: int
    label: str
    details: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    count: int = 1


def entries_of(movements: Iterable[Movement], account: Account, layout_on: Callable[[date], str]) -> list[Entry]:
    """Return what is booked of these movements on the account, in the order it is booked."""
    cards: list[Movement] = []
    own: list[Movement] = []
    for each in movements:
        if each.currency != EUR:
            continue  # other currencies are settled elsewhere
        (own if each.brand == "AMEX" else cards).append(each)
    booked = _amex(own) if account.amex else [*_remittances(cards, layout_on), *_unpaid(cards)]
    return sorted(booked, key=lambda entry: entry.booked)


def _remittances(movements: Sequence[Movement], layout_on: Callable[[date], str]) -> list[Entry]:
    days: dict[str, dict[date, list[Movement]]] = defaultdict(lambda: defaultdict(list))
    for each in movements:
        if each.kind != UNPAID:
            days[each.origin or ""][each.processed].append(each)
    groups = [
        (processed, origin, group) for origin, parts in days.items() for processed, group in _whole(origin, parts)
    ]
    found: list[Entry] = []
    for processed, origin, group in sorted(groups, key=lambda each: each[:2]):
        found += _remittance(origin, group, processed, layout_on(processed))
    return found


def _whole(origin: str, parts: Mapping[date, Sequence[Movement]]) -> Iterator[tuple[date, list[Movement]]]:
    """Put together what came of a remittance on days that follow each other (in the evening after the cut-off, and on the
    day it is of): it is booked once, with the last of them. What comes later still is a credit of its own.

    A part is never booked before the day after it, so what a statement says once its day is over stays said.
    """
    waiting: list[Movement] = []
    for processed in sorted(parts):
        waiting += parts[processed]
        if origin and processed + timedelta(days=1) in parts:
            continue
        yield processed, waiting
        waiting = []


def _remittance(origin: str, group: Sequence[Movement], processed: date, layout: str) -> list[Entry]:
    booked = add_bank_days(processed, CARD_DELAY)
    value = add_bank_days(booked, 1)
    sales, refunds = _sum(group, SALE), _sum(group, REFUND)
    fee = commission(group)
    tax = vat(fee)
    name = _name(origin)
    details = (("LIB", f"REMISE CARTES DU {processed:%d%m%y}"), ("REF", origin))
    if layout == NET:
        amount = sales - refunds - (fee + tax if sales != refunds else 0)
        code = SALES if amount > 0 else REFUNDS
        lines = [(code, amount, name, len(group))] if sales != refunds else []
        lines += [(COMMISSION, -fee, f"COM {name}", 1), (TAX, -tax, f"TVA {name}", 1)] if sales == refunds else []
    else:
        lines = [(SALES, sales, name, _count(group, SALE)), (REFUNDS, -refunds, name, _count(group, REFUND))]
        lines = lines if sales != refunds else []
        lines += [(COMMISSION, -fee, f"COM {name}", 1), (TAX, -tax, f"TVA {name}", 1)]
    return [
        Entry(booked, value if amount > 0 else booked, code, amount, label[:LABEL], details, origin, count)
        for code, amount, label, count in lines
        if amount
    ]


def _unpaid(movements: Sequence[Movement]) -> list[Entry]:
    found = []
    for each in movements:
        if each.kind != UNPAID:
            continue
        booked = add_bank_days(each.processed, 0)
        contract = (each.origin or "").partition("-")[0]
        details = (
            ("LIB", f"CONTRAT {contract} AUT {each.authorisation_id or ''} CARTE {each.masked_pan}"),
            ("LCC", f"MOTIF {each.reason or ''}"),
            ("REF", f"{each.origin or '':<35}{each.reference}"),
        )
        label = f"IMPAYE CB {each.authorisation_id or ''}"[:LABEL]
        found.append(Entry(booked, booked, CHARGEBACK, -each.amount, label, details, each.reference))
    return found


def _amex(movements: Sequence[Movement]) -> list[Entry]:
    """One transfer a day: sales less refunds, unpaid, commission and its VAT."""
    days: dict[date, list[Movement]] = defaultdict(list)
    for each in movements:
        days[add_bank_days(each.processed, AMEX_DELAY)].append(each)
    found = []
    for booked, group in sorted(days.items()):
        fee = commission(group)
        amount = _sum(group, SALE) - _sum(group, REFUND) - _sum(group, UNPAID) - fee - vat(fee)
        origins = sorted({each.origin for each in group if each.origin})
        details = [("LIB", _name(origin)) for origin in origins]
        details += [("LCC", f"DEBIT {each.reference} {each.reason}") for each in group if each.kind == UNPAID]
        if amount:
            label = "AMERICAN EXPRESS" if amount > 0 else "AMERICAN EXPRESS PRELEVEMENT"
            found.append(Entry(booked, booked, TRANSFER, amount, label, tuple(details), count=len(group)))
    return found


def commission(group: Iterable[Movement]) -> int:
    """Return the commission on the sales among the movements, each brand's share rounded half up to the cent."""
    by_brand: dict[str, int] = defaultdict(int)
    for each in group:
        if each.kind == SALE:
            by_brand[each.brand] += each.amount
    return sum(_share(amount, RATES.get(brand, 100)) for brand, amount in by_brand.items())


def vat(fee: int) -> int:
    """Return the VAT on a commission, rounded half up to the cent."""
    return _share(fee, VAT)


def _share(amount: int, rate: int) -> int:
    return (amount * rate + 5_000) // 10_000


def _sum(group: Iterable[Movement], kind: str) -> int:
    return sum(each.amount for each in group if each.kind == kind)


def _count(group: Iterable[Movement], kind: str) -> int:
    return sum(each.kind == kind for each in group)


def _name(origin: str) -> str:
    """REM <contract> <number>, by which a merchant knows its remittance; without one, what it is."""
    contract, _, number = origin.rpartition("-")
    return f"REM {contract} {number}" if contract else "REMISE CARTES"
