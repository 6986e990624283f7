"""Over TLS: the bank's certificate and name are checked, and what fails there has sent nothing."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from app.ports import Outcome
from plugins.payment_gateway.gateways import sockets
from tests.certificates import certificate
from tests.contract.stranger import Stranger
from tests.contract.test_transport import Caller, timed


def served(file: Path) -> Stranger:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return Stranger(context)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return certificate(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture
def bank(here: Path) -> Iterator[Stranger]:
    server = served(here)
    yield server
    server.stop()


def test_a_trusted_bank_is_believed_and_its_connection_kept(
    bank: Stranger, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(here))
    caller = Caller(bank.url)
    assert [caller.authorize().outcome for _ in range(3)] == [Outcome.APPROVED] * 3
    assert bank.connections == 1
    caller.transport.close()


def test_an_unknown_authority_is_failed(bank: Stranger) -> None:
    result = Caller(bank.url).authorize()
    assert (result.outcome, result.reason) == (Outcome.FAILED, "connect: SSLCertVerificationError")
    assert bank.requests == []


def test_another_name_is_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certificate(tmp_path, x509.DNSName("bank.example"))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    server = served(file)
    assert Caller(server.url).authorize().outcome == Outcome.FAILED
    assert server.requests == []
    server.stop()


def test_a_bank_without_tls_is_failed(stranger: Stranger) -> None:
    assert Caller(stranger.url.replace("http:", "https:")).authorize(2.0).outcome == Outcome.FAILED
    assert stranger.requests == []


def test_a_handshake_that_never_ends_meets_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result, took = timed(Caller(f"https://127.0.0.1:{listener.getsockname()[1]}"), 0.4)
    assert result.outcome == Outcome.FAILED
    assert took < 0.7


def test_slow_bytes_over_tls_meet_the_deadline(bank: Stranger, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(here))

    def drip(connection: socket.socket, _body: bytes) -> bool:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}":
            connection.sendall(bytes([byte]))
            time.sleep(0.05)
        return False

    bank.behave = drip
    result, took = timed(Caller(bank.url), 0.5)
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "deadline")
    assert took < 0.8


def test_session_keys_are_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = sockets.tls_context()
    assert context.keylog_filename is None
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
