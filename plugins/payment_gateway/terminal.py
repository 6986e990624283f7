"""Order entry: a typed order becomes a sale the bank is asked about once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.database import now
from app.domain.actor import Actor
from app.domain.brands import AMEX
from app.domain.days import local_day
from app.domain.errors import GatewayStopped
from app.domain.fingerprint import fingerprints
from app.domain.states import CaptureMode, Event, OperationName, OperationStatus, State
from app.models import Submission, Transaction
from app.ports import Answer, AuthorizeRequest, CustomerData, Decision, NewOrder
from app.security import profiles

from .account_access import gateway_for, new_orders_stopped
from .accounts import GatewayAccount
from .answers import answer
from .cards import find_or_add_card
from .cases import Case, open_case
from .confirmed import demand_seen, demand_supervisor, wait_in_turn, write_confirmed
from .immediate import capture_immediate
from .ledger import enter, finish, new_operation
from .orders import capture_day_of, checked, demand_active, mode_of, new_sale
from .people import write_customer
from .risk import judge, write_hits
from .rows import insert_row, one_statement
from .runner import Intent, intent_for, perform, slot
from .shop import demand_option, open_shop
from .submissions import Claim, card_keys, claim
from .written import written

VERB = "take"


def take(actor: Actor, order: NewOrder, key: str) -> Answer:
    """Take an order once per (merchant, key); raises DomainError for what was never a valid request."""
    actor.demand_merchant(order.merchant_id)
    actor.demand(profiles.ENTER)
    demand_supervisor(actor, order)

    immediate = False

    def begin(session: Session, held: ExitStack) -> Intent | Answer:
        nonlocal immediate
        mine = claim(session, order.merchant_id, key, VERB, lambda version: canonical(order, version), new_sale=True)
        if mine.earlier is not None:
            return replay(session, actor, mine.earlier)
        sale, account = _sale(session, actor, order)
        sale.id = mine.drawn[0]
        immediate = sale.capture_mode == CaptureMode.IMMEDIATE
        return _write(session, actor, order, mine, held, sale, account)

    done = perform(actor, begin)
    if immediate and done.status == 201:
        capture_immediate(actor, done.transaction_id)
        return replace(done, sale=None)  # it is not any more what the approval made of it
    return done


def replay(session: Session, actor: Actor, earlier: Submission) -> Answer:
    """Return what the first submission made, as it is now."""
    sale = session.get_one(Transaction, earlier.transaction_id)
    case = open_case(session, actor, sale.id)
    operation = next((each for each in case.operations if each.id == earlier.operation_id), None)
    return answer(case.transaction, operation, replayed=True)


def canonical(order: NewOrder, version: int) -> Mapping[str, Any]:
    """Return the order as plain values: the card number as its fingerprint under one key version, the code left out."""
    number = dict(fingerprints(order.card.reveal_number(), card_keys())).get(version, "")
    customer = order.customer
    return {
        "amount": order.amount,
        "currency": order.currency,
        "channel": order.channel,
        "order_number": order.order_number,
        "card": number,
        "expiry": order.card.expiry_yyyymm,
        "brand": order.brand,
        "capture_mode": order.capture_mode,
        "capture_day": order.capture_day,
        "shipping_date": order.shipping_date.isoformat() if order.shipping_date else None,
        "customer_id": order.customer_id,
        "customer": {part: getattr(customer, part) for part in CustomerData.__slots__} if customer else None,
        "return_context": order.return_context,
        "note": order.note,
    }


def _sale(session: Session, actor: Actor, order: NewOrder) -> tuple[Transaction, GatewayAccount]:
    """Check the order against the merchant's settings; return its sale, not yet written, and the account it goes through."""
    at = now()
    shop = open_shop(session, order.merchant_id)
    demand_active(shop)
    if AMEX in order.card.brands:  # a right (403) comes before what the order's fields lack (422)
        demand_option(session, order.merchant_id, "AMEX", local_day(at, shop.zone))
    contract, account, brand, choice = checked(shop, order, at)
    if new_orders_stopped(account):
        raise GatewayStopped()
    sale = new_sale(shop, order, contract, account, brand, choice, at)
    sale.created_by_id, sale.created_by = actor.id, actor.name
    wanted = order.capture_mode or shop.merchant.default_capture_mode
    sale.capture_mode = mode_of(wanted, contract, gateway_for(account).capabilities.verbs)
    sale.capture_day = 0 if wanted == CaptureMode.IMMEDIATE else capture_day_of(shop, order, at)
    sale.card_id = find_or_add_card(session, order.merchant_id, order.card, card_keys())
    customer = write_customer(session, order.merchant_id, order.customer)
    sale.customer_row_id = customer.id if customer is not None else None
    for name, row in (("merchant", shop.merchant), ("contract", contract), ("customer", customer)):
        set_committed_value(sale, name, row)  # as if they had been read with it
    return sale, account


def _write(
    session: Session,
    actor: Actor,
    order: NewOrder,
    mine: Claim,
    held: ExitStack,
    sale: Transaction,
    account: GatewayAccount,
) -> Intent | Answer:
    wait_in_turn(session, order, sale)
    verdict = judge(session, sale)
    demand_seen(order, verdict)
    refused = verdict.decision == Decision.REFUSE
    sale.risk_decision, sale.complementary_code = verdict.decision, verdict.code
    sale.complementary_info = verdict.info
    if refused:
        sale.state, sale.response_code, sale.answered_at = State.REFUSED, "34", sale.created_at
    status = OperationStatus.WAITING if refused else OperationStatus.SENT
    more = {"id": mine.drawn[1], "note": sale.note}
    operation = new_operation(sale, 1, OperationName.TRANSACTION, status, sale.original_amount, actor, **more)
    if refused:
        operation.new_state, operation.response_code = State.REFUSED, "34"
        finish(sale, operation, OperationStatus.REFUSED)
    event = Event.REFUSED_BY_RULE if refused else Event.SUBMITTED
    with one_statement(session):
        insert_row(session, sale)
        insert_row(session, operation)
        enter(session, sale, operation, event, actor, from_state=State.NEW)
        write_hits(session, sale, verdict.hits)
    write_confirmed(session, actor, sale, order, verdict)
    if refused:
        return answer(sale, operation)
    held.enter_context(slot())
    intent = intent_for(Case(session, actor, sale, []), operation, account, "authorize", _request(sale, order))
    return replace(intent, written=written(sale, operation, mine.unit))


def _request(sale: Transaction, order: NewOrder) -> AuthorizeRequest:
    return AuthorizeRequest(
        reference=sale.reference,
        amount=sale.original_amount,
        currency=sale.currency,
        card=order.card,
        brand=sale.brand,
        order_number=sale.order_number,
        customer_id=sale.customer_id,
        return_context=sale.return_context,
        capture_mode=sale.capture_mode,
        capture_day=sale.capture_day,
        brand_choice=sale.brand_choice,
    )
