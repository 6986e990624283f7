"""The people of a manager's merchants: invite, disable, let in again. What the invited do themselves: app/activation.py.

Only profiles below manager, only people all of whose merchants are the manager's: whoever also works elsewhere is the
administrator's affair. Each change is one unit with its audit entry; mails leave through the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .audit import USER_CHANGED, USER_CREATED, record
from .database import unit_of_work
from .domain.actor import Actor
from .domain.errors import FieldError, InvalidInput, NotFound, NotPermitted
from .domain.text import N_
from .mail import in_language, queue_mail, sentence, usable_address
from .models import Membership, Merchant, UserSetting
from .security.commands import in_turn, new_user
from .security.invitations import INVITED, MARK, WITHDRAWN, kind_for
from .security.names import email_problem, name_problem, user_name_problem
from .security.profiles import BELOW_MANAGER, PEOPLE
from .security.tokens import end_sessions

MOST = 500  # people shown
ACTIVE, INVITATION_OPEN, DISABLED = "active", "invited", "disabled"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the manager's merchants; `changeable`: this manager may disable them and let them in again."""

    id: int
    username: str
    name: str
    email: str
    profiles: tuple[str, ...]
    merchants: tuple[str, ...]
    status: str
    has_password: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited, as what, to work for which merchant (its id), addressed in which language."""

    username: str
    first_name: str
    last_name: str
    email: str
    profile: str
    merchant_id: int
    language: str


def colleagues(session: Session, actor: Actor) -> list[Colleague]:
    """Return the people of the actor's merchants by user name, at most MOST; three statements."""
    of_ours = select(Membership.user_id).where(Membership.merchant_id.in_(actor.merchants))
    users = session.scalars(select(User).where(User.id.in_(of_ours)).order_by(User.username).limit(MOST)).unique().all()
    names = {row.id: row.short_name for row in session.execute(select(Merchant.id, Merchant.short_name))}
    works: dict[int, list[int]] = {}
    pairs = select(Membership.user_id, Membership.merchant_id).where(Membership.user_id.in_([u.id for u in users]))
    for user_id, merchant_id in session.execute(pairs):
        works.setdefault(user_id, []).append(merchant_id)
    return [_colleague(actor, user, works.get(user.id, []), names) for user in users]


def _colleague(actor: Actor, user: User, works: Sequence[int], names: dict[int, str]) -> Colleague:
    shown = sorted(names[each] for each in works if each in actor.merchants and each in names)
    return Colleague(
        user.id, user.username, f"{user.first_name} {user.last_name}", user.email or "",
        tuple(role.name for role in user.roles), tuple(shown), _status(user), _has_password(user),
        _changeable(actor, user, works),
    )  # fmt: skip


def invite(actor: Actor, invitation: Invitation, base: str) -> int:
    """Add the person, not yet active, and the mail whose link lets them choose a password; return their number.

    `base` is the address of this site as people reach it. Raises NotPermitted, NotFound (a merchant out of scope) and
    InvalidInput naming every wrong field.
    """
    actor.demand(PEOPLE)
    actor.demand_merchant(invitation.merchant_id)
    _demand_right_fields(invitation)
    with unit_of_work(actor) as session:
        _demand_new(session, invitation)
        names = (invitation.email, invitation.first_name, invitation.last_name)
        user = new_user(session, invitation.username, None, (invitation.profile,), *names)
        session.add(Membership(user_id=user.id, merchant_id=invitation.merchant_id))
        version = end_sessions(session, user.id)
        setting = session.get_one(UserSetting, user.id)
        setting.language = invitation.language
        data = {"profile": invitation.profile, "invited": True}
        record(session, actor, USER_CREATED, f"user {user.id}", merchant_id=invitation.merchant_id, data=data)
        _write(session, user, version, invitation.merchant_id, invitation.language, base)
        return int(user.id)


def invite_again(actor: Actor, user_id: int, base: str) -> None:
    """Send the link once more to somebody without a password; earlier links die. Raises as `disable`."""
    with unit_of_work(actor) as session:
        user, works = _demand_changeable(session, actor, user_id)
        if _has_password(user):
            raise NotPermitted(right=PEOPLE)
        user.password = INVITED
        version = end_sessions(session, user.id)
        setting = session.get_one(UserSetting, user.id)
        merchant = session.get_one(Merchant, min(works))
        _tell(session, actor, user, works, {"invited": "again"})
        _write(session, user, version, merchant.id, setting.language or merchant.language, base)


