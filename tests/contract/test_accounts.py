"""Gateway accounts on the real database: opened, counted, stopped, lifted, and their secrets kept where they belong."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from app import create_app
from app.database import Scope, unit_of_work
from app.domain.errors import NotSent
from app.extensions import db
from app.models import Alarm, AuditEntry
from app.ports import Outcome
from app.security.practice import create_practice
from config import Settings
from plugins.payment_gateway import connection, practice
from plugins.payment_gateway.account_access import close_connections, gateway_for, new_orders_stopped
from plugins.payment_gateway.accounts import GatewayAccount, SealPolicy
from plugins.payment_gateway.connection import Verdict
from plugins.payment_gateway.gateway_secrets import AccountUnusable, read_secret
from tests.bank.conftest import OTHER, PRACTICE, BankProcess
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


# --- practice and live --------------------------------------------------------------------------------------------------


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


# --- seals --------------------------------------------------------------------------------------------------------------


def test_three_unproved_answers_in_a_row_stop_new_orders(app: Flask, quiet_bank: BankProcess) -> None:
    for count, fault in enumerate(["bad_seal", "no_seal", "bad_seal"], 1):
        assert not new_orders_stopped(account())
        quiet_bank.fault("cardOrder", fault)
        assert pay() == Outcome.UNKNOWN
        assert account().bad_seals == count
    assert new_orders_stopped(account())
    assert alarms() == ["gateway_stopped"]
    assert not new_orders_stopped(account(OTHER))


def test_a_verified_answer_starts_the_count_again_but_lifts_nothing(app: Flask, quiet_bank: BankProcess) -> None:
    for _ in range(2):
        quiet_bank.fault("cardOrder", "bad_seal")
        pay()
    assert pay() == Outcome.APPROVED
    assert (account().bad_seals, account().paused_at) == (0, None)
    for _ in range(4):
        quiet_bank.fault("cardOrder", "bad_seal")
        pay()
    assert account().bad_seals == 4
    assert pay() == Outcome.APPROVED
    assert account().bad_seals == 0
    assert new_orders_stopped(account())
    assert alarms() == ["gateway_stopped"]


def test_answers_that_are_no_messages_are_not_counted(app: Flask, quiet_bank: BankProcess) -> None:
    for fault in ("html", "garbage", "empty", "http_500", "other_reference", "cut_after_commit"):
        quiet_bank.fault("cardOrder", fault)
        assert pay() == Outcome.UNKNOWN
    assert account().bad_seals == 0


def test_the_ordinary_way_costs_no_statement(app: Flask) -> None:
    row, statements = account(), []
    listen = lambda *_: statements.append(1)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    assert gateway_for(row).authorize(order(CARD), soon()).outcome == Outcome.APPROVED
    event.remove(db.engine, "before_cursor_execute", listen)
    assert statements == []


def test_a_verified_not_found_lifts_the_stop_and_the_audit_says_who(app: Flask, quiet_bank: BankProcess) -> None:
    for _ in range(3):
        quiet_bank.fault("cardOrder", "bad_seal")
        pay()
    quiet_bank.fault("getTransactionData", "bad_seal")
    assert connection.try_connection(account(), "doctor") == Verdict.UNPROVED
    assert new_orders_stopped(account())
    assert connection.try_connection(account(), "doctor") == Verdict.LIFTED
    assert (account().bad_seals, account().paused_at) == (0, None)
    with unit_of_work(EVERYTHING) as session:
        told = session.execute(select(AuditEntry.actor, AuditEntry.object)).all()
    assert (told[-1].actor, told[-1].object) == ("doctor", f"gateway account {account().id} reconnected")


def test_the_verdicts_of_a_test(app: Flask, quiet_bank: BankProcess) -> None:
    quiet_bank.fault("getTransactionData", "http_500")
    assert connection.try_connection(account()) == Verdict.NO_ANSWER
    change(url="http://127.0.0.1:9")
    assert connection.try_connection(account()) == Verdict.UNREACHABLE
    change(secret_name="nowhere")
    assert connection.try_connection(account()) == Verdict.UNUSABLE
    tried = {each.bank_merchant_id: verdict for each, verdict in connection.try_all("doctor")}
    assert tried[OTHER] == Verdict.VERIFIED
    assert set(connection.LABELS) == set(Verdict)


# --- what cannot be used ------------------------------------------------------------------------------------------------


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
    assert caught.value.params["why"]


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
