"""Writing mails: what may stand in them, and that they live and die with the unit that writes them."""

import email
import email.policy
import stat
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.jobs import open_queue
from app.mail import MailRefused, in_language, queue_mail, send_due, sentence, usable_address
from app.models import OutboxMail

CARD = "4970100000000006"


def write(shop: int, **changes: object) -> OutboxMail:
    values: dict[str, object] = {
        "kind": "test",
        "recipients": ["anne@shop.example", "bob@shop.example"],
        "subject": "Vente refusée – à revoir",
        "body": "Bonjour,\n.\nFrom here on: é\n" + "long " * 300,
        "language": "fr",
    } | changes
    with unit_of_work(Scope((shop,))) as session:
        return queue_mail(session, shop, **values)  # type: ignore[arg-type]


def rows(shop: int) -> list[OutboxMail]:
    with unit_of_work(Scope((shop,))) as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


@pytest.mark.parametrize("break_", ["\r\nBcc: thief@evil.example", "\n", "\r", "\0", "\x0b", "\u2028"])
def test_a_header_with_a_line_break_or_control_character_is_refused(shop: int, break_: str) -> None:
    with pytest.raises(MailRefused):
        write(shop, subject=f"Hello{break_}")
    with pytest.raises(MailRefused):
        write(shop, recipients=[f"anne@shop.example{break_}"])
    assert rows(shop) == []


@pytest.mark.parametrize(
    "address",
    [
        *("", "anne", "anne@", "@shop.example", "a b@shop.example", "Anne <anne@shop.example>", "a@b@c"),
        *("anne@shop..example", "anne@-shop.example", "é@shop.example", "a,b@shop.example"),
        *("a" * 65 + "@x.example", f"{CARD}@shop.example"),
    ],
)
def test_only_a_plain_mailbox_is_a_recipient(shop: int, address: str) -> None:
    assert not usable_address(address)
    with pytest.raises(MailRefused):
        write(shop, recipients=["good@shop.example", address])


def test_a_mail_needs_a_recipient_and_never_too_many(shop: int) -> None:
    for count in (0, 51):
        with pytest.raises(MailRefused):
            write(shop, recipients=[f"p{n}@shop.example" for n in range(count)])


def test_a_card_number_never_stands_in_a_mail(shop: int) -> None:
    write(shop, subject=f"Card {CARD}", body=f"typed 4970 1000 0000 0006 and {CARD}")
    (mail,) = rows(shop)
    assert CARD not in mail.subject + mail.body
    assert "0000" not in mail.body


def test_nothing_leaves_a_unit_that_rolls_back(app: Flask, shop: int) -> None:
    def fail() -> None:
        with unit_of_work(Scope((shop,))) as session:
            queue_mail(session, shop, "test", ["anne@shop.example"], "s", "b", "fr")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(shop) == []
    assert open_queue(app.extensions["settings"].redis_url).count == 0


def test_the_doorbell_rings_after_the_commit_with_the_id_only(app: Flask, shop: int) -> None:
    mail = write(shop)
    (job,) = open_queue(app.extensions["settings"].redis_url).jobs
    assert (job.func_name, list(job.args)) == ("app.jobs.run_job", ["mails", mail.id])


def test_in_practice_a_mail_becomes_one_file_named_by_its_message_id(app: Flask, shop: int) -> None:
    mail = write(shop)
    assert send_due() == 1
    (file,) = app.extensions["settings"].outbox_dir.iterdir()
    assert file.name == mail.message_id.strip("<>") + ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    assert max(map(len, content.split(b"\r\n"))) < 79
    read = email.message_from_bytes(content, policy=email.policy.default)
    assert read["Message-ID"] == mail.message_id
    assert read["Subject"] == mail.subject
    assert read["To"] == "anne@shop.example, bob@shop.example"
    assert read["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(read["Date"]) == mail.created_at.replace(microsecond=0)
    assert read.get_content().replace("\r\n", "\n").strip() == mail.body.strip()
    (row,) = rows(shop)
    assert (row.state, row.carrier, row.tries, row.last_error) == ("SENT", "FILE", 1, None)
    assert send_due() == 0


def test_a_folder_that_cannot_be_written_postpones_the_mail_and_says_why(app: Flask, shop: int) -> None:
    folder = app.extensions["settings"].outbox_dir
    folder.write_text("in the way")
    try:
        write(shop)
        assert send_due() == 0
        (row,) = rows(shop)
        assert (row.state, row.tries) == ("DUE", 1)
        assert "Error" in (row.last_error or "")
    finally:
        folder.unlink()


def test_a_sentence_is_written_in_the_language_asked_for_and_survives_a_missing_value(app: Flask) -> None:
    with in_language("en"):
        assert sentence("The bank refused %(code)s", {"code": "05"}) == "The bank refused 05"
        assert sentence("100%% of %(what)s") == "100% of %(what)s"
        assert sentence("no %(such)s", {"other": 1}) == "no %(such)s"
