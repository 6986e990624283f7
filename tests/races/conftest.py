"""The desk in threads, and `egestion web` as it runs, both on real database and bank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.security.practice import create_practice
from config import Settings
from tests.api.client import token_of
from tests.bank.conftest import BankProcess
from tests.service.conftest import app, bank, new_shop, service, shop
from tests.web_process import ApiClient, PageClient, WebProcess

__all__ = ["app", "bank", "new_shop", "service", "shop"]


@pytest.fixture(scope="package")
def web(
    servers: Settings, service: Flask, bank: BankProcess, command: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebProcess]:
    """The web server with the practice merchants."""
    import os

    with service.app_context():
        create_practice(service.extensions["settings"])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EGESTION_")}
    environment |= {"EGESTION_DATA_DIR": str(servers.data_dir), "EGESTION_BANK_PORT": str(bank.port)}
    folder: Path = tmp_path_factory.mktemp("web")
    process = WebProcess(command, environment, folder / "web.log")
    yield process
    process.stop()


@pytest.fixture
def api(web: WebProcess, app: Flask) -> ApiClient:
    """The manager of PRACTICE as a client of the API."""
    return ApiClient(web, token_of("manager"))


@pytest.fixture
def page(web: WebProcess, app: Flask, servers: Settings) -> PageClient:
    """The clerk of PRACTICE at the order page."""
    return PageClient(web, "clerk", servers.practice_password or "")
