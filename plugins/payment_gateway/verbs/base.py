"""What every verb is made of, and the checks several share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.database import now
from app.domain.actor import Actor
from app.domain.days import local_day
from app.domain.errors import AmountTooHigh, InvalidInput, NoGateway, NotAllowedInState, NotCapable, NotPermitted
from app.domain.states import OperationName, OperationStatus, State
from app.domain.text import N_
from app.domain.verbs import PART_ALLOWED, STATES, Verb
from app.models import MerchantLimit, Operation, Reason, Transaction
from app.models.merchant import ClerkCancels
from app.ports import ActionRequest, Answer

from ..accounts import GatewayAccount
from ..cases import Case
from ..runner import Intent, gateway_of

TERMINAL = N_("This sale was taken on a terminal: nothing is done with it here.")
BEFORE_REMITTANCE = (State.PENDING, State.REFERRAL, State.TO_CHALLENGE, State.TO_VALIDATE, State.TO_CAPTURE)


@dataclass(frozen=True, slots=True)
class Step:
    """A verb: who may (raises NotPermitted), and what it does under the lock.

    `begin(case, request, held)` checks and writes; it returns an Intent to be sent, or the operation (None: an event
    alone) that is settled, waiting or requested. `send(case, operation, held)` sends an operation that waited.
    """

    verb: Verb
    demand: Callable[[Actor, Transaction], None]
    begin: Callable[[Case, ActionRequest, ExitStack], Intent | Answer | Operation | None]
    send: Callable[[Case, Operation, ExitStack], Intent | Operation] | None = None


def right(name: str) -> Callable[[Actor, Transaction], None]:
    """Return the demand of one right."""

    def demand(actor: Actor, _transaction: Transaction) -> None:
        actor.demand(name)

    return demand


def right_or_own(name: str, own: str) -> Callable[[Actor, Transaction], None]:
    """Return the demand of a right, or of `own`: own sale the same day, or not yet remitted where the merchant says."""

    def demand(actor: Actor, sale: Transaction) -> None:
        if actor.may(name):
            return
        actor.demand(own)
        if sale.created_by_id != actor.id or actor.id is None:
            raise NotPermitted(right=name)
        if sale.merchant.clerk_cancels == ClerkCancels.UNTIL_REMITTANCE and sale.state in BEFORE_REMITTANCE:
            return
        zone = ZoneInfo(sale.merchant.zone)
        if local_day(sale.created_at, zone) != local_day(now(), zone):
            raise NotPermitted(right=name)

    return demand


def demand_state(case: Case, verb: Verb) -> None:
    """Raise OperationInFlight while something is under way, NotAllowedInState where the verb has no place."""
    case.demand_nothing_in_flight()
    if case.transaction.state not in STATES[verb]:
        raise NotAllowedInState(state=case.transaction.state)
    if case.transaction.channel == "TERMINAL" and verb != Verb.AMEND:
        raise NotAllowedInState(TERMINAL, state=case.transaction.state)


def demand_capability(case: Case, account: GatewayAccount, *verbs: str) -> None:
    """Raise NotCapable unless the gateway declares the verbs."""
    if not set(verbs) <= gateway_of(case, account).capabilities.verbs:
        raise NotCapable()


def amount_of(case: Case, request: ActionRequest, verb: Verb, most: int) -> int:
    """Return the amount asked for, the most where none is given.

    A part where only the whole is possible is NotAllowedInState; more than `most` is AmountTooHigh.
    """
    if request.amount is None or request.amount == most:
        if most <= 0:
            raise AmountTooHigh(most)
        return most
    if request.amount > most:
        raise AmountTooHigh(most)
    if case.transaction.state not in PART_ALLOWED.get(verb, frozenset()):
        text = N_("Only the whole amount is possible while the transaction is %(state)s.")
        raise NotAllowedInState(text, state=case.transaction.state)
    if request.amount <= 0:
        raise InvalidInput.of("amount", "amount_not_positive", N_("The amount must be above zero."))
    return request.amount


def demand_not_lapsed(case: Case) -> None:
    """Raise NotAllowedInState after the end of the limit's day: the sweep that releases the sale is about to come by."""
    sale = case.transaction
    if sale.limit_date is not None and sale.limit_date < local_day(now(), ZoneInfo(sale.merchant.zone)):
        raise NotAllowedInState(
            N_("The last day of this sale is over: the bank is about to let it go."), state=sale.state
        )


def reason_of(case: Case, request: ActionRequest) -> str | None:
    """Return the reason's code; raises InvalidInput for one that is not on the merchant's list."""
    if request.reason is None:
        return None
    known = case.session.scalar(
        select(Reason.code).where(
            Reason.merchant_id == case.transaction.merchant_id, Reason.code == request.reason, Reason.active
        )
    )
    if known is None:
        raise InvalidInput.of("reason", "reason_unknown", N_("This reason is not on the merchant's list."))
    return known


def status_for(case: Case, verb: Verb, amount: int) -> OperationStatus:
    """Return REQUESTED where the merchant's limit wants a second person, else SENT."""
    limit = case.session.scalar(
        select(MerchantLimit.amount).where(
            MerchantLimit.merchant_id == case.transaction.merchant_id, MerchantLimit.verb == verb
        )
    )
    return OperationStatus.REQUESTED if limit is not None and amount > limit else OperationStatus.SENT


def ask(case: Case, verb: Verb, name: OperationName, amount: int, request: ActionRequest) -> Operation:
    """Add the operation a person asked for: REQUESTED above the limit, WAITING (for `send`) below it."""
    status = status_for(case, verb, amount)
    if status == OperationStatus.REQUESTED and any(
        each.status == OperationStatus.REQUESTED and each.name == name and name != OperationName.CREDIT
        for each in case.operations
    ):
        text = N_("The same was asked for already and waits for a second person.")
        raise NotAllowedInState(text, state=case.transaction.state)
    return case.add(
        name,
        OperationStatus.WAITING if status == OperationStatus.SENT else status,
        amount,
        reason=reason_of(case, request),
        note=request.note,
        requested_by_id=case.actor.id,
        due_at=None,
    )


def account_of(case: Case) -> GatewayAccount:
    """Return the account the sale was authorised through; raises NoGateway when it is gone."""
    account = case.session.get(GatewayAccount, case.transaction.gateway_account_id or 0)
    if account is None:
        raise NoGateway()
    return account


def is_open(sale: Transaction) -> bool:
    """Return whether the bank holds an authorisation of ours that is neither captured nor released."""
    return sale.state in (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE)
