"""The bank's counter towards the network: one connection after another, one request after another."""

import asyncio
import json
import logging
from functools import partial
from http import HTTPStatus
from pathlib import Path

from . import control, journal, ledger, page
from .bank import VERBS, Bank, Verb
from .delivery import deliver, distorted, sealed
from .outcome import paris_time
from .wire import BadRequest, Reply, Request, read_request

LOG = logging.getLogger("practice_bank")
LAST_ENTRIES = 50
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Desk:
    """Serves connections of a bank whose data folder is `data`."""

    def __init__(self, bank: Bank, data: Path) -> None:
        self._bank = bank
        self._data = data
        self.connections: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes. Nothing a request holds is ever logged."""
        if task := asyncio.current_task():
            self.connections.add(task)
        try:
            while (request := await read_request(reader)) and await self._serve_one(request, reader, writer):
                pass
        except BadRequest as refusal:
            writer.write(Reply(b"", refusal.status).encode(keep_alive=False))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            if task:
                self.connections.discard(task)
            writer.close()

    async def _serve_one(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        verb = VERBS.get(request.path)
        if verb is not None and request.method == "POST":
            return await self._serve_verb(verb, request, reader, writer)
        try:
            reply = await self._other(request, known=verb is not None)
        except Exception as failure:  # noqa: BLE001 - one request fails, the bank goes on
            LOG.error("a request failed: %s", type(failure).__name__)  # its path may hold anything, a card number too
            reply = Reply(b"", HTTPStatus.INTERNAL_SERVER_ERROR)
        writer.write(reply.encode(keep_alive=request.keep_alive))
        await writer.drain()
        return request.keep_alive

    async def _serve_verb(
        self, verb: Verb, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        latency = self._bank.settings.latency_ms / 1000
        if latency:
            await asyncio.sleep(latency / 2)  # on the way in
        try:
            answer = await self._bank.answer(verb, request.body)
        except Exception as failure:  # noqa: BLE001 - the type is named, the text could quote a field
            LOG.error("%s failed: %s", verb.name, type(failure).__name__)
            writer.write(Reply(b"", HTTPStatus.INTERNAL_SERVER_ERROR).encode(keep_alive=False))
            return False
        if latency:
            await asyncio.sleep(latency / 2)  # on the way back
        secret = answer.secret
        reply = sealed(answer.fields, None) if secret is None else distorted(answer.fields, secret, answer.fault)
        settings = self._bank.settings
        written = await deliver(reply, answer.fault, settings, reader, writer, keep_alive=request.keep_alive)
        if written and answer.entry is not None:
            self._bank.store.post(partial(ledger.mark_answered, number=answer.entry))
        return written and request.keep_alive

    async def _other(self, request: Request, *, known: bool) -> Reply:
        match request.method, request.path:
            case "GET", "/":
                return await self._page(request)
            case "GET", "/style.css":
                return Reply(page.STYLE.encode(), content_type="text/css; charset=utf-8")
            case "GET", "/health":
                await self._bank.look()
                return Reply(b'{"status":"ok"}')
            case "GET", "/journal":
                return await self._journal(request)
            case "GET", "/control":
                await self._bank.look()
                return Reply(json.dumps(control.state(self._bank)).encode())
            case "POST", "/control":
                return await control.change(self._bank, request)
        if known or request.path in ("/", "/style.css", "/health", "/journal", "/control"):
            return Reply(b"", HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST" if known else "GET"})
        return Reply(b"", HTTPStatus.NOT_FOUND)

    async def _journal(self, request: Request) -> Reply:
        name, _, since = request.query.partition("=")
        if request.query and not (name == "since" and since.isascii() and since.isdigit() and len(since) < 16):
            return Reply(b'{"error":"since: a whole number"}', HTTPStatus.BAD_REQUEST)
        await self._bank.look()  # what was answered before is marked before
        found = await asyncio.to_thread(journal.entries, self._data, since=int(since or 0))
        return Reply(await asyncio.to_thread(lambda: json.dumps(found).encode()))

    async def _page(self, request: Request) -> Reply:
        await self._bank.look()
        found = await asyncio.to_thread(journal.entries, self._data, last=LAST_ENTRIES)
        language = page.language_of(request.headers.get("accept-language", ""))
        now = paris_time(self._bank.clock.now())
        body = page.render(language, now, self._bank.settings, self._bank.faults, found)
        return Reply(body, content_type="text/html; charset=utf-8", headers=_PAGE_HEADERS)
