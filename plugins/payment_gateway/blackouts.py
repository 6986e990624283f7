"""When a gateway takes cash operations (domain.md section 2 "Dates")."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.days import blackout

from .account_access import gateway_for
from .accounts import GatewayAccount


def opens_at(account: GatewayAccount, at: datetime) -> datetime | None:
    """Return the UTC instant cash operations open again, or None while they are open."""
    hours = gateway_for(account).capabilities.blackout
    if hours is None:
        return None
    return blackout(at, ZoneInfo(hours.zone), hours.start, hours.end)
