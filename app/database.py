"""Units of work, the scope every query runs in, aware time. The only module that commits our tables.

Two walls keep merchants apart. First the ORM listener adds `merchant_id IN (…)` to every statement on a merchant-owned
table (which is also what makes indexes usable under row security); behind it PostgreSQL's row-level security reads
`app.merchants` and `app.admin`, set for each database transaction. No scope means: nothing is visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import g, has_app_context
from sqlalchemy import DateTime, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeDecorator

from .domain.actor import Actor
from .domain.clock import business_now, real_now
from .domain.errors import OperationInFlight
from .extensions import db

__all__ = ["NOTHING", "Scope", "UtcDateTime", "after_commit", "now", "real_now", "set_scope", "unit_of_work"]

now = business_now
LOCK_NOT_AVAILABLE = "55P03"
_OWN_TROUBLE = frozenset({LOCK_NOT_AVAILABLE, "57014", "40001", "40P01"})  # and: too slow, serialization, deadlock


class UtcDateTime(TypeDecorator[datetime]):
    """Stores aware datetimes as timestamptz, gives them back in UTC, refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime never reaches the database")
        return value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a database transaction may see: these merchants' rows; `admin` opens merchant, contract and user tables."""

    merchants: tuple[int, ...] = ()
    admin: bool = False

    @classmethod
    def of(cls, actor: Actor) -> Scope:
        """Return the actor's scope."""
        return cls(actor.merchants, actor.administrator)


NOTHING = Scope()
_SET_SCOPE = "SELECT set_config('app.merchants', %s, true), set_config('app.admin', %s, true)"
# Units take rows by key, so one plan fits all their values; planning each anew was a quarter of PostgreSQL's work.
_SET_UNIT = f"{_SET_SCOPE}, set_config('plan_cache_mode', 'force_generic_plan', true)"


def scope_of(session: Session) -> Scope:
    """Return the session's own scope, else the request's, else nothing."""
    scope = session.info.get("scope")
    if scope is None and has_app_context():
        scope = g.get("scope")
    return scope if isinstance(scope, Scope) else NOTHING


def scope_parameters(scope: Scope) -> tuple[str, str]:
    """Return the values of the two settings row-level security reads: app.merchants, app.admin."""
    return "{" + ",".join(map(str, scope.merchants)) + "}", "on" if scope.admin else ""


def set_scope(session: Session, scope: Scope) -> None:
    """Give the request's session its scope, also in the database transaction already under way."""
    if has_app_context():
        g.scope = scope
    if session.in_transaction():
        session.connection().exec_driver_sql(_SET_SCOPE, scope_parameters(scope))


@event.listens_for(Session, "after_begin")
def _scope_the_transaction(session: Session, transaction: SessionTransaction, connection: Any) -> None:
    if transaction.nested:
        return  # a savepoint lies in a database transaction that has its scope already
    connection.exec_driver_sql(
        _SET_UNIT if "scope" in session.info else _SET_SCOPE, scope_parameters(scope_of(session))
    )


class Walls:
    """The first wall can be taken down by tests, to prove that the second holds alone."""

    orm = True


@event.listens_for(Session, "do_orm_execute")
def _first_wall(state: ORMExecuteState) -> None:
    if not Walls.orm or state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    state.statement = state.statement.options(*_criteria(scope_of(state.session)))


@lru_cache(maxsize=1024)  # one entry a set of merchants; the options are never changed
def _criteria(scope: Scope) -> tuple[ExecutableOption, ...]:
    from .models.base import AdministeredByMerchant, MerchantOwned
    from .models.merchant import Merchant

    merchants = scope.merchants
    money = with_loader_criteria(MerchantOwned, lambda cls: cls.merchant_id.in_(merchants), include_aliases=True)
    if scope.admin:
        return (money,)
    return (
        money,
        with_loader_criteria(AdministeredByMerchant, lambda cls: cls.merchant_id.in_(merchants), include_aliases=True),
        with_loader_criteria(Merchant, lambda cls: cls.id.in_(merchants), include_aliases=True),
    )


@contextmanager
def unit_of_work(scope: Scope | Actor, engine: Engine | None = None) -> Iterator[Session]:
    """Open a session of its own on the engine, commit at the end, roll back on any exception.

    Never joins another unit, never uses the request's session. What `after_commit` collected runs once the commit is
    durable. A lock that cannot be had in time raises OperationInFlight.
    """
    session = Session(engine or db.engine, expire_on_commit=False, autoflush=False)
    session.info["scope"] = Scope.of(scope) if isinstance(scope, Actor) else scope
    try:
        with session:
            yield session
            session.commit()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise OperationInFlight() from None
        raise
    for callback in session.info.get("after_commit", ()):
        callback()


@contextmanager
def configuring(session: Session) -> Iterator[None]:
    """Commit what a form of the configuration wrote through Flask-AppBuilder's own session, the request's; roll back on any
    exception. Money is never written so: it has `unit_of_work`.
    """
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


def is_away(error: BaseException) -> bool:
    """Return whether the database is away, so that nothing else would fare better now. A statement that took too long, a
    deadlock, a lock that could not be had or a connection that was lost alone is the trouble of what was tried."""
    if not isinstance(error, OperationalError):
        return False
    if error.connection_invalidated:
        return not _answers()
    return getattr(error.orig, "sqlstate", None) not in _OWN_TROUBLE


def _answers() -> bool:
    try:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except DBAPIError:
        return False
    return True


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run `callback` after the unit's commit; never when it rolls back. It must not raise."""
    session.info.setdefault("after_commit", []).append(callback)


def release_request_connection() -> None:
    """Give the request's connection back to the pool: nothing is held while a bank is called, and what is read after a
    refusal is read anew.
    """
    if has_app_context() and db.session.registry.has():
        db.session.rollback()
