"""Sessions that ended by signing out: a copy of their cookie opens nothing any more."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model, Moment


class EndedSession(Model):
    """A digest of the session's own number (the number itself would be half a cookie), and when it ended."""

    __tablename__ = "ended_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    ended_at: Mapped[Moment]
