"""A third party's plug-in works by one package and one line; a broken one stops the start; the core runs without any."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from app.cli import cli
from app.plugin import PluginError, registry
from app.verify import gather
from config import Settings
from tests.addons.installed import GATEWAY, build, installed
from tests.api.client import Client, order, token_of
from tests.applications import close
from tests.bank.conftest import BankProcess
from tests.browsing import sign_in


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    process = BankProcess(tmp_path_factory.mktemp("example-bank"))
    yield process
    process.stop()


@pytest.fixture(scope="module")
def settings(servers: Settings, bank: BankProcess) -> Settings:
    return dataclasses.replace(servers, bank_port=bank.port, bank_url=f"http://127.0.0.1:{bank.port}")


@pytest.fixture(scope="module")
def app(settings: Settings, written_tables: tuple[str, ...]) -> Iterator[Flask]:
    with installed(settings, written_tables) as application:
        yield application


@pytest.fixture(scope="module")
def supervisor(app: Flask) -> Client:
    with app.app_context():
        return Client(app, token_of("supervisor"))


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.call("POST", path, body)


def test_its_assessor_holds_a_large_order(supervisor: Client) -> None:
    taken = post(supervisor, "/transactions", order(amount=600_000)).json
    assert (taken["state"], taken["complementary_code"]) == ("TO_CHALLENGE", "02")
    assert post(supervisor, "/transactions", order()).json["complementary_code"] == "00"


def test_its_action_is_offered_and_done_through_the_api(supervisor: Client) -> None:
    sale = post(supervisor, "/transactions", order()).json
    assert "call-back" in sale["allowed"]
    done = post(supervisor, f"/transactions/{sale['reference']}/call-back", {"note": "after five"})
    assert done.status_code == 200


def test_its_action_is_a_button_and_its_screen_opens(app: Flask, supervisor: Client) -> None:
    sale = post(supervisor, "/transactions", order()).json
    post(supervisor, f"/transactions/{sale['reference']}/call-back", {"note": "by the blue door"})
    browser = sign_in(app, "supervisor", app.extensions["settings"].practice_password)
    with app.app_context():
        from sqlalchemy import select

        from app.database import Scope, unit_of_work
        from app.models import Merchant, Transaction

        with unit_of_work(Scope(admin=True)) as session:
            merchants = tuple(session.scalars(select(Merchant.id)))
        with unit_of_work(Scope(merchants)) as session:
            sale_id = session.scalar(select(Transaction.id).where(Transaction.reference == sale["reference"]))
    assert "call-back" in browser.get(f"/transactions/show/{sale_id}").text
    assert "by the blue door" in browser.get("/calls/list/").text


def test_its_command_check_sweep_and_task_are_known(app: Flask) -> None:
    done = CliRunner().invoke(cli, ["waiting-calls"], obj=app)
    assert done.exit_code == 0, done.output
    assert "the example is loaded" in done.output
    assert "X1" in [evidence.invariant for _, evidence in gather(app)]
    with app.app_context():
        known = registry()
    assert "old calls" in known.sweeps
    known.daily_tasks["calls of the day"].run(date(2026, 11, 24))


@pytest.mark.parametrize(
    ("plugins", "why"),
    [
        (("nowhere.Nothing",), "nowhere"),
        ((GATEWAY, "plugins.payment_gateway.Missing"), "Missing"),
        (("collections.OrderedDict",), "no subclass"),
        ((GATEWAY, GATEWAY), "is taken"),
        (("tests.addons.broken.BrokenScreen",), "could not be added"),
    ],
    ids=["no module", "no class", "no plug-in", "twice", "broken screen"],
)
def test_a_broken_plug_in_stops_the_start_and_is_named(settings: Settings, plugins: tuple[str, ...], why: str) -> None:
    with pytest.raises(PluginError, match=why):
        build(settings, *plugins)


def test_the_core_runs_without_any_plug_in(settings: Settings, app: Flask) -> None:
    core = build(settings)
    with core.app_context():
        token = token_of("supervisor")
    client = Client(core, token)
    refused = post(client, "/transactions", order())
    assert (refused.status_code, refused.json["code"]) == (503, "no_gateway")
    assert client.call("GET", "/transactions").status_code == 200
    close(core)
