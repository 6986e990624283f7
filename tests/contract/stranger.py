"""A server of bytes: accepts, reads one HTTP request after the other, and does with each what its test wants."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any

from plugins.payment_gateway.gateways import seal
from tests.bank.conftest import PRACTICE

SECRET = f"{PRACTICE}_KEY1"
Behaviour = Callable[[socket.socket, bytes], bool]
"""Given the connection and a request's body; True to read another request from the connection."""


class Stranger:
    """`behave` may be changed at any time; `requests` are the bodies read, `connections` how many were accepted."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.behave: Behaviour = approve
        self.requests: list[bytes] = []
        self.heads: list[bytes] = []
        self.connections = 0
        self._context = context
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            while (body := self._read(connection)) is not None:
                self.requests.append(body)
                if not self.behave(connection, body):
                    break
        connection.close()

    def _read(self, connection: socket.socket) -> bytes | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        self.heads.append(head)
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")
        )
        while len(body) < length:
            body += connection.recv(65536)
        return body


def reply_to(body: bytes, **changes: Any) -> dict[str, Any]:
    """The sealed fields of an approval of what was asked; a change to None leaves the field out."""
    asked = seal.read_message(body)
    fields = {
        "transactionReference": asked["transactionReference"],
        "merchantId": PRACTICE,
        "responseCode": "00",
        "acquirerResponseCode": "00",
        "authorisationId": "654321",
        "amount": asked.get("amount"),
        "operationAmount": asked.get("operationAmount"),
        "currencyCode": asked.get("currencyCode"),
        **changes,
    }
    fields = {name: value for name, value in fields.items() if value is not None}
    fields.setdefault("seal", seal.seal_of(seal.read_message(json.dumps(fields).encode()), SECRET))
    return fields


def http(body: bytes, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", *(f"{k}: {v}" for k, v in (headers or {}).items()), f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def approve(connection: socket.socket, body: bytes) -> bool:
    """Approve and go on."""
    connection.sendall(http(json.dumps(reply_to(body)).encode()))
    return True


def approving(**changes: Any) -> Behaviour:
    """Approve with changed fields, sealed rightly unless `seal` is one of them."""

    def behave(connection: socket.socket, body: bytes) -> bool:
        connection.sendall(http(json.dumps(reply_to(body, **changes)).encode()))
        return True

    return behave


def sending(data: bytes) -> Behaviour:
    """Send these bytes and close."""

    def behave(connection: socket.socket, _body: bytes) -> bool:
        connection.sendall(data)
        return False

    return behave
