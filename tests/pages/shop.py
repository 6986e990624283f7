"""Two merchants of different zones, their people, and ways to add sales."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.database import Scope, now, unit_of_work
from app.domain.states import OperationName, OperationStatus
from app.extensions import db
from app.models import Merchant, Operation, Transaction, TransactionEvent
from app.security.identity import look_up
from app.security.manager import TOKEN_VERSION
from app.security.profiles import PROFILES
from tests.factories import make_merchant, make_transaction, make_user

LOGINS = {
    "clerk": "Clerk",
    "supervisor": "Supervisor",
    "accountant": "Accountant",
    "risk": "Risk officer",
    "manager": "Merchant manager",
    "auditor": "Auditor",
    "admin": "Platform administrator",
}
PARIS, FAR = "PARIS", "FAR"


class Shop:
    """PARIS and FAR (Pacific/Auckland) with one person of each profile who works for both."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work(Scope(admin=True)) as session:
            merchants = [
                make_merchant(session, PARIS, customer_fields="name"),
                make_merchant(session, FAR, zone="Pacific/Auckland"),
            ]
            self.merchants = {each.short_name: each.id for each in merchants}
            self.users = {
                login: make_user(session, login, profile, () if PROFILES[profile].administrator else merchants).id
                for login, profile in LOGINS.items()
            }

    @contextmanager
    def books(self) -> Iterator[Session]:
        """A unit that sees both merchants."""
        with self.app.app_context(), unit_of_work(Scope(tuple(self.merchants.values()))) as session:
            yield session

    def sale(self, state: str, merchant: str = PARIS, **values: Any) -> Transaction:
        """Add a sale of now, unless `at` says another moment."""
        with self.books() as session:
            owner = session.scalars(select(Merchant).where(Merchant.short_name == merchant)).one()
            return make_transaction(session, owner, state, at=values.pop("at", now()), **values)

    def merchant(self, session: Session, short_name: str) -> Merchant:
        """Return the merchant in a unit of `books`."""
        return session.scalars(select(Merchant).where(Merchant.short_name == short_name)).one()

    def requested(self, sale: Transaction) -> None:
        """Add a refund of the sale that waits for a second person."""
        with self.books() as session:
            session.add(
                Operation(
                    merchant_id=sale.merchant_id, transaction_id=sale.id, sequence=2, name=OperationName.CREDIT, amount=1_000,
                    status=OperationStatus.REQUESTED, created_at=now(), created_by="somebody",
                )
            )  # fmt: skip

    def event(self, session: Session, **values: Any) -> None:
        """Add an event of a sale."""
        session.add(TransactionEvent(**values))

    def client(self, login: str, language: str = "en") -> FlaskClient:
        """Return a client signed in without paying for the password's hash."""
        client = self.app.test_client()
        with self.app.app_context():
            identity = look_up(self.users[login])
        assert identity is not None
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = str(self.users[login]), True
            session[TOKEN_VERSION], session["locale"] = identity.token_version, language
        return client

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collect every statement sent to the database meanwhile."""
        sent: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)
