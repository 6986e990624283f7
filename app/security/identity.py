"""Who is asking: user, profiles, merchants and settings in one statement, by number, for screens and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.orm import Session

from ..database import Scope
from ..domain.actor import Actor
from ..extensions import db
from .profiles import PROFILES, rights_of

LARGEST_KEY = 2**31 - 1  # of an integer column; a larger number would be an error of the database, not "nobody"

_COLUMNS = """u.id, u.username, u.first_name, u.last_name, u.active, coalesce(s.token_version, 0) AS token_version,
    coalesce(s.language, '') AS language, coalesce(s.text_size, 'normal') AS text_size,
    array(SELECT r.name FROM ab_role r JOIN ab_user_role ur ON ur.role_id = r.id
          WHERE ur.user_id = u.id ORDER BY r.name) AS roles,
    array(SELECT m.merchant_id FROM membership m WHERE m.user_id = u.id ORDER BY m.merchant_id) AS merchants
    FROM ab_user u LEFT JOIN user_setting s ON s.user_id = u.id WHERE u.id = %(id)s"""
# Written out for the driver: SQLAlchemy's own preparing of a statement costs more than this one takes.
_LOOK_UP = f"SELECT {_COLUMNS}"
# The same, and the scope of the transaction it runs in: both settings row security reads, without a second statement.
_LOOK_UP_AND_ENTER = f"""WITH person AS MATERIALIZED (SELECT {_COLUMNS}
        AND NOT EXISTS (SELECT FROM ended_session e WHERE e.digest = %(session)s))
    SELECT person.*,
        set_config('app.merchants', CASE WHEN active THEN merchants::text ELSE '' END, true),
        set_config('app.admin', CASE WHEN active AND %(administrator)s = ANY (roles) THEN 'on' ELSE '' END, true)
    FROM person"""
_ADMINISTRATOR = next(profile.role for profile in PROFILES.values() if profile.administrator)


@dataclass(frozen=True, slots=True)
class Identity:
    """An active user as the walls see them. `token_version` moves when bearer tokens and sessions must die."""

    actor: Actor
    name: str
    roles: tuple[str, ...]
    token_version: int
    language: str
    text_size: str

    @property
    def scope(self) -> Scope:
        """What this person's database transactions may see."""
        return Scope.of(self.actor)


def parse_key(value: object) -> int | None:
    """Return a row's number from text, None for what no row can have."""
    text_ = str(value)
    if not (text_.isascii() and text_.isdigit() and len(text_) <= 10):
        return None
    number = int(text_)
    return number if 0 < number <= LARGEST_KEY else None


def enter(session: Session, user_id: int, signed_in: bytes = b"") -> Identity | None:
    """Look a user up on the request's session and set the scope of its transaction; one statement.

    `signed_in` is the digest of the browser's session. None for an unknown or disabled user, and for a session that
    signed out; the transaction then sees nothing.
    """
    values = {"id": user_id, "administrator": _ADMINISTRATOR, "session": signed_in}
    return _identity(session.connection().exec_driver_sql(_LOOK_UP_AND_ENTER, values))


def look_up(user_id: int, connection: Connection | None = None) -> Identity | None:
    """Look a user up in one statement on a connection of its own, given back at once; None as in `enter`."""
    if connection is not None:
        return _identity(connection.exec_driver_sql(_LOOK_UP, {"id": user_id}))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        return _identity(own.exec_driver_sql(_LOOK_UP, {"id": user_id}))


def actor_for(user_id: object) -> Actor | None:
    """Return the actor of a user number, None for nobody: one statement, no ORM, no connection kept."""
    key = parse_key(user_id)
    found = look_up(key) if key else None
    return found.actor if found else None


def _identity(found: CursorResult[Any]) -> Identity | None:
    values = found.mappings().one_or_none()
    if values is None or not values["active"]:
        return None
    roles = tuple(values["roles"])
    administrator = any(PROFILES[role].administrator for role in roles if role in PROFILES)
    actor = Actor(values["id"], values["username"], tuple(values["merchants"]), rights_of(list(roles)), administrator)
    name = f"{values['first_name']} {values['last_name']}"
    return Identity(actor, name, roles, values["token_version"], values["language"], values["text_size"])
