"""When a gateway takes cash operations (domain.md section 2 "Dates")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import blackout
from app.models import Contract
from app.plugin import registry
from app.ports import Blackout

from .account_access import gateway_for
from .accounts import GatewayAccount


def opens_at(account: GatewayAccount, at: datetime) -> datetime | None:
    """Return the UTC instant cash operations open again, or None while they are open."""
    hours = gateway_for(account).capabilities.blackout
    if hours is None:
        return None
    return blackout(at, ZoneInfo(hours.zone), hours.start, hours.end)


def nights_of(session: Session, contract: Contract) -> Iterable[Blackout]:
    """Yield the nightly hours of the interfaces the contract's sales go through, or, without an account yet, would.

    An account that has them off at the moment counts too: the bank may keep its night from any evening on.
    """
    known = registry().gateways
    names: Iterable[str] = ()
    if contract.id is not None:
        used = select(GatewayAccount.adapter).where(GatewayAccount.contract_id == contract.id, GatewayAccount.active)
        names = set(session.scalars(used)) & known.keys()
    for name in sorted(names or known):
        night: Blackout | None = getattr(known[name], "night", None)
        if night is not None:
            yield night
