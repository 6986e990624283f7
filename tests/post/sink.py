"""A mail server for tests: takes mails, or does what a test asks of it; what it took is in `taken`."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.house_fixtures import free


class Listener(Controller):
    """The controller, whose first connection to itself speaks TLS where the server does."""

    def _trigger_server(self) -> None:
        if self.ssl_context is None:
            super()._trigger_server()
            return
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((self.hostname, self.port), 2) as plain, trusting.wrap_socket(plain) as secure:
            secure.recv(64)


class Sink:
    """Switches: `refuse_recipient` (address -> reply), `refuse_data` (a reply), `drop` (takes, then breaks off),
    `pause` (seconds before the answer to DATA).
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, smtps: ssl.SSLContext | None = None, password: str | None = None
    ) -> None:
        self.taken: list[tuple[list[str], bytes]] = []
        self.refuse_recipient: dict[str, str] = {}
        self.refuse_data: str | None = None
        self.drop = False
        self.pause = 0.0
        self.connections = 0
        self.secured: list[bool] = []
        self.password = password
        self.controller = Listener(
            self,
            hostname="127.0.0.1",
            port=free(),
            tls_context=tls,
            ssl_context=smtps,
            authenticator=self._authenticate if password else None,
            auth_require_tls=False,
        )

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == (self.password or "").encode(), handled=False)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse_recipient:
            return self.refuse_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_data is not None:
            return self.refuse_data
        if self.pause:
            await asyncio.sleep(self.pause)
        assert isinstance(envelope.content, bytes)
        self.taken.append((list(envelope.rcpt_tos), envelope.content))
        self.secured.append(session.ssl is not None)
        if self.drop:
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"

    def mails(self) -> list[EmailMessage]:
        """Return what was taken, parsed."""
        return [
            email.message_from_bytes(content, EmailMessage, policy=email.policy.default) for _, content in self.taken
        ]

    @property
    def port(self) -> int:
        return int(self.controller.port)

    def __enter__(self) -> Self:
        self.controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.controller.stop()
