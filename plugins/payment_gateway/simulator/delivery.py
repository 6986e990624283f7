"""How a reply travels: as it should, late, byte by byte, cut, not at all, or as something else."""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus

from plugins.payment_gateway.gateways import seal
from plugins.payment_gateway.gateways.seal import FieldValue

from .faults import Fault
from .settings import Settings
from .wire import Reply

NEVER_SECONDS = 3600.0  # how long a connection is held open in silence if its peer does not leave
_HTML = b'<!DOCTYPE html><html lang="en"><title>Maintenance</title><h1>503</h1><p>Please come back later.</p></html>\n'


def sealed(fields: Mapping[str, FieldValue], secret: str | None) -> Reply:
    """The reply a right answer is: its fields and their seal (none where no key is known, as for a stranger)."""
    message = dict(fields)
    if secret is not None:
        message["seal"] = seal.seal_of(message, secret)
    return Reply(json.dumps(message, ensure_ascii=False).encode())


def distorted(fields: Mapping[str, FieldValue], secret: str, fault: Fault | None) -> Reply:
    """The reply with what a fault does to its content; sealed rightly unless the seal is the fault."""
    match fault.kind if fault else None:
        case "html":
            return Reply(_HTML, content_type="text/html; charset=utf-8")
        case "empty":
            return Reply(b"")
        case "garbage":
            return Reply(b'{"responseCode":"00","seal":\xff\xfe')
        case "http_429":
            return Reply(b"", HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "1"})
        case "http_500":
            return Reply(b"", HTTPStatus.INTERNAL_SERVER_ERROR)
        case "http_503":
            return Reply(b"", HTTPStatus.SERVICE_UNAVAILABLE)
        case "no_seal":
            return sealed(fields, None)
        case "bad_seal":
            return sealed(fields, secret + "!")
        case "other_reference":
            return sealed({**fields, "transactionReference": _other(fields)}, secret)
        case "wrong_amount":
            amounts = {name: value + 1 for name, value in fields.items() if isinstance(value, int) and "mount" in name}
            return sealed({**fields, **amounts}, secret)
        case _:
            return sealed(fields, secret)


async def deliver(
    reply: Reply,
    fault: Fault | None,
    settings: Settings,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    *,
    keep_alive: bool,
) -> bool:
    """Send a reply the way its fault demands. True when it was written out whole to a peer that is still there."""
    kind = fault.kind if fault else None
    if kind in ("cut_before_commit", "cut_after_commit"):
        writer.transport.abort()
        return False
    if kind == "never":
        await _hold(reader)
        writer.transport.abort()
        return False
    if kind == "late":
        await asyncio.sleep(settings.late_ms / 1000)
    data = reply.encode(keep_alive=keep_alive)
    if kind == "cut_in_reply":
        writer.write(data[: len(data) - len(reply.body) // 2 - 1])
        await writer.drain()
        writer.transport.abort()
        return False
    if kind == "slow_bytes":
        for position in range(len(data)):
            if not await _write(data[position : position + 1], reader, writer):
                return False
            await asyncio.sleep(settings.slow_byte_ms / 1000)
        return True
    return await _write(data, reader, writer)


async def _write(data: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    if reader.at_eof() or writer.is_closing():
        return False
    writer.write(data)
    try:
        await writer.drain()
    except ConnectionError:
        return False
    return True


async def _hold(reader: asyncio.StreamReader) -> None:
    try:
        async with asyncio.timeout(NEVER_SECONDS):
            while await reader.read(4096):
                pass
    except (TimeoutError, ConnectionError):
        pass


def _other(fields: Mapping[str, FieldValue]) -> str:
    reference = str(fields.get("transactionReference", ""))
    return reference[:-1] + ("0" if reference.endswith("1") else "1")
