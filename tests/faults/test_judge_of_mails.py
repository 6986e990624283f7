"""The judge of a seeded run sees a mail that was lost, doubled under another name, or left without a row."""

from __future__ import annotations

import pytest

from tests.faults.engine.post_office import Row, judge_mails

SENT = Row("<a@shop.example>", "SENT", 2)


def sending(name: str = "a", text: str = "text", to: str = "anne@shop.example") -> tuple[list[str], bytes]:
    return [to], f"Message-ID: <{name}@shop.example>\r\nSubject: s\r\n\r\n{text}\r\n".encode()


@pytest.mark.parametrize("taken", [[sending()], [sending(), sending()]])
def test_a_mail_sent_and_the_same_sent_again_are_right(taken: list[tuple[list[str], bytes]]) -> None:
    assert judge_mails([SENT], taken).wrong == []


@pytest.mark.parametrize(
    ("rows", "taken", "said"),
    [
        ([SENT], [], "SENT, and the server never took it"),
        ([Row("<a@shop.example>", "DUE", 1)], [sending()], "is DUE after 1 tries"),
        ([Row("<a@shop.example>", "FAILED", 30)], [], "is FAILED after 30 tries"),
        ([SENT], [sending(), sending(text="another")], "2 different mails under one Message-ID"),
        ([SENT], [sending(), sending(to="bob@shop.example")], "2 different mails under one Message-ID"),
        ([SENT], [sending(), sending("b")], "<b@shop.example>: taken, and in no outbox"),
        ([SENT], [sending()] * 3, "taken 3 times in 2 tries"),
    ],
)
def test_what_must_not_be_is_seen(rows: list[Row], taken: list[tuple[list[str], bytes]], said: str) -> None:
    (wrong,) = judge_mails(rows, taken).wrong
    assert said in wrong
