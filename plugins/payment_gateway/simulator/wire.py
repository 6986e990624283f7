"""HTTP/1.1 as far as this bank needs it: small, strict, with a limit on everything a stranger can send."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 64 * 1024
IDLE_SECONDS = 600.0  # between two requests; generous, so that a pooled connection is not closed under its user
READ_SECONDS = 30.0  # for the rest of a request once its head is there

_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class BadRequest(Exception):
    """A request that is not understood; the connection is closed after the answer."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True)
class Request:
    """One request: path without query, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)  # may hold a card number
    keep_alive: bool = True


@dataclass(frozen=True)
class Reply:
    """One answer."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self, *, keep_alive: bool) -> bytes:
        """The bytes as they travel."""
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            *(f"{name}: {value}" for name, value in self.headers.items()),
            *(() if keep_alive else ("Connection: close",)),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, or None when the peer closed or stayed silent. Raises BadRequest."""
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, version = _request_line(first)
    headers = _headers(lines)
    if headers.get("host", "").rpartition(":")[0] not in _LOCAL_NAMES and headers.get("host") not in _LOCAL_NAMES:
        raise BadRequest(HTTPStatus.MISDIRECTED_REQUEST)  # another name made to point here
    path, _, query = target.partition("?")
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await reader.readexactly(_length(headers))
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        return None
    closing = version == "HTTP/1.0" or headers.get("connection", "").lower() == "close"
    return Request(method, path, query, headers, body, keep_alive=not closing)


def _request_line(line: str) -> tuple[str, str, str]:
    parts = line.split(" ")
    if len(parts) != 3 or not parts[0].isalpha() or not parts[1].startswith("/") or not parts[1].isascii():
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    if parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise BadRequest(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
    return parts[0], parts[1], parts[2]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or "\n" in line or "\r" in line:  # folded lines too
            raise BadRequest(HTTPStatus.BAD_REQUEST)
        if name.lower() in headers and name.lower() in ("host", "content-length", "transfer-encoding"):
            raise BadRequest(HTTPStatus.BAD_REQUEST)
        headers[name.lower()] = value.strip()
    return headers


def _length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise BadRequest(HTTPStatus.LENGTH_REQUIRED)
    if "expect" in headers:
        raise BadRequest(HTTPStatus.EXPECTATION_FAILED)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 10):
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    if int(length) > BODY_LIMIT:
        raise BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(length)
