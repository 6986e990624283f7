"""Local changes of when a sale is remitted: move its capture_date, hold it out of the runs, release it again."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from zoneinfo import ZoneInfo

from app.database import now
from app.domain.days import local_day
from app.domain.errors import InvalidInput, NotAllowedInState
from app.domain.states import Event
from app.domain.text import N_
from app.domain.verbs import Verb
from app.models import Transaction
from app.ports import ActionRequest
from app.security import profiles

from ..cases import Case
from ..ledger import enter
from ..remittance.lines import remittance_day
from .amend import demand_shipping_possible
from .base import Step, demand_state, right


def move(case: Case, request: ActionRequest, held: ExitStack) -> None:
    """Move to `request.capture_date`, between the next remittance and the sale's limit date.

    `request.shipping_date` is kept; given alone, the sale is remitted on that day, so that delivery and collection
    coincide. Goods that leave today after the cut-off are remitted with the next remittance.
    """
    sale = case.transaction
    demand_state(case, Verb.MOVE)
    soonest = remittance_day(sale.contract, sale.merchant.zone, now())
    if _is_leaving(sale, local_day(now(), ZoneInfo(sale.merchant.zone)), soonest):
        text = N_("The cut-off of this sale's remittance is past: it is leaving. To stop it, hold it.")
        raise InvalidInput.of("capture_date", "after_cut_off", text)
    if request.capture_date is not None and request.shipping_date is not None:
        demand_shipping_possible(case, request.shipping_date)
    day = request.capture_date or _shipped(case, request, soonest)
    if day < soonest:
        text = N_("The next remittance leaves on %(soonest)s; no earlier day is possible.")
        raise InvalidInput.of("capture_date", "capture_date_past", text, soonest=soonest.isoformat())
    if sale.limit_date is not None and day > sale.limit_date:
        text = N_("This sale must be remitted by %(limit)s at the latest.")
        raise InvalidInput.of("capture_date", "capture_date_beyond_limit", text, limit=sale.limit_date.isoformat())
    before, sale.capture_date = sale.capture_date, day
    data = {"from": before.isoformat() if before else None, "to": day.isoformat()}
    if "shipping_date" in request.given:
        sale.shipping_date = request.shipping_date
        data["shipping_date"] = request.shipping_date.isoformat() if request.shipping_date else None
    enter(case.session, sale, None, Event.MOVED, case.actor, data=data)


def _is_leaving(sale: Transaction, today: date, soonest: date) -> bool:
    """Return whether the cut-off is past and this evening's run takes the sale: what is late leaves with what is due."""
    if sale.held or sale.capture_error or sale.capture_date is None:
        return False
    lapsed = sale.limit_date is not None and sale.limit_date < today
    return sale.capture_date <= today < soonest and not lapsed


def _shipped(case: Case, request: ActionRequest, soonest: date) -> date:
    """Return the day of the remittance for goods that leave on `request.shipping_date`."""
    sale, shipped = case.transaction, request.shipping_date
    if shipped is None:
        raise InvalidInput.of("capture_date", "missing", N_("This field is needed."))
    if shipped < local_day(now(), ZoneInfo(sale.merchant.zone)):
        raise InvalidInput.of("shipping_date", "shipping_date_past", N_("The shipping day is over."))
    if sale.limit_date is not None and shipped > sale.limit_date:
        text = N_("This sale must be remitted by %(limit)s at the latest.")
        raise InvalidInput.of("shipping_date", "shipping_date_beyond_limit", text, limit=sale.limit_date.isoformat())
    return max(shipped, soonest)


HELD, NOT_HELD = N_("This sale is held already."), N_("This sale is not held.")


def hold(case: Case, request: ActionRequest, held: ExitStack) -> None:
    """Take the sale out of the automatic runs; its limit date goes on."""
    _set_held(case, Verb.HOLD, True, Event.HELD, request)


def release(case: Case, request: ActionRequest, held: ExitStack) -> None:
    """Put a held sale, or one whose capture the bank refused, back into the runs; never into one already gone."""
    sale = case.transaction
    _set_held(case, Verb.RELEASE, False, Event.RELEASED, request)
    sale.capture_error = sale.capture_next_at = None
    sale.capture_tries = 0
    soonest = remittance_day(sale.contract, sale.merchant.zone, now())
    if sale.capture_date is None or sale.capture_date < soonest:
        sale.capture_date = min(soonest, sale.limit_date) if sale.limit_date else soonest


def _set_held(case: Case, verb: Verb, held: bool, event: Event, request: ActionRequest) -> None:
    sale = case.transaction
    demand_state(case, verb)
    if sale.held == held and not (verb == Verb.RELEASE and sale.capture_error):
        raise NotAllowedInState(HELD if held else NOT_HELD, state=sale.state)
    sale.held = held
    enter(case.session, sale, None, event, case.actor, data={"note": request.note} if request.note else None)


MOVE = Step(Verb.MOVE, right(profiles.MOVE), move)
HOLD = Step(Verb.HOLD, right(profiles.HOLD), hold)
RELEASE = Step(Verb.RELEASE, right(profiles.HOLD), release)
