"""Two merchants with one row of everything each, a person of every profile for both, and ways to be them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api.tokens import issue
from app.database import Scope, unit_of_work
from app.domain.states import State
from app.models import Contract, Merchant, Reason, Remittance
from app.security.identity import look_up
from app.security.manager import TOKEN_VERSION
from app.security.profiles import PROFILES
from plugins.payment_gateway.accounts import GatewayAccount
from tests.everything import make_everything
from tests.factories import make_merchant, make_transaction, make_user

A, B = "ALPHA", "BETA"
MARKER = {A: "AAMARK", B: "BBMARK"}
PEOPLE = {
    "clerk": "Clerk",
    "supervisor": "Supervisor",
    "accountant": "Accountant",
    "risk": "Risk officer",
    "manager": "Merchant manager",
    "auditor": "Auditor",
    "admin": "Platform administrator",
}
STATES = (
    State.PENDING, State.TO_CHALLENGE, State.REFERRAL, State.TO_VALIDATE, State.TO_CAPTURE, State.CREDITED,
    State.CANCELLED, State.REFUSED, State.EXPIRED,
)  # fmt: skip


@dataclass
class World:
    """What was made: ids of the rows of each merchant by table, its sales in the order of
    STATES, users by name (`clerk_ALPHA`, `admin`)."""

    app: Flask
    rows: dict[str, dict[str, int]]
    references: dict[str, list[str]]
    sales: dict[str, list[int]]  # ids, of the references
    users: dict[str, int]

    def client(self, name: str | None) -> FlaskClient:
        """Return a client signed in as this person, without paying for the password's hash; None is nobody."""
        client = self.app.test_client()
        if name is not None:
            with self.app.app_context():
                identity = look_up(self.users[name])
            assert identity is not None
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = str(self.users[name]), True
                session[TOKEN_VERSION] = identity.token_version
        return client

    def token(self, name: str) -> str:
        """Return a bearer token of this person."""
        with self.app.app_context():
            identity = look_up(self.users[name])
            assert identity is not None
            return issue(identity)


def build(app: Flask) -> World:
    """Fill an empty database; everything that belongs to a merchant holds its marker."""
    rows: dict[str, dict[str, int]] = {}
    references: dict[str, list[str]] = {}
    numbers: dict[str, list[int]] = {}
    users: dict[str, int] = {}
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            for name in (A, B):
                merchant = make_merchant(session, name, name=f"{MARKER[name]} SARL")
                for login, profile in PEOPLE.items():
                    if not PROFILES[profile].administrator:
                        users[f"{login}_{name}"] = make_user(session, f"{login}_{name.lower()}", profile, [merchant]).id
                # A's people must be able to give every row they may; B's rows are asked for by these numbers.
                rows[name] = {"merchant": merchant.id}
            users["admin"] = make_user(session, "admin", "Platform administrator").id
            users["admin2"] = make_user(session, "admin2", "Platform administrator").id
        for name in (A, B):
            with unit_of_work(Scope((rows[name]["merchant"],))) as session:
                merchant = session.scalars(select(Merchant)).one()
                rows[name] |= make_everything(session, merchant, MARKER[name])
                remittance = session.scalars(select(Remittance).where(Remittance.id == rows[name]["remittance"])).one()
                contract = session.scalars(select(Contract).where(Contract.id == remittance.contract_id)).one()
                rows[name] |= {"contract_number": int(contract.number), "remittance_number": remittance.number}
                rows[name]["gateway_account"] = _account(session, rows[name], MARKER[name])
                rows[name]["contract_number"] = int(session.get_one(Contract, rows[name]["contract"]).number)
                rows[name]["remittance_number"] = session.get_one(Remittance, rows[name]["remittance"]).number
                rows[name]["reason"] = session.scalars(select(Reason.id).order_by(Reason.id)).first() or 0
                sales = [make_transaction(session, merchant, state, marker=MARKER[name]) for state in STATES]
                references[name], numbers[name] = [sale.reference for sale in sales], [sale.id for sale in sales]
    return World(app, rows, references, numbers, users)


def _account(session: Session, rows: dict[str, int], marker: str) -> int:
    """A gateway account that leads nowhere: a plug-in's row is a merchant's too."""
    account = GatewayAccount(
        merchant_id=rows["merchant"],
        contract_id=rows["contract"],
        url=f"http://127.0.0.1:9/{marker}",
        bank_merchant_id=f"{marker}1"[:15],
        secret_name=f"{marker}",
    )
    session.add(account)
    session.flush()
    return account.id
