"""The desk alone: real database, the practice bank as a process, one business clock for both, a merchant per test."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from app.domain.clock import configure
from app.extensions import db
from app.plugin import registry
from app.verify import gather
from config import Settings
from plugins.payment_gateway.account_access import close_connections
from tests.bank.conftest import BankProcess
from tests.house_fixtures import empty
from tests.service.clock import BusinessClock
from tests.service.shop import Shop, open_shop

NOT_FOUND_AFTER = 1  # seconds, so that "not received" is believed within a test
DEADLINE = 5  # seconds a bank that never answers is waited for


@pytest.fixture(scope="package")
def bank(servers: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    """The practice bank, obeying the same clock file as the service."""
    folder = tmp_path_factory.mktemp("desk-bank")
    (folder / "clock.json").symlink_to(servers.clock_file)
    process = BankProcess(folder)
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="package")
def service(servers: Settings, bank: BankProcess, written_tables: tuple[str, ...]) -> Iterator[Flask]:
    """The application; at the end of all tests of the package its books hold what `egestion verify` demands."""
    empty(servers, written_tables)
    settings = dataclasses.replace(
        servers,
        bank_port=bank.port,
        bank_url=f"http://127.0.0.1:{bank.port}",
        not_found_after=NOT_FOUND_AFTER,
        gateway_deadline=DEADLINE,
    )
    application = create_app(settings)
    yield application
    wrong = {each.invariant: each.wrong for checker, each in gather(application) if checker == "core" and each.wrong}
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    close_connections()
    empty(servers, written_tables)
    assert wrong == {}


@pytest.fixture
def app(service: Flask, bank: BankProcess) -> Iterator[Flask]:
    """The application in its context; the bank answers at once and does what it should."""
    bank.control(night=False, latency_ms=0, late_ms=30000, slow_byte_ms=1000, clear=True)
    with service.app_context():
        yield service
        db.session.remove()


@pytest.fixture
def clock(servers: Settings, bank: BankProcess) -> Iterator[BusinessClock]:
    """Moves business time, for the service and the bank at once; it runs on by itself."""
    yield BusinessClock(servers.clock_file)
    servers.clock_file.unlink(missing_ok=True)
    configure(servers.clock_file)  # this process looks again at once, not in a fifth of a second


NewShop = Callable[..., Shop]


@pytest.fixture
def new_shop(app: Flask, bank: BankProcess) -> Iterator[NewShop]:
    """Opens merchants; at the end each one's books are compared with the bank's, sale by sale."""
    opened: list[Shop] = []
    assessors = dict(registry().assessors)

    def open_one(**settings: object) -> Shop:
        opened.append(open_shop(app, bank, **settings))
        return opened[-1]

    yield open_one
    registry().assessors.clear()
    registry().assessors.update(assessors)
    for shop in opened:
        shop.demand_agreement()


@pytest.fixture
def shop(new_shop: NewShop) -> Shop:
    """A merchant that may do everything, with a contract for cards and one for American Express."""
    return new_shop()