def disable(actor: Actor, user_id: int) -> None:
    """Keep somebody out at once: sessions, bearer tokens and an open invitation die.

    Raises NotFound for who is not of the actor's merchants, NotPermitted for oneself, for a profile that is not below
    manager and for who also works for another merchant.
    """
    with unit_of_work(actor) as session:
        user, works = _demand_changeable(session, actor, user_id)
        if not user.active and user.password != INVITED:
            return
        user.active = False
        if not _has_password(user):
            user.password = WITHDRAWN
        end_sessions(session, user.id)
        _tell(session, actor, user, works, {"active": [True, False]})


def enable(actor: Actor, user_id: int) -> None:
    """Let a disabled person sign in again with the password they had. Raises as `disable`."""
    with unit_of_work(actor) as session:
        user, works = _demand_changeable(session, actor, user_id)
        if not _has_password(user):
            raise NotPermitted(right=PEOPLE)
        if user.active:
            return
        user.active, user.fail_login_count = True, 0
        end_sessions(session, user.id)
        _tell(session, actor, user, works, {"active": [False, True]})


def _demand_changeable(session: Session, actor: Actor, user_id: int) -> tuple[User, list[int]]:
    actor.demand(PEOPLE)
    works = list(session.scalars(select(Membership.merchant_id).where(Membership.user_id == user_id)))
    if not set(works) & set(actor.merchants):
        raise NotFound()
    user = session.scalars(select(User).where(User.id == user_id).with_for_update(of=User)).unique().one()
    if not _changeable(actor, user, works):
        raise NotPermitted(right=PEOPLE)
    return user, works


def _changeable(actor: Actor, user: User, works: Sequence[int]) -> bool:
    below = bool(user.roles) and all(role.name in BELOW_MANAGER for role in user.roles)
    return below and user.id != actor.id and set(works) <= set(actor.merchants)


def _has_password(user: User) -> bool:
    return user.password not in (INVITED, WITHDRAWN)


def _status(user: User) -> str:
    if user.active:
        return ACTIVE
    return INVITATION_OPEN if user.password == INVITED else DISABLED


def _demand_right_fields(invitation: Invitation) -> None:
    problems = [
        ("username", user_name_problem(invitation.username)),
        ("first_name", name_problem(invitation.first_name) if invitation.first_name else N_("This is needed.")),
        ("last_name", name_problem(invitation.last_name) if invitation.last_name else N_("This is needed.")),
        ("email", email_problem(invitation.email)),
        ("profile", None if invitation.profile in BELOW_MANAGER else N_("Choose a profile.")),
    ]
    if problems[3][1] is None and not usable_address(invitation.email):
        problems[3] = ("email", N_("This is not an e-mail address."))
    if errors := [FieldError(field, "invalid", text) for field, text in problems if text]:
        raise InvalidInput(errors)


def _demand_new(session: Session, invitation: Invitation) -> None:
    in_turn(session)
    taken = [
        ("username", func.lower(User.username) == invitation.username.lower()),
        ("email", func.lower(User.email) == invitation.email.lower()),
    ]
    errors = [
        FieldError(field, "in_use", N_("In use already."))
        for field, condition in taken
        if session.scalar(select(User.id).where(condition).limit(1)) is not None
    ]
    if errors:
        raise InvalidInput(errors)


def _tell(session: Session, actor: Actor, user: User, works: Sequence[int], data: dict[str, object]) -> None:
    for merchant_id in works:
        record(session, actor, USER_CHANGED, f"user {user.id}", merchant_id=merchant_id, data=data)


def _write(session: Session, user: User, version: int, merchant_id: int, language: str, base: str) -> None:
    """The mail; the letter puts the token in MARK's place when it leaves."""
    shop = session.get_one(Merchant, merchant_id).name
    link = f"{base.rstrip('/')}/activation/{MARK}"
    with in_language(language):
        subject = sentence(N_("%(shop)s: your account on VPC e-gestion"), {"shop": shop})
        text = N_(
            "You are invited to work for %(shop)s on VPC e-gestion. Your user name is %(name)s.\n\n"
            "Choose your password here within 7 days:\n%(link)s\n\n"
            "If you did not expect this mail, do nothing."
        )
        body = sentence(text, {"shop": shop, "name": user.username, "link": link})
    queue_mail(session, merchant_id, kind_for(user.id, version), [user.email], subject, body, language)
