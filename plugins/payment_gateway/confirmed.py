"""What a person at the counter is asked once before an order is sent, and what is kept of the answer."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit import CARD_FOUND, record
from app.domain.actor import Actor
from app.domain.errors import NotPermitted, OrderWarning
from app.domain.states import Event
from app.models import Transaction
from app.ports import Decision, Hit, NewOrder
from app.security import profiles

from .ledger import enter
from .risk import FAILED, Verdict

# Names of locks in the order they are given, so that two orders never wait for each other.
_IN_TURN = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 7305114)) FROM unnest(CAST(:keys AS text[])) AS key"
)


def wait_in_turn(session: Session, order: NewOrder, sale: Transaction) -> None:
    """Let one order after the other of the same card and amount, or the same number, look back: where a person may be
    stopped, two sent at the same moment do not both find nothing. Until the unit ends; an order nothing stops waits for
    nobody."""
    if order.confirmed is None:
        return
    keys = [f"{sale.merchant_id}:card:{sale.card_id}:{sale.original_amount}"]
    if sale.order_key is not None:
        keys.append(f"{sale.merchant_id}:order:{sale.order_key}")
    session.execute(_IN_TURN, {"keys": keys})


def demand_seen(order: NewOrder, verdict: Verdict) -> None:
    """Raise OrderWarning for what informs, all of it at once, where a person may be stopped and was not yet."""
    told = _told(verdict)
    if order.confirmed == () and told and verdict.decision != Decision.REFUSE:
        raise OrderWarning(told)


def demand_supervisor(actor: Actor, order: NewOrder) -> None:
    """Raise NotPermitted where somebody but a supervisor says that an order number is no card number."""
    if order.no_card_number and not actor.may(profiles.APPROVE):
        raise NotPermitted(right=profiles.APPROVE)


def write_confirmed(session: Session, actor: Actor, sale: Transaction, order: NewOrder, verdict: Verdict) -> None:
    """Write who said what: of the warnings only those about a sale this person saw."""
    seen = [hit for hit in _told(verdict) if order.confirmed and hit.earlier in order.confirmed]
    if seen:
        data = {"sales": [hit.earlier for hit in seen], "rules": [hit.rule for hit in seen]}
        enter(session, sale, None, Event.SECOND_ORDER, actor, data=data)
    if order.no_card_number:
        enter(session, sale, None, Event.NO_CARD_NUMBER, actor, data={"field": "order_number"})
        what = f"transaction {sale.reference}: order_number is no card number"
        record(session, actor, CARD_FOUND, what, merchant_id=sale.merchant_id)


def _told(verdict: Verdict) -> list[Hit]:
    return [hit for hit in verdict.hits if hit.decision == Decision.INFORM and hit.code != FAILED]
