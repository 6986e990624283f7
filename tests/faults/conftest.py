"""Processes that die: web servers with fail points, the bank, and the commands that put things right afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.domain import clock
from app.security.practice import create_practice
from config import Settings
from tests.api.client import token_of
from tests.applications import close
from tests.bank.conftest import BankProcess
from tests.house_fixtures import empty
from tests.web_process import ApiClient, WebProcess

SHORT = {"EGESTION_GATEWAY_DEADLINE": "3", "EGESTION_NOT_FOUND_AFTER": "1"}


@pytest.fixture(autouse=True)
def own_clock(request: pytest.FixtureRequest) -> None:
    """This process reads the clock of the installation a test is about: a seeded run has one of its own, moved far on."""
    if "house" in request.fixturenames:
        clock.configure(request.getfixturevalue("house").settings.clock_file)


@dataclass
class House:
    """One installation: its servers, its bank, its practice merchants, and what an operator does on it."""

    settings: Settings
    app: Flask
    bank: BankProcess
    command: str
    environment: dict[str, str]
    folder: Path
    webs: int = 0

    def web(self, failpoint: str = "") -> WebProcess:
        """Start a web server."""
        self.webs += 1
        return WebProcess(self.command, self.environment, self.folder / f"web{self.webs}.log", failpoint)

    def client(self, web: WebProcess) -> ApiClient:
        """The manager of PRACTICE."""
        with self.app.app_context():
            return ApiClient(web, token_of("manager"))

    def run(self, *words: str, failpoint: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as an operator does."""
        env = self.environment | {"EGESTION_FAILPOINT": failpoint}
        return subprocess.run([self.command, *words], env=env, capture_output=True, text=True, timeout=120, check=False)

    def put_right(self) -> None:
        """`egestion resolve`, then `egestion verify`: nothing is uncertain, nothing is wrong."""
        resolved = self.run("resolve")
        assert resolved.returncode == 0, resolved.stderr
        assert "0 still uncertain, 0 under way" in resolved.stdout, resolved.stdout
        verified = self.run("verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        for invariant in ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I10", "I11", "I13"):
            assert f"{invariant} ok" in verified.stdout, verified.stdout

    def done(self, reference: str) -> list[str]:
        """What the bank did on a sale."""
        return [each["operation"] for each in self.bank.journal(reference) if each["responseCode"] == "00"]


@pytest.fixture(scope="package")
def house(
    servers: Settings, written_tables: tuple[str, ...], command: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The installation of all tests here."""
    bank = BankProcess(tmp_path_factory.mktemp("faults-bank"))
    settings = replace(servers, bank_port=bank.port, bank_url=f"http://127.0.0.1:{bank.port}")
    app = create_app(settings)
    empty(settings, written_tables)
    with app.app_context():
        create_practice(settings)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    environment |= {"EGESTION_DATA_DIR": str(servers.data_dir), "EGESTION_BANK_PORT": str(bank.port)} | SHORT
    yield House(settings, app, bank, command, environment, tmp_path_factory.mktemp("webs"))
    close(app)
    empty(settings, written_tables)
    assert bank.stop() == 0


@pytest.fixture(scope="package")
def web(house: House) -> Iterator[WebProcess]:
    """A web server that does not die."""
    process = house.web()
    yield process
    process.stop()


@pytest.fixture
def client(house: House, web: WebProcess) -> ApiClient:
    """Its client."""
    return house.client(web)


@pytest.fixture
def dying(house: House) -> Iterator[Callable[[str], ApiClient]]:
    """Starts web servers that die at a fail point; ended afterwards."""
    started: list[WebProcess] = []

    def start(failpoint: str) -> ApiClient:
        started.append(house.web(failpoint))
        return house.client(started[-1])

    yield start
    for process in started:
        process.stop()
