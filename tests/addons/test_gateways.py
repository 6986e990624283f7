"""A third party's gateway works by the same one line; one without the port's shape stops the start and is named."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import Merchant
from app.plugin import PluginError, Registry, registry
from app.ports import Capabilities
from config import Settings
from plugins.payment_gateway.accounts import GatewayAccount
from tests.addons.example.ledger_bank import LedgerBank
from tests.addons.installed import installed
from tests.api.client import Client, order, token_of
from tests.house_fixtures import free

REFUSED = "4970100000000154"


class HouseBank(ThreadingHTTPServer):
    """Approves every order but a refused card's, and writes down what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.asked: list[tuple[str, dict[str, Any]]] = []


class _Counter(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        fields = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bank: Any = self.server
        bank.asked.append((self.path, fields))
        body = json.dumps({"ok": fields.get("card") != REFUSED, "number": "HB1234"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture(scope="module")
def house_bank() -> Iterator[HouseBank]:
    with HouseBank() as bank:
        thread = threading.Thread(target=bank.serve_forever)
        thread.start()
        yield bank
        bank.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def app(servers: Settings, written_tables: tuple[str, ...]) -> Iterator[Flask]:
    settings = dataclasses.replace(servers, bank_url=f"http://127.0.0.1:{free()}")
    with installed(settings, written_tables) as application:
        yield application


def point(app: Flask, **values: Any) -> None:
    """Let every account of PRACTICE lead elsewhere, as its administrator would."""
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            merchant = session.scalar(select(Merchant.id).where(Merchant.short_name == "PRACTICE"))
        assert merchant is not None
        with unit_of_work(Scope((merchant,), admin=True)) as session:
            for account in session.scalars(select(GatewayAccount)):
                for name, value in values.items():
                    setattr(account, name, value)


@pytest.fixture
def clerk(app: Flask) -> Client:
    with app.app_context():
        return Client(app, token_of("supervisor"))


def test_both_gateways_are_known_and_offered(app: Flask) -> None:
    with app.app_context():
        assert sorted(registry().gateways) == ["ledger-bank", "sips"]


def test_an_order_goes_through_it_and_is_cancelled(app: Flask, clerk: Client, house_bank: HouseBank) -> None:
    point(app, adapter="ledger-bank", url=f"http://127.0.0.1:{house_bank.server_port}")
    taken = clerk.call("POST", "/transactions", order(amount=1_234)).json
    assert (taken["state"], taken["authorisation_id"]) == ("TO_CAPTURE", "HB1234"), taken
    done = clerk.call("POST", f"/transactions/{taken['reference']}/cancel", {"reason": "RETURNED"})
    assert (done.status_code, done.json["state"]) == (200, "CANCELLED"), done.json
    assert [(path, fields["amount"]) for path, fields in house_bank.asked] == [("/authorize", 1234), ("/cancel", 1234)]


def test_its_refusals_and_what_never_reached_it_are_told_apart(
    app: Flask, clerk: Client, house_bank: HouseBank
) -> None:
    point(app, adapter="ledger-bank", url=f"http://127.0.0.1:{house_bank.server_port}")
    card = {"number": REFUSED, "expiry": "07/31", "security_code": "123"}
    assert clerk.call("POST", "/transactions", order(card=card)).json["state"] == "REFUSED"
    point(app, url=f"http://127.0.0.1:{free()}")
    unsent = clerk.call("POST", "/transactions", order()).json
    assert (unsent["state"], unsent["response_code"]) == ("REFUSED", "90"), "sure that nothing was sent"


def test_a_gateway_that_is_no_longer_installed_sends_nothing(app: Flask, clerk: Client) -> None:
    point(app, adapter="gone")
    refused = clerk.call("POST", "/transactions", order())
    assert (refused.status_code, refused.json["code"]) == (503, "not_sent")


class Silent(LedgerBank):
    refund = None  # type: ignore[assignment]  # what it is to be refused for


class Short(LedgerBank):
    def capture(self, request: Any) -> Any:  # type: ignore[override]  # what it is to be refused for
        """Forget the deadline."""


class Sleepless(LedgerBank):
    night = "at night"


class Unmade:
    capabilities = Capabilities(frozenset())

    def __init__(self, access: Any) -> None:
        """Take too little."""


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("ledger-bank", Silent, "no method refund"),
        ("ledger-bank", Short, r"capture must take \(self, request, deadline\)"),
        ("ledger-bank", Sleepless, "night must be"),
        ("ledger-bank", Unmade, "cannot be made"),
        ("ledger-bank", "plugins.payment_gateway.gateways.sips:Sips", "must be a class"),
        ("Ledger Bank", LedgerBank, "its name must be"),
        ("", LedgerBank, "its name must be"),
        ("x" * 33, LedgerBank, "its name must be"),
        ("sips", LedgerBank, "two plug-ins register 'sips'"),
    ],
)
def test_a_gateway_without_the_ports_shape_is_refused_at_the_start(name: str, make: Any, why: str) -> None:
    known = Registry()
    known.add_gateway("sips", LedgerBank)
    with pytest.raises(PluginError, match=why):
        known.add_gateway(name, make)
    assert list(known.gateways) == ["sips"]
