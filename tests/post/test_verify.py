"""`verify`: clean books are clean, and every planted defect is named under its invariant."""

import json
import subprocess
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from app.database import Scope, unit_of_work
from app.plugin import registry
from app.ports import Evidence
from app.verdict import VERDICT
from app.verify import gather, line
from tests.post.books import E, N, S, Sale, write_books
from tests.post.people import merchant
from tests.post.planting import plant, verdicts


def test_true_books_are_clean_and_counted(app: Flask, books: dict[str, Any]) -> None:
    found = {(e.invariant, e.note): e for _, e in gather(app)}
    assert all(not evidence.wrong for evidence in found.values()), [line(e) for e in found.values()]
    assert {invariant for invariant, _ in found} == {"I1", "I5", "I6", "I7", "I10", "I11", "I13"}
    assert found["I1", "order of the amounts"].checked == 14
    assert found["I10", "mails"].checked == 2


def test_the_night_verifies_and_tells_the_log_and_the_metrics(app: Flask, books: dict[str, Any]) -> None:
    task = registry().daily_tasks["verify"]
    assert (task.at, task.zone) == (time(3, 30), "Europe/Paris")
    kept = app.extensions["settings"].data_dir / VERDICT
    try:
        assert night(app) == []
        assert "egestion_verify_wrong 0.0" in app.test_client().get("/metrics").text
        plant(app, "UPDATE transaction SET refunded_amount = 301 WHERE reference = %s", books["refunded"])
        broken = night(app)
        assert {entry["log_level"] for entry in broken} == {"error"}
        assert any(books["refunded"] in entry["verdict"] for entry in broken)
        assert f"egestion_verify_wrong {len(broken)}.0" in app.test_client().get("/metrics").text
    finally:
        kept.unlink(missing_ok=True)


def night(app: Flask) -> list[Any]:
    """What the nightly check tells the log of broken invariants."""
    with capture_logs() as told:
        registry(app).daily_tasks["verify"].run(date(2026, 11, 24))
    return [entry for entry in told if entry["event"] == "invariant_broken"]


DEFECTS: list[tuple[str, str, str, str]] = [
    ("I5", "UPDATE transaction SET refunded_amount = 301 WHERE reference = %s", "refunded", "refunded 301"),
    ("I5", "UPDATE transaction SET reserved_amount = 49 WHERE reference = %s", "refunded", "reserved 49"),
    ("I5", "UPDATE transaction SET amount = 299 WHERE reference = %s", "overtaken", "amount 299, operations say 300"),
    (
        "I5",  # both together agree, yet not with what was cancelled
        "WITH left_over AS (UPDATE operation SET new_amount = 299 WHERE new_amount = 300)"
        " UPDATE transaction SET amount = 299 WHERE reference = %s",
        "overtaken",
        "amount 299, operations say 300",
    ),
    (
        "I5",
        "UPDATE operation SET new_amount = 299 WHERE new_amount = 300 AND transaction_id ="
        " (SELECT id FROM transaction WHERE reference = %s)",
        "overtaken",
        "amount 300, the last operation left 299",
    ),
    (
        "I5",
        "UPDATE operation SET amount = 900 WHERE name = 'CANCEL' AND transaction_id ="
        " (SELECT id FROM transaction WHERE reference = %s)",
        "cancelled",
        "amount 0, operations say 100",
    ),
    (
        "I5",
        "UPDATE operation SET amount = 999 WHERE name = 'CAPTURE' AND transaction_id ="
        " (SELECT id FROM transaction WHERE reference = %s)",
        "captured",
        "captured 1000, operations 999",
    ),
    ("I6", "UPDATE transaction SET state = 'TO_VALIDATE' WHERE reference = %s", "approved", "events end in TO_CAPTURE"),
    ("I6", "UPDATE transaction SET amount = 900 WHERE reference = %s", "approved", "amounts are not those"),
    (
        "I6",
        "DELETE FROM event WHERE kind = 'CAPTURED' AND transaction_id ="
        " (SELECT id FROM transaction WHERE reference = %s)",
        "refunded",
        "starts from CAPTURED after TO_CAPTURE",
    ),
    (
        "I6",
        "DELETE FROM event WHERE transaction_id = (SELECT id FROM transaction WHERE reference = %s)",
        "pending",
        "no event",
    ),
    (
        "I7",
        "UPDATE event SET kind = 'REFUNDED' WHERE kind = 'DECLINED' AND transaction_id ="
        " (SELECT id FROM transaction WHERE reference = %s)",
        "refused",
        "PENDING -REFUNDED-> REFUSED",
    ),
    (
        "I7",
        "UPDATE event SET kind = 'NONSENSE' WHERE kind = 'CANCELLED' AND transaction_id ="
        " (SELECT id FROM transaction WHERE reference = %s)",
        "cancelled",
        "-NONSENSE->",
    ),
]


