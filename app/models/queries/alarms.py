"""Alarms as people work them off: those nobody has taken note of, then the latest that somebody has."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..trace import Alarm
from .keyset import of_merchants
from .merchants import MerchantFacts

MOST_OPEN = 200  # rows of one page; the rest follows once these are acknowledged
LATEST = 20


def open_alarms(session: Session, merchants: Sequence[MerchantFacts]) -> Sequence[Alarm]:
    """Return what nobody has acknowledged, the latest first."""
    found = select(Alarm).where(of_merchants(Alarm, merchants), Alarm.acknowledged_at.is_(None))
    found = found.options(joinedload(Alarm.transaction)).order_by(Alarm.at.desc(), Alarm.id.desc())
    return session.scalars(found.limit(MOST_OPEN)).all()


def acknowledged_alarms(session: Session, merchants: Sequence[MerchantFacts]) -> Sequence[Alarm]:
    """Return the latest that somebody has acknowledged, by their own moment."""
    found = select(Alarm).where(of_merchants(Alarm, merchants), Alarm.acknowledged_at.is_not(None))
    found = found.options(joinedload(Alarm.transaction)).order_by(Alarm.at.desc(), Alarm.id.desc())
    return session.scalars(found.limit(LATEST)).all()


def merchants_of(session: Session, ids: Collection[int]) -> list[int]:
    """Return the merchants in scope whose alarms these are, each once."""
    return list(
        session.scalars(select(Alarm.merchant_id).where(Alarm.id.in_(ids)).distinct().order_by(Alarm.merchant_id))
    )


def in_scope(session: Session, ids: Collection[int]) -> bool:
    """Return whether all alarms of these ids are in scope."""
    return len(session.scalars(select(Alarm.id).where(Alarm.id.in_(ids))).all()) == len(set(ids))
