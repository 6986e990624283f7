"""The whole application with its practice accounts, and ways to look at and to spoil them."""

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from app.database import Scope, unit_of_work
from app.extensions import db
from app.models import Alarm
from app.ports import Outcome
from app.security.practice import create_practice
from config import Settings
from plugins.payment_gateway.account_access import close_connections, gateway_for
from plugins.payment_gateway.accounts import GatewayAccount
from tests.bank.conftest import PRACTICE, BankProcess
from tests.contract.bench import order, soon
from tests.contract.test_transport import CARD
from tests.house_fixtures import empty

EVERYTHING = Scope(tuple(range(1, 20)), admin=True)


@pytest.fixture(scope="module")
def installation(servers: Settings, written_tables: tuple[str, ...], practice_bank: BankProcess) -> Iterator[Flask]:
    """The whole application with the practice merchants; made once, for it takes seconds."""
    settings = dataclasses.replace(servers, bank_url=f"http://127.0.0.1:{practice_bank.port}")
    made = create_app(settings)
    empty(settings, written_tables)
    with made.app_context():
        create_practice(settings)
    yield made
    with made.app_context():
        db.engine.dispose()
    close_connections()
    empty(settings, written_tables)


@pytest.fixture
def app(installation: Flask, quiet_bank: BankProcess) -> Iterator[Flask]:
    """The same inside a context, with every account as it was made and nothing told yet."""
    with installation.app_context():
        begin_again(installation)
        yield installation
        db.session.remove()


def begin_again(installation: Flask) -> None:
    """Give every account back what it had when it was made, forget what was told."""
    settings = installation.extensions["settings"]
    table = GatewayAccount.__table__
    with unit_of_work(EVERYTHING) as session:
        session.execute(
            update(table).values(
                url=settings.bank_url, adapter="sips", bad_seals=0, paused_at=None, blackout=False, key_version=1,
                secret_name="practice-" + table.c.bank_merchant_id,
            )
        )  # fmt: skip
    db.session.remove()
    db.engine.dispose()
    empty(settings, ("alarm", "audit", "outbox"))


def account(bank_merchant_id: str = PRACTICE) -> GatewayAccount:
    with unit_of_work(EVERYTHING) as session:
        found = session.scalars(
            select(GatewayAccount)
            .where(GatewayAccount.bank_merchant_id == bank_merchant_id)
            .order_by(GatewayAccount.id)
        ).first()
    assert found is not None
    return found


def change(**values: object) -> None:
    table = GatewayAccount.__table__
    with unit_of_work(EVERYTHING) as session:
        session.execute(update(table).where(table.c.bank_merchant_id == PRACTICE).values(values))


def pay() -> Outcome:
    """Take an order the way the runner does: the row read, the gateway made of it, one call."""
    return gateway_for(account()).authorize(order(CARD), soon()).outcome


def alarms() -> list[str]:
    with unit_of_work(EVERYTHING) as session:
        return list(session.scalars(select(Alarm.kind)))
