"""STARTTLS where it is offered, smtps, sign-in: certificates verified, no password in the clear to a stranger."""

import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.mail import queue_mail, send_due
from app.models import OutboxMail
from app.post import smtp
from tests.certificates import certificate
from tests.post.conftest import UseServer
from tests.post.sink import Sink


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key."""
    return certificate(tmp_path_factory.mktemp("tls"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


def server_context(own: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context


def write_and_send(shop: int) -> tuple[int, OutboxMail]:
    with unit_of_work(Scope((shop,))) as session:
        queue_mail(session, shop, "test", ["anne@shop.example"], "s", "b", "en")
    sent = send_due()
    with unit_of_work(Scope((shop,))) as session:
        return sent, session.scalars(select(OutboxMail)).one()


def test_starttls_is_used_where_offered(
    own: Path, use_server: UseServer, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with Sink(tls=server_context(own), password="right") as sink:
        with use_server(url=f"smtp://user:right@127.0.0.1:{sink.port}"):
            sent, row = write_and_send(shop)
        assert (sent, row.state, row.last_error) == (1, "SENT", None)
        assert sink.secured == [True]


def test_a_certificate_nobody_vouches_for_is_not_taken(own: Path, use_server: UseServer, shop: int) -> None:
    with Sink(tls=server_context(own)) as sink:
        with use_server(sink.port):
            sent, row = write_and_send(shop)
        assert (sent, row.state) == (0, "DUE")
        assert "CERTIFICATE_VERIFY_FAILED" in (row.last_error or "")
        assert sink.taken == []


def test_a_wrong_password_is_a_visible_failure_that_does_not_show_it(use_server: UseServer, shop: int) -> None:
    with Sink(password="right") as sink, use_server(url=f"smtp://user:wrong-one@127.0.0.1:{sink.port}"):
        sent, row = write_and_send(shop)
    assert sent == 0
    assert "535" in (row.last_error or "")
    assert "wrong-one" not in (row.last_error or "")


def test_nobody_signs_in_without_tls_beyond_this_machine(
    use_server: UseServer, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LOOPBACK", ())
    with Sink(password="right") as sink, use_server(url=f"smtp://user:right@127.0.0.1:{sink.port}"):
        sent, row = write_and_send(shop)
    assert sent == 0
    assert "NoLoginInTheClear" in (row.last_error or "")


def test_smtps_speaks_tls_from_the_first_byte(
    own: Path, use_server: UseServer, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with Sink(smtps=server_context(own)) as sink:
        with use_server(url=f"smtps://127.0.0.1:{sink.port}"):
            sent, row = write_and_send(shop)
        assert (sent, row.state, row.last_error) == (1, "SENT", None)
