"""Who worked there: the practice logins, and colleagues of the past whose accounts are disabled."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.actor import Actor, machine
from app.models import Membership, Merchant
from app.security.commands import new_user

from .place import Staff

LEFT: Mapping[str, Mapping[str, str]] = {
    "PRACTICE": {"amelie": "Amélie", "bruno": "Bruno"},
    "OTHER": {"carole": "Carole"},
}
SELLS = {"Clerk": 50, "Supervisor": 8, "Merchant manager": 3}
OF_THE_LEFT = 26  # how much each of them sold
REPAIRS = ("Supervisor", "Merchant manager")


def staff_of(session: Session, merchant: Merchant) -> Staff:
    """Return who the merchant's people are, after making the accounts of those who left."""
    left = [_left(session, merchant, login, name) for login, name in LEFT.get(merchant.short_name, {}).items()]
    people = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.merchant_id == merchant.id, User.active)
        .order_by(User.id)
    ).all()
    roles = {user: {role.name for role in user.roles} for user in people}
    sellers = {_actor(user, merchant): SELLS[role] for user, mine in roles.items() for role in SELLS if role in mine}
    sellers |= {_actor(user, merchant): OF_THE_LEFT for user in left}
    nobody = machine(merchant.id)
    repair = [_actor(user, merchant) for user, mine in roles.items() if mine & set(REPAIRS)]
    risk = [_actor(user, merchant) for user, mine in roles.items() if "Risk officer" in mine]
    return Staff(sellers or {nobody: 1}, repair or [nobody], (risk or repair or [nobody])[0], nobody)


def _left(session: Session, merchant: Merchant, login: str, name: str) -> User:
    """Return a colleague who left: an account nobody can sign in with."""
    user = session.scalar(select(User).where(User.username == login))
    if user is None:
        domain = f"{merchant.short_name.lower()}.example"
        user = new_user(session, login, secrets.token_urlsafe(24), ("Clerk",), f"{login}@{domain}", name, "Practice")
        user.active = False
        session.add(Membership(user_id=user.id, merchant_id=merchant.id))
        session.flush()
    return user


def _actor(user: User, merchant: Merchant) -> Actor:
    return Actor(user.id, user.username, (merchant.id,), frozenset())
