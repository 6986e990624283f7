"""The process itself: durability, many callers, settings, limits of HTTP, start and stop."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plugins.payment_gateway.simulator import settings
from plugins.payment_gateway.simulator.preload import PastSale, load_past

from .conftest import PRACTICE, ROOT, BankProcess, NoAnswer, new_reference


def test_what_was_answered_survives_kill_9(own_bank: Callable[[], BankProcess]) -> None:
    bank = own_bank()
    answered: list[str] = []
    started = threading.Event()

    def sell() -> None:
        while True:
            reference = new_reference()
            try:
                bank.order(reference=reference)
            except NoAnswer:
                return
            answered.append(reference)
            if len(answered) > 40:
                started.set()

    with ThreadPoolExecutor(8) as sellers:
        for _ in range(8):
            sellers.submit(sell)
        assert started.wait(10)
        bank.stop(signal.SIGKILL)
    bank.start(bank.port)
    known = {entry["transactionReference"]: entry for entry in bank.journal()}
    assert set(answered) <= set(known)
    for reference in answered[-20:]:
        assert bank.inquire(reference)["transactionStatus"] == "TO_VALIDATE"
    assert sum(not entry["answered"] for entry in known.values()) <= 16  # at most what was on its way
    numbers = [entry["n"] for entry in bank.journal()]
    bank.order()
    assert bank.journal()[-1]["n"] == numbers[-1] + 1


def test_fifty_equal_orders_make_one_authorisation(bank: BankProcess) -> None:
    reference = new_reference()
    with ThreadPoolExecutor(50) as callers:
        codes = Counter(
            reply["responseCode"] for reply in callers.map(bank.order, ["4970100000000006"] * 50, [reference] * 50)
        )
    assert codes == {"00": 1, "94": 49}


def test_parallel_refunds_never_exceed_the_capture(bank: BankProcess) -> None:
    reference = new_reference()
    bank.order(reference=reference)
    bank.cash("validate", reference, 10000)
    with ThreadPoolExecutor(20) as callers:
        replies = callers.map(lambda _: bank.cash("refund", reference, 900), range(20))
    assert Counter(reply["responseCode"] for reply in replies) == {"00": 11, "51": 9}
    assert bank.inquire(reference)["remainingAmount"] == 100


def test_capture_and_cancel_at_once_leave_one_of_them(bank: BankProcess) -> None:
    for _ in range(10):
        reference = new_reference()
        bank.order(reference=reference)
        with ThreadPoolExecutor(8) as callers:
            replies = callers.map(bank.cash, ["validate", "cancel"] * 4, [reference] * 8, [10000] * 8)
        assert Counter(reply["responseCode"] for reply in replies) == {"00": 1, "24": 7}


def test_sleeping_callers_do_not_hold_up_others(bank: BankProcess) -> None:
    bank.control(late_ms=1500)
    with ThreadPoolExecutor(100) as callers:
        late = [callers.submit(bank.order, "4970100000000626") for _ in range(100)]
        start = time.monotonic()
        assert bank.order()["responseCode"] == "00"
        assert time.monotonic() - start < 1.4
        assert {future.result()["responseCode"] for future in late} == {"00"}


def test_latency_is_added_to_each_answer(bank: BankProcess) -> None:
    bank.control(latency_ms=150)
    start = time.monotonic()
    bank.order()
    assert 0.15 <= time.monotonic() - start < 2


def test_settings_last_and_are_changed_from_outside(own_bank: Callable[[], BankProcess]) -> None:
    bank = own_bank()
    bank.control(night=True, latency_ms=7)
    bank.stop()
    assert settings.read_settings(bank.data) == settings.Settings(night=True, latency_ms=7)
    bank.start()
    assert bank.control()["night"] is True
    settings.set_night(bank.data, False)
    settings.set_latency(bank.data, 0)
    assert (bank.control()["night"], bank.control()["latency_ms"]) == (False, 0)
    with pytest.raises(settings.SettingError, match="latency_ms"):
        settings.set_latency(bank.data, -5)


def past_sale(reference: str, **fields: object) -> PastSale:
    moment = datetime(2025, 11, 3, 10, tzinfo=UTC)
    facts = {
        "merchant_id": PRACTICE, "reference": reference, "amount": 5000, "current_amount": 5000, "refunded_amount": 0,
        "status": "CAPTURED", "created_at": moment, "last_operation": "VALIDATE", "last_operation_at": moment,
        "brand": "CB", "masked_pan": "497010######1234", "pan_expiry": "202712", "captured_at": moment,
    }  # fmt: skip
    return PastSale(**{**facts, **fields})  # type: ignore[arg-type]


def test_loaded_past_is_known_but_stands_in_no_journal(own_bank: Callable[[], BankProcess]) -> None:
    bank = own_bank()
    assert load_past(bank.data, (past_sale(f"P{number}") for number in range(12_000))) == 12_000
    assert bank.journal() == []
    assert bank.inquire("P11999")["transactionStatus"] == "CAPTURED"
    assert bank.cash("refund", "P11999", 5000)["newStatus"] == "CREDITED"
    assert [entry["n"] for entry in bank.journal()] == [1]
    with pytest.raises(sqlite3.IntegrityError):
        load_past(bank.data, [past_sale("NEW1"), past_sale("P1")])
    with pytest.raises(ValueError, match="PENDING"):
        load_past(bank.data, [past_sale("NEW1", status="PENDING")])
    assert bank.inquire("NEW1")["getTransDataResponseCode"] == "25"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: bank.example\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\n\r\n", 421),
        ("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
        ("GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: 127.0.0.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX : 1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: 1\r\n folded\r\n\r\n", 400),
        ("POST /control HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ("POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST /control HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x" * 20_000 + "\r\n\r\n", 431),
        ("GET /nowhere HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 404),
        ("PUT /journal HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET /rs-services/v2/checkout/cardOrder HTTP/1.1\r\nHost: [::1]\r\n\r\n", 405),
        ("GET /journal?since=x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n", 200),
    ],
)
def test_http_is_read_strictly(bank: BankProcess, request_text: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", bank.port), timeout=5) as peer:
        peer.sendall(request_text.encode())
        assert peer.recv(64).decode().startswith(f"HTTP/1.1 {status} ")


def test_page_is_for_a_person_in_two_languages(bank: BankProcess) -> None:
    bank.order(orderId="<b>&A")
    for accepted, language, title in (
        ("fr-FR,fr;q=0.9", "fr", "Banque d’entraînement"),
        ("de,en", "en", "Practice bank"),
    ):
        status, headers, body = bank.http("GET", "/", headers={"Accept-Language": accepted})
        page = body.decode()
        assert status == 200
        assert f'<html lang="{language}">' in page
        assert f"<h1>{title}</h1>" in page
        assert "&lt;b&gt;&amp;A" in page
        assert '<th scope="col">' in page
        assert "style=" not in page
        assert "default-src 'none'; style-src 'self'" in headers["content-security-policy"]
    assert bank.http("GET", "/style.css")[1]["content-type"].startswith("text/css")


def run(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plugins.payment_gateway.simulator", "--port", str(port), "--data", str(data)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def test_busy_port_folder_in_use_and_bad_folder_are_one_line(bank: BankProcess, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for data, port, words in (
        (tmp_path, bank.port, f"port {bank.port} is taken"),
        (bank.data, 0, "another bank is at work"),
        (tmp_path / "file", 0, "cannot use"),
        (tmp_path, 70000, "ports go from 0 to 65535"),
    ):
        done = run(data, port)
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_stop_ends_silent_connections_and_finishes_answers(own_bank: Callable[[], BankProcess]) -> None:
    bank = own_bank()
    with ThreadPoolExecutor(2) as callers:
        silent = callers.submit(bank.order, "4970100000000600")
        time.sleep(0.2)
        start = time.monotonic()
        assert bank.stop() == 0
        assert time.monotonic() - start < 4
        with pytest.raises(NoAnswer):
            silent.result(5)


def test_the_bank_is_somebody_else_s_computer() -> None:
    for file in (ROOT / "plugins/payment_gateway/simulator").glob("*.py"):
        assert "from app" not in file.read_text("utf-8"), file.name
        assert "import app" not in file.read_text("utf-8"), file.name
    look = "import sys, plugins.payment_gateway.simulator.server; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in loaded.stdout.split()}.isdisjoint({"app", "flask", "sqlalchemy"})


def test_keep_alive_serves_many_requests_on_one_connection(bank: BankProcess) -> None:
    with socket.create_connection(("127.0.0.1", bank.port), timeout=5) as peer:
        peer.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        received = b""
        while received.count(b'{"status":"ok"}') < 3:
            received += peer.recv(4096)
    assert json.loads(bank.http("GET", "/health")[2]) == {"status": "ok"}
