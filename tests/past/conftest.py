"""The practice installation before it has a past, with the practice bank beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.checks import core_invariants
from app.database import Scope, unit_of_work
from app.domain.clock import configure
from app.extensions import db
from app.models import Transaction
from app.security.practice import create_practice
from config import Settings
from plugins.payment_gateway.checks import bank_checks
from plugins.payment_gateway.demo.past import Size, give_past, practice_merchants
from tests.bank.conftest import BankProcess
from tests.house_fixtures import empty

SMALL = Size(260, 140, "VP", 1, True)


@dataclasses.dataclass(frozen=True)
class Practice:
    """The application in its context, its bank, and the merchants' ids by short name."""

    app: Flask
    bank: BankProcess
    merchants: Mapping[str, int]

    def give(self, name: str, size: Size = SMALL) -> tuple[int, int] | None:
        """Give a merchant its past: (sales, rows), or None where it has one."""
        keys = self.app.extensions["settings"].card_keys
        return give_past(self.merchants[name], size, keys, self.bank.data)


@contextmanager
def installed(servers: Settings, tables: tuple[str, ...], folder: Path) -> Iterator[Practice]:
    """PRACTICE and OTHER as `init` leaves them, and a bank that knows nothing and obeys the service's clock."""
    (folder / "clock.json").symlink_to(servers.clock_file)
    bank = BankProcess(folder)
    empty(servers, tables)
    settings = dataclasses.replace(servers, bank_port=bank.port, bank_url=f"http://127.0.0.1:{bank.port}")
    configure(servers.clock_file)
    application = create_app(settings)
    try:
        with application.app_context():
            create_practice(settings)
            yield Practice(application, bank, {name: merchant_id for merchant_id, name in practice_merchants()})
            db.session.remove()
            db.engine.dispose()
    finally:
        empty(servers, tables)
        assert bank.stop() == 0


@pytest.fixture
def practice(servers: Settings, written_tables: tuple[str, ...], tmp_path: Path) -> Iterator[Practice]:
    """One that a test may change."""
    with installed(servers, written_tables, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def told(
    servers: Settings, written_tables: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Practice]:
    """One whose merchants have their past; tests only read."""
    with installed(servers, written_tables, tmp_path_factory.mktemp("told")) as found:
        assert found.give("PRACTICE") is not None
        assert found.give("OTHER", dataclasses.replace(SMALL, letters="OT", desk=False)) is not None
        yield found


def wrong() -> dict[str, list[str]]:
    """What `egestion verify` would find wrong."""
    return {each.invariant: list(each.wrong) for each in [*core_invariants(), *bank_checks()] if each.wrong}


def count(merchant_id: int, *conditions: object) -> int:
    """How many sales of a merchant these conditions leave."""
    with unit_of_work(Scope((merchant_id,))) as session:
        found = session.scalar(select(func.count(Transaction.id)).where(*conditions))  # type: ignore[arg-type]
        return int(found or 0)
