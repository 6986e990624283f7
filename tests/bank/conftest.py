"""The practice bank as it runs: a process of its own on a free port, spoken to over HTTP."""

import contextlib
import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugins.payment_gateway.gateways import seal

ROOT = Path(__file__).resolve().parents[2]
PRACTICE, OTHER = "002001000000001", "002001000000002"
APPROVED = "4970100000000006"
_numbers = itertools.count(1)


class NoAnswer(Exception):
    """The connection ended, or stayed silent for too long, without a whole HTTP answer."""


class BankProcess:
    """A running bank and a client that seals and checks what it sends and gets."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.start()

    def start(self, port: int = 0) -> None:
        command = [sys.executable, "-m", "plugins.payment_gateway.simulator", "--port", str(port), "--data", self.data]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert "listening on" in line, line + self.process.stderr.read()
        self.port = int(line.rstrip("/\n").rsplit(":", 1)[1])

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    def http(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, patience: float = 10
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        except (http.client.HTTPException, OSError) as failure:
            raise NoAnswer(type(failure).__name__) from failure
        finally:
            connection.close()

    def send(self, path: str, message: dict[str, Any], patience: float = 10) -> dict[str, Any]:
        """Send a message as it stands and return the reply, whatever its seal."""
        status, _, body = self.http("POST", f"/rs-services/v2/{path}", json.dumps(message).encode(), patience=patience)
        assert status == 200, status
        return json.loads(body)

    def ask(self, path: str, fields: dict[str, Any], merchant: str = PRACTICE, patience: float = 10) -> dict[str, Any]:
        """Send a message with envelope and seal; check the reply's seal."""
        secret = f"{merchant}_KEY1"
        prefix = {"checkout": "IR", "diagnostic": "DR"}.get(path.split("/")[0], "CR")
        message = {"merchantId": merchant, "keyVersion": "1", "interfaceVersion": f"{prefix}_WS_2.20", **fields}
        message["seal"] = seal.seal_of(message, secret)
        reply = self.send(path, message, patience)
        assert seal.verify(reply, secret), reply
        return reply

    def order(self, card: str = APPROVED, reference: str | None = None, **fields: Any) -> dict[str, Any]:
        return self.ask("checkout/cardOrder", order_fields(card, reference, **fields), **_ask(fields))

    def cash(self, verb: str, reference: str, amount: int | None = None, **fields: Any) -> dict[str, Any]:
        asked = _message(fields)
        if amount is not None:
            asked = {"operationAmount": amount, "currencyCode": "978"} | asked
        return self.ask(f"cashManagement/{verb}", {"transactionReference": reference} | asked, **_ask(fields))

    def inquire(self, reference: str, **fields: Any) -> dict[str, Any]:
        return self.ask("diagnostic/getTransactionData", {"transactionReference": reference}, **_ask(fields))

    def control(self, **changes: Any) -> dict[str, Any]:
        status, _, body = self.http(
            "POST", "/control", json.dumps(changes).encode(), {"Content-Type": "application/json"}
        )
        answer = json.loads(body)
        assert status == 200, answer
        return answer

    def fault(self, verb: str, fault: str, **more: Any) -> None:
        self.control(next=[{"verb": verb, "fault": fault, **more}])

    def journal(self, reference: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        entries = json.loads(self.http("GET", f"/journal?since={since}")[2])
        return [entry for entry in entries if reference in (None, entry["transactionReference"])]

    def clock(self, seconds: int) -> None:
        """Set the offset the way the clock command does: a new file in one step."""
        new = self.data / "clock.new"
        new.write_text(json.dumps({"offset_seconds": seconds}))
        new.replace(self.data / "clock.json")


def _ask(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in ("merchant", "patience") if name in fields}


def _message(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ("merchant", "patience")}


def new_reference() -> str:
    return f"T{os.getpid()}N{next(_numbers)}"


def order_fields(card: str = APPROVED, reference: str | None = None, **fields: Any) -> dict[str, Any]:
    """A right cardOrder in VALIDATION mode; a field given as None is left out."""
    message = {
        "transactionReference": reference or new_reference(),
        "amount": 10000,
        "currencyCode": "978",
        "cardNumber": card,
        "cardExpiryDate": "203012",
        "cardCSCValue": "123",
        "captureMode": "VALIDATION",
        "captureDay": 6,
        "orderChannel": "MOTO",
        **_message(fields),
    }
    return {name: value for name, value in message.items() if value is not None}


@pytest.fixture(scope="session")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    process = BankProcess(tmp_path_factory.mktemp("bank"))
    yield process
    assert process.stop() == 0


@pytest.fixture
def bank(shared_bank: BankProcess) -> BankProcess:
    """The shared bank: sales of different tests differ by reference, settings and faults start from nothing."""
    shared_bank.control(night=False, latency_ms=0, late_ms=30000, slow_byte_ms=1000, clear=True)
    return shared_bank


@pytest.fixture
def own_bank(tmp_path: Path) -> Iterator[Callable[[], BankProcess]]:
    """Starts banks of the test's own, each in its own folder: for clocks and kills."""
    started: list[BankProcess] = []

    def start() -> BankProcess:
        started.append(BankProcess(tmp_path / f"data{len(started)}"))
        return started[-1]

    yield start
    for process in started:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.stop()
        if process.process.poll() is None:
            process.stop(signal.SIGKILL)
