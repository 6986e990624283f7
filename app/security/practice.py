"""The practice installation's merchants and logins, without a past (interface.md "Practice bank"). May run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from config import Settings

from ..database import Scope, now, unit_of_work
from ..models import Contract, Membership, Merchant, MerchantOption, Reason
from ..models.merchant import SHIPPED_REASONS
from ..plugin import registry
from .commands import new_user
from .passwords import password_hash
from .tokens import end_sessions

EVERY_OPTION = ("AMEX", "RISK", "JRB", "JRI", "TERMINAL", "PAY_LINK")
HISTORY = timedelta(days=500)  # the demo's 15 months of sales happened under the options and contracts made here


@dataclass(frozen=True, slots=True)
class PracticeMerchant:
    """A merchant of the practice installation, and who works for it: login -> profile."""

    short_name: str
    name: str
    domain: str
    logins: Mapping[str, str]
    contracts: Sequence[Mapping[str, Any]]
    options: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


MERCHANTS = (
    PracticeMerchant(
        "PRACTICE",
        "Practice",
        "practice.example",
        {
            "clerk": "Clerk",
            "supervisor": "Supervisor",
            "accountant": "Accountant",
            "risk": "Risk officer",
            "manager": "Merchant manager",
            "auditor": "Auditor",
        },
        (
            {"number": "1234567", "name": "Carte bancaire VPC", "account": "FR7630003030100002001234549"},
            {
                "number": "9123456",
                "name": "American Express VPC",
                "scheme": "AMEX",
                "account": "FR7630003030100002005432127",
            },
        ),
        EVERY_OPTION,
        {"forcing_allowed": True},
    ),
    PracticeMerchant(
        "OTHER",
        "Other",
        "other.example",
        {"clerk2": "Clerk", "manager2": "Merchant manager"},
        ({"number": "7654321", "name": "Carte bancaire VPC", "account": "FR7630003030200002006789007"},),
    ),
)
ADMINISTRATOR = ("admin", "Platform administrator", "practice.example")
REFERRAL_TELEPHONE = "+33 1 99 00 01 00"  # nobody's: for fiction (ARCEP)


def create_practice(settings: Settings) -> None:
    """Make what is missing: merchants, contracts, options, reasons, users, memberships, what plug-ins add to them.

    Needs `egestion init` before and an application context. Raises ValueError outside practice.
    """
    if not settings.practice:
        raise ValueError("practice merchants belong to a practice installation")
    password = settings.practice_password or ""
    with unit_of_work(Scope(admin=True)) as session:
        for practice in MERCHANTS:
            merchant = _merchant(session, practice)
            contracts = session.scalars(
                select(Contract).where(Contract.merchant_id == merchant.id).order_by(Contract.id)
            ).all()
            for load in registry().practice_loaders:
                load(settings, session, merchant, contracts)
            for login, profile in practice.logins.items():
                user_id = _user(session, login, profile, practice.domain, password)
                _member(session, user_id, merchant.id)
        _user(session, *ADMINISTRATOR, password)
        if "EGESTION_PRACTICE_PASSWORD" in settings.given:
            _follow_password(session, password)


def logins() -> dict[str, str]:
    """Return login -> profile of everybody on the practice installation, in the order people read."""
    found = {login: profile for practice in MERCHANTS for login, profile in practice.logins.items()}
    login, profile, _domain = ADMINISTRATOR
    return found | {login: profile}


def _merchant(session: Session, practice: PracticeMerchant) -> Merchant:
    merchant = session.scalar(select(Merchant).where(Merchant.short_name == practice.short_name))
    if merchant is None:
        merchant = Merchant(short_name=practice.short_name, name=practice.name, **practice.settings)
        session.add(merchant)
        session.flush()
        for values in practice.contracts:
            contract = {"referral_telephone": REFERRAL_TELEPHONE, "immediate_allowed": True} | dict(values)
            session.add(Contract(merchant_id=merchant.id, **contract))
        for code, label_fr, label_en in SHIPPED_REASONS:
            session.add(Reason(merchant_id=merchant.id, code=code, label_fr=label_fr, label_en=label_en))
        for code in practice.options:
            session.add(MerchantOption(merchant_id=merchant.id, code=code, from_day=_beginning(merchant)))
        session.flush()
    return merchant


def _beginning(merchant: Merchant) -> date:
    return (now() - HISTORY).astimezone(ZoneInfo(merchant.zone)).date()


def _user(session: Session, login: str, profile: str, domain: str, password: str) -> int:
    user_id = session.scalar(select(User.id).where(User.username == login))
    if user_id is None:
        return int(
            new_user(session, login, password, (profile,), f"{login}@{domain}", login.capitalize(), "Practice").id
        )
    return int(user_id)


def _member(session: Session, user_id: int, merchant_id: int) -> None:
    member = select(Membership.id).where(Membership.user_id == user_id, Membership.merchant_id == merchant_id)
    if session.scalar(member) is None:
        session.add(Membership(user_id=user_id, merchant_id=merchant_id))
        session.flush()


def _follow_password(session: Session, password: str) -> None:
    """A password given from outside is the one everybody has, also when an earlier start made another."""
    users = session.scalars(select(User).where(User.username.in_(logins()))).all()
    if all(check_password_hash(user.password or "", password) for user in users[:1]):
        return
    for user in users:
        user.password = password_hash(password)
        end_sessions(session, user.id)
