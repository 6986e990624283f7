"""DUPLICATE: a new sale on the card of an earlier one, a new authorisation with its own limit."""

from __future__ import annotations

from contextlib import ExitStack

from app.database import now
from app.domain.brands import AMEX, Initiation
from app.domain.days import check_capture_day, last_day_of_validity, local_day
from app.domain.errors import GatewayStopped, InvalidInput, NotAllowedInState
from app.domain.rejected import Rejected
from app.domain.states import CaptureMode, Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.domain.verbs import Verb
from app.models import Transaction
from app.models.search_keys import order_key
from app.ports import ActionRequest, Answer, Decision, DuplicateRequest
from app.security import profiles

from ..account_access import gateway_for, new_orders_stopped
from ..accounts import GatewayAccount
from ..answers import answer
from ..cases import Case
from ..ledger import enter, finish
from ..orders import capture_day_of, demand_active, mode_of
from ..references import new_reference
from ..risk import judge, write_hits
from ..runner import Intent, intent_for, slot
from ..shop import Shop, demand_option, open_shop
from ..submissions import bind
from .base import Step, demand_capability, demand_state, right

COPIED = (
    "merchant_id", "channel", "payment_pattern", "currency", "card_id", "brand", "brand_choice", "bin", "last4",
    "masked_pan", "card_expiry", "bin_country", "bin_type", "bin_commercial", "bin_prepaid", "bin_virtual",
    "bin_systematic", "bin_table_version", "customer_id", "customer_row_id", "return_context",
)  # fmt: skip


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Answer:
    """Write the new sale and have it authorised; the earlier one only gets an event."""
    earlier, session = case.transaction, case.session
    demand_state(case, Verb.DUPLICATE)
    if earlier.response_code == "34":
        raise NotAllowedInState(N_("A sale that a rule refused cannot be taken again this way."), state=earlier.state)
    shop = open_shop(session, earlier.merchant_id)
    demand_active(shop)
    today = local_day(now(), shop.zone)
    if earlier.card_expiry < today.strftime("%Y%m"):
        raise NotAllowedInState(N_("The card of this sale has expired."), state=earlier.state)
    contract, account = shop.contract_for(earlier.brand, earlier.currency)
    demand_capability(case, account, "duplicate")
    if earlier.brand == AMEX:
        demand_option(session, earlier.merchant_id, "AMEX", today)
    if new_orders_stopped(account):
        raise GatewayStopped()
    wanted = request.capture_mode or shop.merchant.default_capture_mode
    sale = _copy(case, request, shop, _capture_day(request, shop, earlier.brand))
    sale.contract_id, sale.gateway_account_id = contract.id, account.id
    sale.capture_mode = mode_of(wanted, contract, gateway_for(account).capabilities.verbs)
    if wanted == CaptureMode.IMMEDIATE:
        sale.capture_day = 0
    return _write(case, sale, account, held)


def _capture_day(request: ActionRequest, shop: Shop, brand: str) -> int:
    """Return the deferral: beyond its validity one asked for is refused, a default is as late as it holds."""
    if request.capture_day is None:
        return min(capture_day_of(shop, request, now()), last_day_of_validity(brand, Initiation.MERCHANT))
    try:
        check_capture_day(request.capture_day, brand, Initiation.MERCHANT)
    except Rejected as rejected:
        raise InvalidInput(rejected.field_errors("capture_day")) from None
    return request.capture_day


def _copy(case: Case, request: ActionRequest, shop: Shop, day: int) -> Transaction:
    earlier = case.transaction
    amount = earlier.original_amount if request.amount is None else request.amount
    if amount <= 0:
        raise InvalidInput.of("amount", "amount_not_positive", N_("The amount must be above zero."))
    number = request.order_number if "order_number" in request.given else earlier.order_number
    if shop.merchant.order_number_required and not number:
        raise InvalidInput.of("order_number", "missing", N_("The merchant asks for this field."))
    sale = Transaction(**{name: getattr(earlier, name) for name in COPIED})
    sale.reference, sale.state, sale.duplicate_of_id = new_reference(), State.PENDING, earlier.id
    sale.order_number, sale.order_key = number, order_key(number) if number else None
    sale.original_amount = sale.amount = amount
    sale.captured_amount = sale.refunded_amount = sale.reserved_amount = 0
    sale.capture_day, sale.held, sale.note, sale.created_at = day, False, request.note, now()
    sale.created_by_id, sale.created_by = case.actor.id, case.actor.name
    return sale


def _write(earlier: Case, sale: Transaction, account: GatewayAccount, held: ExitStack) -> Intent | Answer:
    session, actor = earlier.session, earlier.actor
    verdict = judge(session, sale)
    refused = verdict.decision == Decision.REFUSE
    sale.risk_decision, sale.complementary_code, sale.complementary_info = verdict.decision, verdict.code, verdict.info
    if refused:
        sale.state, sale.response_code, sale.answered_at = State.REFUSED, "34", sale.created_at
    session.add(sale)
    session.flush()
    write_hits(session, sale, verdict.hits)
    case = Case(session, actor, sale, [], earlier.key)
    status = OperationStatus.WAITING if refused else OperationStatus.SENT
    operation = case.add(OperationName.DUPLICATE, status, sale.original_amount, note=sale.note)
    enter(session, sale, operation, Event.REFUSED_BY_RULE if refused else Event.SUBMITTED, actor, from_state=State.NEW)
    enter(session, earlier.transaction, None, Event.DUPLICATED, actor, data={"reference": sale.reference})
    if earlier.key is not None:
        bind(session, sale.merchant_id, earlier.key, sale.id, operation.id)
    if refused:
        operation.response_code = "34"
        finish(sale, operation, OperationStatus.REFUSED)
        return answer(sale, operation)
    held.enter_context(slot())
    return intent_for(case, operation, account, "duplicate", _request(sale, earlier.transaction))


def _request(sale: Transaction, earlier: Transaction) -> DuplicateRequest:
    return DuplicateRequest(
        from_reference=earlier.reference,
        reference=sale.reference,
        amount=sale.original_amount,
        currency=sale.currency,
        order_number=sale.order_number,
        capture_mode=sale.capture_mode,
        capture_day=sale.capture_day,
    )


STEP = Step(Verb.DUPLICATE, right(profiles.DUPLICATE), begin)