@pytest.mark.parametrize(("invariant", "statement", "sale", "says"), DEFECTS)
def test_a_defect_in_the_books_is_found(
    app: Flask, books: dict[str, Any], invariant: str, statement: str, sale: str, says: str
) -> None:
    plant(app, statement, books[sale])
    wrong = verdicts(app)[invariant]
    assert any(says in text for text in wrong), wrong
    assert invariant == "I7" or any(books[sale] in text for text in wrong)


def test_what_was_not_validated_is_released(app: Flask) -> None:
    """1000 authorised, 200 cancelled, 700 of the 800 validated, 50 cancelled since: 650 are left."""
    found = write_books(merchant("SHOP"))
    with unit_of_work(Scope((found["merchant"],))) as session:
        sale = Sale(session, found["merchant"], found["contract"], found["card"])
        sale.settle(sale.first, S.DONE, E.APPROVED_TO_VALIDATE)
        sale.do(N.CANCEL, 200, E.CANCELLED_IN_PART, amount=800)
        sale.do(N.VALIDATE, 700, E.VALIDATED, amount=700)
        sale.do(N.CANCEL, 50, E.CANCELLED_IN_PART, amount=650)
        reference = sale.row.reference
    assert verdicts(app)["I5"] == []
    of_sale = "transaction_id = (SELECT id FROM transaction WHERE reference = %s)"
    plant(app, f"UPDATE operation SET amount = 699 WHERE name = 'VALIDATE' AND {of_sale}", reference)
    assert verdicts(app)["I5"] == [f"{reference}: amount 650, operations say 649"]
    plant(app, f"UPDATE operation SET amount = 900 WHERE name = 'VALIDATE' AND {of_sale}", reference)
    assert verdicts(app)["I5"] == [f"{reference}: amount 650, operations say 750"]


@pytest.mark.parametrize("state", ["CANCELLED", "EXPIRED"])
def test_an_order_the_bank_was_found_to_have_let_go_leaves_nothing(app: Flask, state: str) -> None:
    found = write_books(merchant("SHOP"))
    with unit_of_work(Scope((found["merchant"],))) as session:
        sale = Sale(session, found["merchant"], found["contract"], found["card"])
        sale.settle(sale.first, S.DONE, E[state], amount=0)
        reference = sale.row.reference
    assert verdicts(app)["I5"] == []
    plant(app, "UPDATE operation SET new_state = 'TO_CAPTURE' WHERE new_state = %s AND name = 'TRANSACTION'", state)
    assert verdicts(app)["I5"] == [f"{reference}: amount 0, operations say 1000"]


def test_a_checker_that_fails_is_no_good_news(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[Evidence]:
        raise RuntimeError("4970100000000006")

    monkeypatch.setitem(registry(app).checkers, "broken", fail)
    assert verdicts(app)["I?"] == ["could not be checked: RuntimeError"]


def test_lines_are_short_and_counted() -> None:
    assert line(Evidence("I1", 5123)) == "I1 ok 5,123 checked"
    assert line(Evidence("I1", 9, ["a", "b"])) == "I1 WRONG 2: a; b"
    assert line(Evidence("I1", 9, [str(n) for n in range(1200)])).endswith("; 9; and 1,190 more")


@pytest.mark.slow
def test_the_command_exits_0_on_clean_books_and_1_on_wrong_ones(
    app: Flask, books: dict[str, Any], environment: dict[str, str], command: str
) -> None:
    child = environment | {"EGESTION_PLUGINS": ""}
    clean = subprocess.run([command, "verify"], env=child, capture_output=True, text=True, check=False)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "I1 ok 14 checked" in clean.stdout
    plant(app, "UPDATE transaction SET refunded_amount = 299 WHERE reference = %s", books["refunded"])
    wrong = subprocess.run([command, "verify", "--json"], env=child, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    found = [each for each in json.loads(wrong.stdout) if not each["ok"]]
    assert {each["invariant"] for each in found} == {"I5", "I6"}
