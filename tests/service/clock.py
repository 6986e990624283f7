"""Business time in tests: set to a local moment in Paris, far enough ahead that a test may walk on from there."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain import clock

PARIS = ZoneInfo("Europe/Paris")


class BusinessClock:
    """One offset that service and bank obey (`egestion clock` writes the same file)."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def at(self, local: str) -> datetime:
        """Set it to a local time in Paris, such as "2027-03-10 20:59"."""
        moment = datetime.fromisoformat(local).replace(tzinfo=PARIS)
        clock.write_state(self.file, moment - clock.real_now(), moment)
        return moment

    def advance(self, **step: float) -> datetime:
        """Move it on by days, hours, minutes."""
        moment = clock.business_now() + timedelta(**step)
        clock.write_state(self.file, moment - clock.real_now(), moment)
        return moment
