"""SMTP by Flask-Mail, bounded in time: a server that is down, slow or silent holds the sender for a minute at most."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import current_app
from flask_mail import Connection

from .letters import Letter

STEP_TIMEOUT = 15.0  # seconds for one answer of the server
LONGEST_EXCHANGE = 60.0  # seconds to connect, and for each mail, all in all
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NoLoginInTheClear(smtplib.SMTPException):
    """The server offers no TLS: user name and password are not sent to it."""


class Post(Connection):
    """One connection to the server of EGESTION_SMTP_URL, for several mails. Entering it connects.

    TLS from the first byte for smtps, STARTTLS wherever the server offers it; its certificate is verified in both cases
    (a house's own authority is named by OpenSSL's SSL_CERT_FILE).
    """

    def configure_host(self) -> smtplib.SMTP:
        server = str(self.mail.server)
        host: smtplib.SMTP
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(timeout=STEP_TIMEOUT, context=ssl.create_default_context())
        else:
            host = smtplib.SMTP(timeout=STEP_TIMEOUT)
        # Given to the constructor, the name would also connect at once, before anything bounds the whole exchange.
        host._host = server  # type: ignore[attr-defined]
        try:
            with bounded(host):
                host.connect(server, int(self.mail.port))
                self._secure_and_sign_in(host, server)
        except BaseException:
            host.close()
            raise
        return host

    def _secure_and_sign_in(self, host: smtplib.SMTP, server: str) -> None:
        host.ehlo_or_helo_if_needed()
        if not self.mail.use_ssl and host.has_extn("starttls"):
            host.starttls(context=ssl.create_default_context())
            host.ehlo()
        if self.mail.username:
            if not isinstance(host.sock, ssl.SSLSocket) and server not in LOOPBACK:
                raise NoLoginInTheClear("the server offers no TLS: nobody signs in")
            host.login(self.mail.username, self.mail.password or "")

    def deliver(self, written: Letter) -> dict[str, tuple[int, bytes]]:
        """Send one mail; returns the recipients the server refused while it took the mail for others.

        Raises smtplib.SMTPException or OSError when it took the mail for nobody, or when that is not known.
        """
        host = self.host
        assert host is not None  # noqa: S101 - entered
        with bounded(host):
            return host.sendmail(
                str(current_app.extensions["settings"].mail_from),
                [str(address) for address in written.recipients],
                written.as_bytes(),
            )

    def __exit__(self, *_error: Any) -> None:
        host, self.host = self.host, None
        if host is not None:
            with suppress(smtplib.SMTPException, OSError), bounded(host):
                host.quit()
            host.close()


def connect() -> Post:
    """Return a connection, not yet opened, to the mail server the application is configured with."""
    return Post(current_app.extensions["mail"])


@contextmanager
def bounded(host: smtplib.SMTP, seconds: float | None = None) -> Iterator[None]:
    """Cut the connection when what happens inside takes longer, however slowly bytes keep coming."""
    timer = threading.Timer(LONGEST_EXCHANGE if seconds is None else seconds, _cut, [host])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(host: smtplib.SMTP) -> None:
    if host.sock is not None:
        with suppress(OSError):
            host.sock.shutdown(socket.SHUT_RDWR)
