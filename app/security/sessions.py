"""A browser's session has a number of its own in its signed cookie; signing out writes it down, so that no copy works."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..database import real_now
from ..models import EndedSession

NUMBER = "number"
KEPT = timedelta(days=2)  # longer than any cookie is valid (PERMANENT_SESSION_LIFETIME)


def start(cookie: MutableMapping[str, Any]) -> None:
    """Give a session just signed in its number."""
    cookie[NUMBER] = secrets.token_urlsafe(16)


def digest_of(cookie: MutableMapping[str, Any]) -> bytes:
    """Return what is kept of the session's number; empty for a session without one."""
    number = cookie.get(NUMBER)
    return hashlib.sha256(number.encode()).digest() if isinstance(number, str) else b""


def end(unit: Session, cookie: MutableMapping[str, Any]) -> None:
    """Let the session, and every copy of its cookie, open nothing from the commit on; forget what expired long ago."""
    unit.execute(delete(EndedSession).where(EndedSession.ended_at < real_now() - KEPT))
    if digest := digest_of(cookie):
        unit.merge(EndedSession(digest=digest, ended_at=real_now()))
