"""Where an approved sale stands and until when: the one place that turns mode and day into status, limit and due time."""

from dataclasses import replace
from datetime import datetime, timedelta

from . import cards, night
from .ledger import Sale
from .scenarios import named

REFERRAL_DAYS = 30  # how long the bank may be called (Sogenactif's data dictionary, annex G)


def scheduled(sale: Sale, moment: datetime) -> Sale:
    """An approved sale's status, limit and due time, counted from `moment`.

    VALIDATION lapses at the end of the limit's day; AUTHOR_CAPTURE is captured by that day's run; IMMEDIATE is captured
    now, or treated as AUTHOR_CAPTURE of day 0 where the card's bank refuses the capture (Sogenactif, annex V).
    """
    validity = (cards.DUPLICATE_VALIDITY_DAYS if sale.from_reference else cards.VALIDITY_DAYS)[sale.brand]
    limit = night.local_day(moment) + timedelta(days=min(sale.capture_day, validity))
    sale = replace(sale, limit_date=limit.isoformat())
    if sale.capture_mode == "VALIDATION":
        return replace(sale, status="TO_VALIDATE", due_at=night.end_of(limit))
    if sale.capture_mode == "IMMEDIATE" and named(sale.scenario).captures:
        return night.captured(sale, moment)
    return replace(sale, status="TO_CAPTURE", due_at=night.next_run(moment, limit))


def awaiting_call(sale: Sale, moment: datetime) -> Sale:
    """A sale the cardholder's bank wants to be called about."""
    return replace(sale, status="REFERRAL", due_at=int((moment + timedelta(days=REFERRAL_DAYS)).timestamp()))


def held(sale: Sale, moment: datetime) -> Sale:
    """An approved sale the bank's own risk engine holds until a person decides."""
    waiting = scheduled(replace(sale, capture_mode="VALIDATION"), moment)
    return replace(waiting, status="TO_CHALLENGE", capture_mode=sale.capture_mode)


def released(sale: Sale, moment: datetime) -> Sale:
    """A held sale accepted: by its mode, its limit unchanged."""
    if sale.capture_mode == "VALIDATION":
        return replace(sale, status="TO_VALIDATE")
    return replace(sale, status="TO_CAPTURE", due_at=night.next_run(moment, sale.limit))
