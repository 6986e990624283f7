"""The screen of gateway accounts, as a browser without JavaScript sees it, and the commands of the practice bank."""

import re
from collections.abc import Callable
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from plugins.payment_gateway.account_access import new_orders_stopped
from plugins.payment_gateway.accounts import GatewayAccount
from plugins.payment_gateway.bank_commands import bank
from plugins.payment_gateway.simulator.settings import read_settings
from tests.bank.conftest import PRACTICE, BankProcess
from tests.browsing import sign_in
from tests.contract.installation import account, begin_again, change, installation, pay

__all__ = ["installation"]
SECRET = f"{PRACTICE}_KEY1"
LIST = "/gateway-accounts/list/"
T = TypeVar("T")


@pytest.fixture
def site(installation: Flask, quiet_bank: BankProcess) -> Flask:
    """The application outside any context: each request makes its own."""
    inside(installation, lambda: begin_again(installation))
    return installation


def inside(site: Flask, work: Callable[[], T]) -> T:
    """Do something a request could do."""
    with site.app_context():
        return work()


def as_(site: Flask, login: str) -> FlaskClient:
    return sign_in(site, login, site.extensions["settings"].practice_password)


def now(site: Flask) -> GatewayAccount:
    return inside(site, account)


def number(site: Flask) -> int:
    return now(site).id


def post(client: FlaskClient, page: str, address: str, **form: object) -> TestResponse:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert found is not None
    return client.post(address, data={"csrf_token": found[1], **form})


def test_the_administrator_sees_accounts_of_all_merchants_and_no_secret(site: Flask) -> None:
    client = as_(site, "admin")
    listed = client.get(LIST)
    assert listed.status_code == 200
    assert PRACTICE in listed.text
    assert "002001000000002" in listed.text
    for page in (LIST, f"/gateway-accounts/show/{number(site)}", f"/gateway-accounts/edit/{number(site)}"):
        assert SECRET not in client.get(page).text


def test_a_contract_is_chosen_by_its_merchant_and_number(site: Flask) -> None:
    page = as_(site, "admin").get("/gateway-accounts/add").text
    assert "PRACTICE · 1234567" in page
    assert "OTHER · 7654321" in page


def test_a_supervisor_looks_and_tests_but_changes_nothing(site: Flask, quiet_bank: BankProcess) -> None:
    for _ in range(3):
        quiet_bank.fault("cardOrder", "bad_seal")
        inside(site, pay)
    client = as_(site, "supervisor")
    shown = f"/gateway-accounts/show/{number(site)}"
    page = client.get(shown)
    assert page.status_code == 200
    assert "REQUIRED" not in page.text  # the seal's policy is said in words
    assert client.get(f"/gateway-accounts/edit/{number(site)}").status_code in (302, 403)
    assert new_orders_stopped(now(site))
    answer = post(client, shown, f"/gateway-accounts/action/tryconnection/{number(site)}")
    assert answer.status_code == 302
    assert not new_orders_stopped(now(site))


def test_the_place_of_a_missing_secret_is_told_to_the_administrator_only(site: Flask) -> None:
    inside(site, lambda: change(secret_name="nowhere"))
    for login, told in (("admin", True), ("supervisor", False)):
        client = as_(site, login)
        post(client, LIST, f"/gateway-accounts/action/tryconnection/{number(site)}")
        page = client.get(LIST).text
        assert "inutilisable" in page
        assert ("gateway/nowhere" in page) is told, login


def test_another_merchants_account_is_not_there(site: Flask) -> None:
    client = as_(site, "manager2")
    assert PRACTICE not in client.get(LIST).text
    assert client.get(f"/gateway-accounts/show/{number(site)}").status_code == 404
    answer = post(client, LIST, f"/gateway-accounts/action/tryconnection/{number(site)}")
    assert answer.status_code == 404


def test_a_clerk_has_no_such_screen(site: Flask) -> None:
    assert as_(site, "clerk").get(LIST).status_code in (302, 403)


def test_a_wrong_address_or_secrets_name_is_refused_beside_its_field(site: Flask) -> None:
    client, before = as_(site, "admin"), now(site)
    edit = f"/gateway-accounts/edit/{before.id}"
    right = {"key_version": 1, "secret_name": before.secret_name, "seal_policy": "REQUIRED", "active": "y"}
    for wrong in ({"url": "http://bank.example"}, {"url": before.url, "secret_name": "../secret_key"}):
        answer = post(client, edit, edit, **(right | wrong))
        assert answer.status_code == 422
    assert (now(site).url, now(site).secret_name) == (before.url, before.secret_name)
    answer = post(client, edit, edit, **(right | {"url": "https://bank.example", "key_version": 2, "blackout": "y"}))
    assert answer.status_code == 302
    assert (now(site).url, now(site).key_version, now(site).blackout) == ("https://bank.example", 2, True)


def test_an_account_for_another_key_is_added_beside_the_live_one(site: Flask) -> None:
    client = as_(site, "admin")
    add = "/gateway-accounts/add"
    assert client.get(add).status_code == 200
    form = {
        "contract": now(site).contract_id,
        "adapter": "sips",
        "url": "https://office-server.sips-services.com",
        "bank_merchant_id": "211000021310001",
        "key_version": 2,
        "secret_name": "env:LIVE_KEY",
        "seal_policy": "REQUIRED",
        "blackout": "y",
    }
    assert post(client, add, add, **form, active="y").status_code == 422  # the contract has its live account
    answer = post(client, add, add, **form)
    assert answer.status_code == 302
    made = inside(site, lambda: account("211000021310001"))
    assert (made.merchant_id, made.active, made.bad_seals) == (now(site).merchant_id, False, 0)


def test_the_commands_of_the_practice_bank(site: Flask) -> None:
    data = site.extensions["settings"].data_dir
    for state in ("on", "off"):
        inside(site, lambda: bank.main(["set", "night", state], standalone_mode=False))  # noqa: B023
        assert read_settings(data).night is (state == "on")
        assert now(site).blackout is (state == "on")
    inside(site, lambda: bank.main(["set", "latency", "7"], standalone_mode=False))
    assert read_settings(data).latency_ms == 7
