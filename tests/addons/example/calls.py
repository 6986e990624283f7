"""Calls to make, kept as alarms of the plug-in's own kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from app.alarms import raise_alarm
from app.database import unit_of_work
from app.domain.actor import Actor
from app.domain.errors import NotFound
from app.models import Alarm, Transaction
from app.ports import ActionRequest, Answer, Evidence
from app.security.profiles import VALIDATE

KIND = "call_back"
told: list[date] = []


def ask_for_call(actor: Actor, reference: str, request: ActionRequest, key: str) -> Answer:
    """Write down that the customer wants to be called. Raises NotFound, NotPermitted."""
    with unit_of_work(actor) as session:
        sale = session.scalar(select(Transaction).where(Transaction.reference == reference))
        if sale is None:
            raise NotFound()
        actor.demand(VALIDATE)
        raise_alarm(session, sale.merchant_id, KIND, "Call back", {"note": request.note or ""}, sale.id, mail=False)
        return Answer(sale.id, sale.reference, 200)


def check() -> Sequence[Evidence]:
    """Return the plug-in's own invariant."""
    return (Evidence("X1", 1, (), "every call has a sale"),)


def forget_old() -> int:
    """Nothing is forgotten: alarms are acknowledged by people."""
    return 0


def tell_day(day: date) -> None:
    """Remember for which day it ran."""
    told.append(day)


def of_merchants(actor: Actor) -> Sequence[Alarm]:
    """Return the open calls in the actor's scope."""
    with unit_of_work(actor) as session:
        open_calls = select(Alarm).where(Alarm.kind == KIND, Alarm.acknowledged_at.is_(None)).order_by(Alarm.id)
        return session.scalars(open_calls).all()
