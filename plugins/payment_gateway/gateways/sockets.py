"""Sockets under one wall-clock deadline, however slowly the other side writes.

The time-out of the standard library is one wait's: a server that sends a byte a second never meets it. These sockets
measure every wait against `deadline` (`time.monotonic()` seconds), and count the bytes the kernel took, so that "nothing
was sent" is a fact and not a guess.
"""

from __future__ import annotations

import math
import queue
import socket
import ssl
import threading
import time
from typing import Any

from app.ports import Unsent

CONNECT_SECONDS = 10.0
"""At most this long for one address: a bank that cannot be reached is known long before the deadline of the call."""


class TimedSocket(socket.socket):
    """A TCP socket that obeys `deadline`; `sent` counts the bytes taken since it was last set to 0."""

    deadline: float = math.inf
    sent: int = 0

    def obey(self, deadline: float) -> None:
        """Start a new exchange that must end at `deadline`."""
        self.deadline, self.sent = deadline, 0

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Like socket's; raises TimeoutError at the deadline."""
        self.settimeout(remaining(self.deadline))
        return super().recv_into(buffer, nbytes or len(buffer), flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Like socket's; raises TimeoutError at the deadline, and leaves in `sent` how much was taken."""
        view = memoryview(data)
        while view:
            self.settimeout(remaining(self.deadline))
            taken = self.send(view, flags)
            self.sent += taken
            view = view[taken:]


class TimedTlsSocket(TimedSocket, ssl.SSLSocket):
    """The same over TLS. A record the kernel took only a part of is nothing to its reader, so `sent` stays exact."""


def remaining(deadline: float) -> float:
    """Seconds until the deadline; raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 or newer, the machine's certificate authorities (or SSL_CERT_FILE), name checked.

    Built by hand: `ssl.create_default_context` obeys SSLKEYLOGFILE, and a file of session keys opens recorded traffic.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    context.sslsocket_class = TimedTlsSocket
    return context


def connect(host: str, port: int, deadline: float, context: ssl.SSLContext | None) -> TimedSocket:
    """Return a connected socket, over TLS where a context is given. Raises Unsent: no byte of a request has left."""
    reason = "no address"
    for family, kind, protocol, _, address in _addresses(host, port, deadline):
        sock: TimedSocket | None = None
        try:
            sock = TimedSocket(family, kind, protocol)
            sock.settimeout(min(remaining(deadline), CONNECT_SECONDS))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.obey(deadline)
            return sock if context is None else _over_tls(sock, host, deadline, context)
        except OSError as error:  # SSLError and TimeoutError are OSErrors
            reason = f"connect: {type(error).__name__}"
            if sock is not None:
                sock.close()
    raise Unsent(reason)


def _over_tls(sock: TimedSocket, host: str, deadline: float, context: ssl.SSLContext) -> TimedSocket:
    sock.settimeout(min(remaining(deadline), CONNECT_SECONDS))  # the handshake obeys it as a whole
    secured = context.wrap_socket(sock, server_hostname=host)
    if not isinstance(secured, TimedSocket):  # the context is not ours
        raise TypeError("tls_context() was not used")
    secured.obey(deadline)
    return secured


def _addresses(host: str, port: int, deadline: float) -> list[Any]:
    """Look the host up. The system's resolver knows no deadline, so it is asked by a thread that may be left behind."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        pass  # a name
    answers: queue.SimpleQueue[list[Any] | str] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(f"name: {type(error).__name__}")

    threading.Thread(target=look_up, name="bank-name", daemon=True).start()
    try:
        found = answers.get(timeout=min(remaining(deadline), CONNECT_SECONDS))
    except (queue.Empty, TimeoutError):
        raise Unsent("name: no answer") from None
    if isinstance(found, str):
        raise Unsent(found)
    return found
