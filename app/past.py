"""The practice merchants' past: each gets it once. Plug-ins bring it (`Registry.add_practice_past`), `egestion demo` asks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the supervisor asks for the names alone, and stays small
    from sqlalchemy.orm import Session

MERCHANTS = ("PRACTICE", "OTHER")
KEY, VERB = "past of the practice merchant", "demo"  # of the one submission that stands for a merchant's whole past
_CLAIM = """INSERT INTO submission (merchant_id, key, verb, digest, created_at) VALUES (:merchant, :key, :verb, '', :at)
    ON CONFLICT (merchant_id, key) DO NOTHING RETURNING id"""


def claim(session: Session, merchant_id: int, at: datetime) -> bool:
    """Say in the caller's unit that the merchant gets its past now; False where it has one. Waits for another who is at
    it: what they roll back is free again."""
    from sqlalchemy import text

    values = {"merchant": merchant_id, "key": KEY, "verb": VERB, "at": at}
    return session.execute(text(_CLAIM), values).scalar_one_or_none() is not None
