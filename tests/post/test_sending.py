"""Sending: tries and back-off by real time, servers that refuse, break off, dawdle or are away, nothing twice by us."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.core import send_mails
from app.database import Scope, real_now, unit_of_work
from app.mail import queue_mail, send_due
from app.models import Alarm, OutboxMail
from app.post import sender, smtp
from tests.house_fixtures import free
from tests.post.conftest import UseServer
from tests.post.people import merchant
from tests.post.sink import Sink


def write(shop: int, *recipients: str, count: int = 1) -> list[OutboxMail]:
    with unit_of_work(Scope((shop,))) as session:
        return [
            queue_mail(session, shop, "test", recipients or ["anne@shop.example"], f"Mail {n}", "Text", "en")
            for n in range(count)
        ]


def only(shop: int) -> OutboxMail:
    with unit_of_work(Scope((shop,))) as session:
        return session.scalars(select(OutboxMail)).one()


def test_a_mail_reaches_the_server_once_and_is_marked(sink: Sink, use_server: UseServer, shop: int) -> None:
    (mail,) = write(shop, "anne@shop.example", "bob@shop.example")
    with use_server(sink.port):
        assert send_due() == 1
        assert send_due() == 0
    assert [to for to, _ in sink.taken] == [["anne@shop.example", "bob@shop.example"]]
    assert sink.mails()[0]["Message-ID"] == mail.message_id
    row = only(shop)
    assert (row.state, row.carrier, row.last_error) == ("SENT", "SMTP", None)


def test_many_mails_share_one_connection(sink: Sink, use_server: UseServer, shop: int) -> None:
    write(shop, count=20)
    with use_server(sink.port):
        assert send_due() == 20
    assert sink.connections == 1


def test_refused_mails_are_tried_again_after_1_5_15_60_minutes_then_hourly_and_given_up_after_24_hours(
    sink: Sink, use_server: UseServer, shop: int
) -> None:
    sink.refuse_data = "451 greylisted, 4970100000000006"
    (mail,) = write(shop)
    waits: list[timedelta] = []
    begin = datetime(2026, 11, 24, 8, tzinfo=UTC)
    with use_server(sink.port), time_machine.travel(begin, tick=False) as traveller:
        with unit_of_work(Scope((shop,))) as session:
            session.scalars(select(OutboxMail)).one().next_try_at = begin
        while (row := only(shop)).state == "DUE" and len(waits) < 40:
            traveller.move_to(row.next_try_at - timedelta(seconds=1))
            assert send_mails() == 0
            assert only(shop).tries == row.tries  # not a second too early
            traveller.move_to(row.next_try_at)
            assert send_mails() == 0
            waits.append(only(shop).next_try_at - real_now())
        assert real_now() - begin >= timedelta(hours=24)
        assert real_now() - begin < timedelta(hours=25, minutes=30)
    assert [w // timedelta(minutes=1) for w in waits[:6]] == [1, 5, 15, 60, 60, 60]
    row = only(shop)
    assert row.state == "FAILED"
    assert row.message_id == mail.message_id
    assert row.last_error is not None
    assert "451 greylisted, ################" in row.last_error
    with unit_of_work(Scope((shop,))) as session:
        alarm = session.scalars(select(Alarm)).one()
    assert alarm.kind == "mail_failed"
    assert alarm.params["recipients"] == "anne@shop.example"


def test_a_server_that_takes_the_mail_and_drops_the_line_gets_the_same_bytes_again(
    sink: Sink, use_server: UseServer, shop: int
) -> None:
    sink.drop = True
    write(shop, "zoe@shop.example", "anne@shop.example", "bob@shop.example")
    with use_server(sink.port), time_machine.travel(real_now(), tick=True) as traveller:
        assert send_due() == 0
        assert only(shop).state == "DUE"
        sink.drop = False
        traveller.shift(timedelta(minutes=2))
        assert send_due() == 1
    first, second = sink.taken
    assert first == second


def test_a_server_that_is_away_costs_every_waiting_mail_one_try_and_nothing_else(
    use_server: UseServer, shop: int
) -> None:
    write(shop, count=5)
    with use_server(free()), time_machine.travel(real_now(), tick=True) as traveller:
        assert send_due() == 0
        with unit_of_work(Scope((shop,))) as session:
            found = session.scalars(select(OutboxMail)).all()
        assert {(row.state, row.tries) for row in found} == {("DUE", 1)}
        assert all("ConnectionRefused" in (row.last_error or "") for row in found)
        traveller.shift(timedelta(minutes=2))
        with Sink() as back, use_server(back.port):
            assert send_due() == 5
            assert len(back.taken) == 5


def test_a_slow_server_is_cut_and_no_database_connection_is_held_meanwhile(
    app: Flask, sink: Sink, use_server: UseServer, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LONGEST_EXCHANGE", 0.5)
    from app.extensions import db

    sink.pause = 3
    write(shop)
    begun = time.monotonic()
    with use_server(sink.port):
        sending = threading.Thread(target=in_context, args=(app,))
        sending.start()
        time.sleep(0.3)
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        sending.join()
    assert time.monotonic() - begun < 2.5
    assert only(shop).state == "DUE"


def test_one_recipient_refused_does_not_keep_the_mail_from_the_others(
    sink: Sink, use_server: UseServer, shop: int
) -> None:
    sink.refuse_recipient = {"gone@shop.example": "550 unknown"}
    write(shop, "anne@shop.example", "gone@shop.example")
    with use_server(sink.port):
        assert send_due() == 1
    row = only(shop)
    assert (row.state, row.last_error) == ("SENT", "not accepted for gone@shop.example")
    assert [to for to, _ in sink.taken] == [["anne@shop.example"]]


def test_one_bad_mail_does_not_hold_up_the_next(sink: Sink, use_server: UseServer, shop: int) -> None:
    sink.refuse_recipient = {"gone@shop.example": "550 unknown"}
    write(shop, "gone@shop.example")
    write(shop, "anne@shop.example")
    with use_server(sink.port):
        assert send_due() == 1
    assert sink.connections == 1


def test_a_mail_that_cannot_be_made_through_an_error_of_ours_holds_up_no_other(
    sink: Sink, use_server: UseServer, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bad,) = write(shop, "bad@shop.example")
    write(shop, "anne@shop.example")
    make = sender.letter

    def broken(mail: OutboxMail) -> object:
        if mail.id == bad.id:
            raise LookupError("an error of ours")
        return make(mail)

    monkeypatch.setattr(sender, "letter", broken)
    with use_server(sink.port):
        assert send_due() == 1
    with unit_of_work(Scope((shop,))) as session:
        kept = session.get_one(OutboxMail, bad.id)
    assert (kept.state, kept.tries) == ("DUE", 1)
    assert "an error of ours" in (kept.last_error or "")


def in_context(app: Flask, barrier: threading.Barrier | None = None) -> None:
    with app.app_context():
        if barrier:
            barrier.wait()
        send_due()


def test_several_senders_at_once_send_each_mail_once(app: Flask, sink: Sink, use_server: UseServer, shop: int) -> None:
    other = merchant("OTHER")
    ids = {mail.message_id for mail in write(shop, count=15) + write(other, count=15)}
    barrier = threading.Barrier(4)
    with use_server(sink.port):
        threads = [threading.Thread(target=in_context, args=(app, barrier)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    got = [mail["Message-ID"] for mail in sink.mails()]
    assert len(got) == 30
    assert set(got) == ids


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "times", "tries"), [("before_lease", 1, 1), ("after_lease", 1, 2), ("after_sending", 2, 2)]
)
def test_a_sender_killed_anywhere_loses_no_mail_and_what_leaves_again_is_the_same_mail(
    sink: Sink, use_server: UseServer, shop: int, environment: dict[str, str], point: str, times: int, tries: int
) -> None:
    (mail,) = write(shop)
    program = (
        "from app import create_app\nwith create_app().app_context():\n from app.mail import send_due\n send_due()"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program],
        env=environment
        | {
            "EGESTION_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
            "EGESTION_FAILPOINT": f"mail.{point}:kill",
            "EGESTION_PLUGINS": "",
        },
        cwd=os.getcwd(),
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert only(shop).state == "DUE"
    with use_server(sink.port):
        if point != "before_lease":  # whose unit was never committed
            assert send_due() == 0  # the dead sender's lease still runs
        with time_machine.travel(real_now() + timedelta(minutes=6)):
            assert send_due() == 1
    assert len(sink.taken) == times
    assert len({content for _, content in sink.taken}) == 1
    assert {each["Message-ID"] for each in sink.mails()} == {mail.message_id}
    row = only(shop)
    assert (row.state, row.tries) == ("SENT", tries)
