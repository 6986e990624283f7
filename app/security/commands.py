"""`egestion users add|activate|disable`: for the machine's owner, who needs no login to make the first one."""

from __future__ import annotations

import secrets
from typing import Any

import click
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from config import load

from ..audit import COMMAND_RUN, record
from ..database import Scope, real_now, unit_of_work
from ..models import Membership, Merchant
from .invitations import INVITED
from .names import email_problem, is_writable, name_problem, user_name_problem
from .passwords import password_hash, password_problem
from .profiles import PROFILES
from .tokens import end_sessions

NOT_TEXT = "these bytes are no text (UTF-8)"
EVERYTHING = Scope(admin=True)  # the machine's owner sees configuration, no money


class Refused(click.ClickException):
    """One line on standard error, exit 1."""

    exit_code = 1


class Wrong(click.ClickException):
    """One line that names the field, exit 2: what was given cannot be."""

    exit_code = 2

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")


@click.group()
@click.pass_context
def users(ctx: click.Context) -> None:
    """Add, activate or disable users."""
    from .. import create_app

    ctx.with_resource(create_app(load()).app_context())


@users.command("add")
@click.argument("username")
@click.option(
    "--profile", "profiles", multiple=True, required=True, type=click.Choice(list(PROFILES)), help="May repeat."
)
@click.option(
    "--merchant", "merchants", multiple=True, metavar="SHORT_NAME", help="A merchant they work for. May repeat."
)
@click.option("--email", required=True)
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@click.option("--password", default=None, help="Asked when missing; `-` makes one and prints it.")
def add(
    username: str,
    profiles: tuple[str, ...],
    merchants: tuple[str, ...],
    email: str,
    first_name: str,
    last_name: str,
    password: str | None,
) -> None:
    """Add an active user."""
    if len(profiles) > 1 and any(PROFILES[name].administrator for name in profiles):
        raise click.UsageError("the administrator's profile goes with no other")
    if merchants and any(PROFILES[name].administrator for name in profiles):
        raise click.UsageError("an administrator works for no merchant")
    _demand_names(username, email, first_name, last_name, merchants)
    made = password == "-"  # noqa: S105 - the sign that asks for one
    if made:
        password = f"{secrets.token_urlsafe(12)}7a"
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not is_writable(password):
        raise Wrong("password", NOT_TEXT)
    if problem := password_problem(password, username):
        raise Wrong("password", problem)
    with unit_of_work(EVERYTHING) as session:
        in_turn(session)
        if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())):
            raise Refused(f"user {username} exists")
        if session.scalar(select(User.id).where(User.email == email)):
            raise Refused(f"{email} belongs to another user")
        user = new_user(session, username, password, profiles, email, first_name or username, last_name or "")
        for name in merchants:
            merchant = session.scalar(select(Merchant.id).where(Merchant.short_name == name))
            if merchant is None:
                raise Refused(f"there is no merchant {name}")
            session.add(Membership(user_id=user.id, merchant_id=merchant))
        _tell(session, f"users add {username}", {"profiles": list(profiles), "merchants": list(merchants)})
    click.echo(f"user {username} added" + (f", password {password}" if made else ""))


def _demand_names(username: str, email: str, first_name: str, last_name: str, merchants: tuple[str, ...]) -> None:
    """Raise Wrong for the first field that cannot be; nothing was looked at in the database yet."""
    problems = [
        ("username", user_name_problem(username)),
        ("email", email_problem(email)),
        ("first-name", name_problem(first_name)),
        ("last-name", name_problem(last_name)),
        *(("merchant", None if is_writable(name) else NOT_TEXT) for name in merchants),
    ]
    for field, problem in problems:
        if problem:
            raise Wrong(field, problem)


@users.command("activate")
@click.argument("username")
def activate(username: str) -> None:
    """Let a disabled user sign in again."""
    _switch(username, True)


@users.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Keep a user out; sessions and bearer tokens die at once."""
    _switch(username, False)


def _switch(username: str, active: bool) -> None:
    if not is_writable(username):
        raise Wrong("username", NOT_TEXT)
    with unit_of_work(EVERYTHING) as session:
        user = session.scalar(select(User).where(User.username == username))
        if user is None:
            raise Refused(f"there is no user {username}")
        user.active = active
        if active:
            user.fail_login_count = 0
        end_sessions(session, user.id)
        _tell(session, f"users {'activate' if active else 'disable'} {username}")
    click.echo(f"user {username} {'activated' if active else 'disabled'}")


def in_turn(session: Session) -> None:
    """Let one new user after the other look whether its name is taken, until the unit ends: names that differ in case only
    are the same to whoever signs in, and no index tells them apart.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(7305115)"))


def new_user(
    session: Session,
    username: str,
    password: str | None,
    profiles: tuple[str, ...],
    email: str,
    first_name: str,
    last_name: str,
) -> User:
    """Add a user with these profiles to the caller's unit and return the row, its id known.

    Active; without a password invited: the user chooses one by the mail's link.
    """
    roles = list(session.scalars(select(Role).where(Role.name.in_(profiles))))
    if len(roles) != len(set(profiles)):
        raise LookupError("the profiles are not in the database yet: run `egestion init`")
    stamp = real_now().replace(tzinfo=None)  # FAB's own columns are naive UTC
    user = User(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        active=password is not None,
        password=INVITED if password is None else password_hash(password),
        roles=roles,
        created_on=stamp,
        changed_on=stamp,
        login_count=0,
        fail_login_count=0,
    )
    session.add(user)
    session.flush()
    return user


def _tell(session: Session, what: str, data: dict[str, Any] | None = None) -> None:
    record(session, "command line", COMMAND_RUN, what, data=data)


#: What app/cli.py adds to the root group.
COMMANDS = (users,)
