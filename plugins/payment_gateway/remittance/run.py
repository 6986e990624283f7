"""A contract's run: what is due leaves in batches, four calls at a time; then its remittance is closed.

Everything is found by query and taken with SKIP LOCKED: workers, scheduler and commands may run it at once, on any number
of machines, and after a crash half-way; nothing leaves twice.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from app.database import Scope, now, unit_of_work
from app.domain.days import local_day
from app.failpoints import fail_point
from app.models import Contract, Merchant

from .batch import capture_together
from .captures import Sent
from .closing import close_sent
from .due import some
from .opening import Round, begin_round

log = structlog.get_logger(__name__)
BATCH = 100  # looked for at a time
AT_ONCE = 4  # sent together, so calls of one process; the runner allows six, and a person's own finds a place
SILENT = (Sent.NOT_SENT, Sent.UNKNOWN)
# Sales in a row not sent, or not answered: the bank is away, the rest waits and others have their turn.
GIVEN_UP_AFTER = 8

Told = Callable[[Sent], None]


@dataclass(slots=True)
class Tally:
    """What a run did: sales by what became of them, the remittances it closed (`<contract>-<number>`), whether the bank
    was away."""

    sent: Counter[Sent] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)
    away: bool = False


def begin(merchant_id: int, contract_id: int, day: date | None = None) -> Round:
    """Begin a contract's round now, or as if the cut-off of `day` were past."""
    with unit_of_work(Scope((merchant_id,))) as session:
        contract, zone = _contract(session, merchant_id, contract_id)
        round_ = begin_round(session, contract, zone, now(), day)
        fail_point("remittance.before_begun")
    fail_point("remittance.after_begun")
    return round_


def send(merchant_id: int, contract_id: int, round_: Round, told: Told | None = None) -> Tally:
    """Send what is due, each sale at most once in this pass, then close what is complete."""
    tally = Tally()
    after, silent = 0, 0
    while not tally.away:
        with unit_of_work(Scope((merchant_id,))) as session:
            contract, _ = _contract(session, merchant_id, contract_id)
            batch = some(session, contract, round_.due, after, BATCH)
        if not batch:
            break
        after = batch[-1]
        for part in _parts(batch, AT_ONCE):
            for sent in capture_together(merchant_id, part, round_.due, round_.remittance_id):
                tally.sent[sent] += 1
                silent = silent + 1 if sent in SILENT else 0
                if told is not None:
                    told(sent)
            if silent >= GIVEN_UP_AFTER:
                tally.away = True
                break
    tally.closed = close(merchant_id, contract_id)
    return tally


def close(merchant_id: int, contract_id: int) -> list[str]:
    """Close what is complete; returns `<contract>-<number>` of each."""
    with unit_of_work(Scope((merchant_id,))) as session:
        contract, zone = _contract(session, merchant_id, contract_id)
        today = local_day(now(), ZoneInfo(zone))
        closed = [f"{contract.number}-{each.number}" for each in close_sent(session, contract, today)]
        if closed:
            fail_point("remittance.before_closed")
    for name in closed:
        log.info("remittance_closed", remittance=name)
        fail_point("remittance.after_closed")
    return closed


def _contract(session: Session, merchant_id: int, contract_id: int) -> tuple[Contract, str]:
    contract = session.get_one(Contract, contract_id)
    return contract, session.get_one(Merchant, merchant_id).zone


def _parts(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    """Return a batch in parts, in no order: who works on the same batch at the same time takes other parts first."""
    parts = [ids[at : at + size] for at in range(0, len(ids), size)]
    random.shuffle(parts)
    return parts
