"""Gateway accounts on the real database: practice like live, secrets where they belong, mistakes told early."""

import dataclasses
import os
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import gettext
from sqlalchemy import select

from app.database import unit_of_work
from app.domain.errors import NotSent
from app.ports import Outcome
from app.security.practice import create_practice
from config import Settings
from plugins.payment_gateway import connection, practice
from plugins.payment_gateway.account_access import gateway_for, new_orders_stopped
from plugins.payment_gateway.accounts import GatewayAccount, SealPolicy
from plugins.payment_gateway.connection import Verdict
from plugins.payment_gateway.gateway_secrets import AccountUnusable, read_secret
from tests.bank.conftest import OTHER, PRACTICE
from tests.contract.bench import order, soon
from tests.contract.installation import EVERYTHING, account, app, change, installation, pay
from tests.contract.test_transport import CARD

__all__ = ["app", "installation"]


def test_practice_merchants_have_accounts_that_work(app: Flask) -> None:
    ours, theirs = account(), account(OTHER)
    assert (ours.adapter, ours.key_version, ours.seal_policy, ours.blackout) == ("sips", 1, SealPolicy.REQUIRED, False)
    assert ours.merchant_id != theirs.merchant_id
    for each in (ours, theirs):
        assert gateway_for(each).authorize(order(CARD), soon()).outcome == Outcome.APPROVED
        assert connection.try_connection(each) == Verdict.VERIFIED


def test_the_secret_is_in_a_closed_file_and_not_in_the_database(app: Flask, servers: Settings) -> None:
    file = servers.secrets_dir / "gateway" / account().secret_name
    assert file.read_text().strip() == f"{PRACTICE}_KEY1"
    assert file.stat().st_mode & 0o777 == 0o600
    with unit_of_work(EVERYTHING) as session:
        rows = session.execute(select(GatewayAccount.__table__)).all()
    assert f"{PRACTICE}_KEY1" not in repr(rows)


def test_a_second_start_follows_the_bank_and_makes_nothing_new(app: Flask) -> None:
    before = account()
    settings = dataclasses.replace(app.extensions["settings"], bank_url="http://127.0.0.1:9")
    create_practice(settings)
    after = account()
    assert (after.id, after.url) == (before.id, "http://127.0.0.1:9")


def test_only_practice_has_a_practice_bank(app: Flask) -> None:
    live = dataclasses.replace(app.extensions["settings"], bank_url=None)
    with unit_of_work(EVERYTHING) as session, pytest.raises(ValueError, match="no practice bank"):
        practice.create_practice_account(live, session, 1, 1)


def test_the_night_of_the_practice_bank_is_the_accounts_blackout(app: Flask) -> None:
    assert gateway_for(account()).capabilities.blackout is None
    assert practice.keep_practice_night(app.extensions["settings"], True) >= 2
    blackout = gateway_for(account()).capabilities.blackout
    assert blackout is not None
    assert (f"{blackout.start:%H:%M}", f"{blackout.end:%H:%M}", blackout.zone) == ("21:55", "23:05", "Europe/Paris")


@pytest.mark.parametrize(
    "values",
    [
        {"secret_name": "nowhere"},
        {"secret_name": "../secret_key"},
        {"secret_name": "env:NOT_SET_ANYWHERE"},
        {"adapter": "unknown"},
        {"url": "http://bank.example"},
    ],
)
def test_a_wrong_set_up_is_told_before_anything_is_sent(app: Flask, values: dict[str, str]) -> None:
    change(**values)
    with pytest.raises(AccountUnusable) as caught:
        gateway_for(account())
    assert isinstance(caught.value, NotSent)
    public = gettext(caught.value.message, **caught.value.params)
    assert "administrator" in public
    for told in (str(app.extensions["settings"].secrets_dir), *values.values()):
        assert told not in public
    lines = [each[1:] for each in connection.examination()]
    assert (False, caught.value.detail()) in lines, "the doctor says what to mend"


def test_the_doctor_names_each_account_by_its_contract(app: Flask) -> None:
    """A merchant has one identity at the bank for all its contracts: by that alone two accounts would read the same."""
    names = [each[0] for each in connection.examination()]
    assert len(names) == len(set(names)) == 3
    assert sum(f"gateway account {account().bank_merchant_id}, contract " in name for name in names) == 2


def test_a_wrong_key_stops_the_account_and_refuses_no_card(app: Flask, servers: Settings) -> None:
    file = servers.secrets_dir / "gateway" / "wrong"
    file.touch(mode=0o600)
    file.write_text("another key")
    change(secret_name="wrong")
    assert [pay() for _ in range(3)] == [Outcome.UNKNOWN] * 3
    assert new_orders_stopped(account())
    file.unlink()


def test_secrets_are_read_from_closed_files_and_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gateway").mkdir()
    file = tmp_path / "gateway" / "live"
    file.write_text("first\n")
    file.chmod(0o640)
    with pytest.raises(AccountUnusable, match="not_sent"):
        read_secret(tmp_path, "live")
    file.chmod(0o600)
    assert read_secret(tmp_path, "live") == "first"
    file.write_text("second")
    os.utime(file, ns=(1, 1))
    assert read_secret(tmp_path, "live") == "second"
    file.write_text("")
    with pytest.raises(AccountUnusable):
        read_secret(tmp_path, "live")
    monkeypatch.setenv("LIVE_KEY", "third")
    assert read_secret(tmp_path, "env:LIVE_KEY") == "third"
    for name in ("", ".hidden", "a/b", "..", "env:", "env:A B", "x" * 101):
        with pytest.raises(AccountUnusable):
            read_secret(tmp_path, name)


def test_a_changed_address_or_secret_is_obeyed_at_once(app: Flask) -> None:
    assert pay() == Outcome.APPROVED
    change(url="http://127.0.0.1:9")
    assert pay() == Outcome.FAILED
    change(url=app.extensions["settings"].bank_url)
    assert pay() == Outcome.APPROVED
