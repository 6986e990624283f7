"""Merchants and people for tests of the post."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.actor import Actor
from app.models import Membership, Merchant, UserSetting
from app.security.profiles import PROFILES


def merchant(short_name: str = "SHOP", language: str = "fr") -> int:
    """Make a merchant and return its id."""
    with unit_of_work(Scope((), admin=True)) as session:
        row = Merchant(short_name=short_name, name=short_name.title(), language=language)
        session.add(row)
    return row.id


def person(
    merchant_id: int, name: str, role: str, *, email: str | None = None, language: str = "", active: bool = True
) -> Actor:
    """Make a user with one profile, a member of the merchant, and return its actor."""
    with unit_of_work(Scope((merchant_id,), admin=True)) as session:
        user = User(first_name=name, last_name="Test", username=name, active=active, password="-")
        user.email = email or f"{name}@shop.example"
        user.roles = list(session.scalars(select(Role).where(Role.name == role)))
        assert user.roles, f"no role {role}"
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, merchant_id=merchant_id))
        if language:
            session.add(UserSetting(user_id=user.id, language=language))
    return Actor(user.id, name, (merchant_id,), PROFILES[role].rights)
