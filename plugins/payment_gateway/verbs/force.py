"""ADVICE: force a referral with the number the bank gave on the telephone."""

from __future__ import annotations

import re
from contextlib import ExitStack
from zoneinfo import ZoneInfo

from app.database import now
from app.domain.days import local_day
from app.domain.errors import InvalidInput, NotAllowedInState, NotCapable
from app.domain.states import OperationName, OperationStatus
from app.domain.text import N_
from app.domain.verbs import Verb
from app.models import Operation
from app.ports import ActionRequest, ForceRequest
from app.security import profiles

from ..cases import Case
from ..runner import Intent, demand_open, intent_for, slot
from .base import Step, account_of, demand_capability, demand_state, right

_NUMBER = re.compile(r"[0-9A-Za-z]{1,10}")


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Operation:
    """Send the number; the limit date counts from its acceptance."""
    sale = case.transaction
    demand_state(case, Verb.FORCE)
    account = account_of(case)
    if sale.limit_date is not None and local_day(now(), ZoneInfo(sale.merchant.zone)) > sale.limit_date:
        # nobody has expired it yet
        raise NotAllowedInState(N_("This sale could be forced on its own day only, which is over."), state=sale.state)
    if not sale.merchant.forcing_allowed:
        raise NotCapable()
    demand_capability(case, account, "force")
    demand_open(account)
    number = (request.authorisation_number or "").strip()
    if not _NUMBER.fullmatch(number):
        text = N_("The authorisation number has 1 to 10 letters or digits.")
        raise InvalidInput.of("authorisation_number", "authorisation_number_invalid", text)
    operation = case.add(OperationName.ADVICE, OperationStatus.SENT, sale.amount, note=request.note)
    held.enter_context(slot())
    return intent_for(
        case, operation, account, "force", ForceRequest(sale.reference, sale.amount, sale.currency, number)
    )


STEP = Step(Verb.FORCE, right(profiles.FORCE), begin)
