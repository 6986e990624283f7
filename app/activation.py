"""The invited person's own step: the mail's link, a password, and they may sign in. The link works once."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from .audit import CREDENTIAL_CHANGED, record
from .database import NOTHING, Scope, unit_of_work
from .domain.errors import InvalidInput, NotFound
from .models import Membership, UserSetting
from .security.invitations import INVITED, read_token
from .security.passwords import password_hash, password_problem
from .security.tokens import end_sessions


def invited_name(token: str) -> str:
    """Return the user name of the person a link invites; raises NotFound for a link that is used, too old or no link."""
    with unit_of_work(NOTHING) as session:
        return str(_invited(session, token).username)


def activate(token: str, password: str) -> None:
    """Give the invited person their password and let them sign in; the link dies.

    Raises NotFound as `invited_name`, InvalidInput for a password that will not do.
    """
    with unit_of_work(NOTHING) as session:
        works = tuple(_merchants(session, _invited(session, token).id))
    with unit_of_work(Scope(works)) as session:  # whose auditors see the entries
        user = _invited(session, token)
        if problem := password_problem(password, user.username):
            raise InvalidInput.of("password", "password_weak", problem)
        user.password, user.active, user.fail_login_count = password_hash(password), True, 0
        end_sessions(session, user.id)
        for merchant_id in works:
            record(session, user.username, CREDENTIAL_CHANGED, f"user {user.id} password", merchant_id=merchant_id)


def _merchants(session: Session, user_id: int) -> list[int]:
    return list(session.scalars(select(Membership.merchant_id).where(Membership.user_id == user_id)))


def _invited(session: Session, token: str) -> User:
    """The row, locked: of two who use one link at once the second finds it used."""
    found = read_token(token)
    if found is None:
        raise NotFound()
    user_id, version = found
    user = session.scalar(select(User).where(User.id == user_id).with_for_update(of=User))
    setting = session.get(UserSetting, user_id)
    if user is None or user.active or user.password != INVITED or setting is None or setting.token_version != version:
        raise NotFound()
    return user
