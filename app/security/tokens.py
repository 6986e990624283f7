"""The number that kills: sessions and bearer tokens carry a user's token version and die when it moves."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_MOVE = text(
    """INSERT INTO user_setting (user_id, language, text_size, token_version) VALUES (:id, '', 'normal', 1)
    ON CONFLICT (user_id) DO UPDATE SET token_version = user_setting.token_version + 1 RETURNING token_version"""
)


def end_sessions(session: Session, user_id: int) -> int:
    """Let every session and bearer token of a user die with the commit; return the version new ones carry."""
    return int(session.execute(_MOVE, {"id": user_id}).scalar_one())
