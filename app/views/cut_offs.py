"""A cut-off at which the gateway takes nothing is refused: its remittance could not leave that evening."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ..database import now
from ..domain.days import local_day
from ..domain.errors import InvalidInput
from ..domain.text import N_
from ..plugin import registry

_REFUSAL = N_(
    "The bank takes no remittance from %(start)s to %(end)s (%(bank_zone)s): contract %(number)s cannot leave at "
    "%(cut_off)s (%(zone)s)."
)


def demand_outside_nights(session: Session, contract: Any, zone_name: str, field: str) -> None:
    """Raise InvalidInput naming `field` when the contract's cut-off, a time of `zone_name`, ever falls into the hours
    without cash operations of a gateway of its."""
    zone = ZoneInfo(zone_name)
    since = local_day(now(), zone)
    for night in registry().nights_of(session, contract):
        if night.ever_at(contract.cut_off, zone, since):
            raise InvalidInput.of(
                field,
                "cut_off_in_blackout",
                _REFUSAL,
                start=f"{night.start:%H:%M}",
                end=f"{night.end:%H:%M}",
                bank_zone=night.zone,
                number=contract.number,
                cut_off=f"{contract.cut_off:%H:%M}",
                zone=zone_name,
            )
