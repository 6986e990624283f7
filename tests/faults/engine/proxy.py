"""A small TCP proxy between product and bank: the line's own troubles, which neither end knows of.

It follows requests and answers just far enough to cut at the right byte. Troubles wait in a list; each takes the next
message to the bank's interface (its journal and control pages pass untouched).
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

TROUBLES = ("delay", "cut_before", "cut_after", "half", "slow", "late")
AFTER_IT_LEFT = 0.5  # seconds a late message arrives after its sender gave up


@dataclass(frozen=True, slots=True)
class Trouble:
    """`delay` before the bank gets it, `cut_before` it does, `cut_after` it did, `half` of the answer, one byte a second
    (`slow`), delivered only after the sender has left (`late`)."""

    kind: str
    path: str = ""  # the end of the address it waits for
    seconds: float = 1.0


class _Cut(Exception):
    """The line is cut here."""


class Proxy:
    """Runs its loop in a thread of its own; `target` is the bank's port and may change."""

    def __init__(self) -> None:
        self.target = 0
        self.used: Counter[str] = Counter()
        self._waiting: list[Trouble] = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="bank-proxy", daemon=True)
        self._thread.start()
        self._ready.wait()

    def arm(self, trouble: Trouble) -> None:
        """Let the trouble wait for its message."""
        with self._lock:
            self._waiting.append(trouble)

    def clear(self) -> None:
        """Forget what waits."""
        with self._lock:
            self._waiting.clear()

    def stop(self) -> None:
        """End the loop and every connection."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._over.wait()
        server.close()
        lines = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in lines:
            task.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bank: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            while request := await _message(reader):
                if bank is None:
                    bank = await asyncio.open_connection("127.0.0.1", self.target)
                await self._pass(request, reader, writer, bank)
        except (_Cut, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            _reset(writer)
        except asyncio.CancelledError:
            _reset(writer)
        finally:
            for each in (writer, bank[1] if bank else None):
                if each is not None:
                    each.close()
                    with suppress(Exception):
                        await each.wait_closed()

    async def _pass(
        self,
        request: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        bank: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        trouble = self._take(request)
        kind = trouble.kind if trouble else ""
        if kind == "cut_before":
            raise _Cut
        if trouble and kind == "delay":
            await asyncio.sleep(trouble.seconds)
            if reader.at_eof():
                raise _Cut
        if kind == "late":
            await reader.read(1)
            await asyncio.sleep(AFTER_IT_LEFT)
        bank[1].write(request)
        await bank[1].drain()
        answer = await self._answer(bank[0], reader)
        if kind in ("cut_after", "late"):
            raise _Cut
        if kind == "half":
            writer.write(answer[: len(answer) // 2])
            await writer.drain()
            raise _Cut
        if kind == "slow":
            for at in range(len(answer)):
                writer.write(answer[at : at + 1])
                await writer.drain()
                await asyncio.sleep(1)
                if reader.at_eof():
                    raise _Cut
        writer.write(answer)
        await writer.drain()

    async def _answer(self, bank: asyncio.StreamReader, client: asyncio.StreamReader) -> bytes:
        """The bank's answer, unless the client leaves before it comes."""
        answer, left = asyncio.ensure_future(_message(bank)), asyncio.ensure_future(client.read(1))
        try:
            await asyncio.wait({answer, left}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise _Cut
            if whole := answer.result():
                return whole
            raise _Cut
        finally:
            for each in (answer, left):
                each.cancel()
            await asyncio.gather(answer, left, return_exceptions=True)

    def _take(self, request: bytes) -> Trouble | None:
        path = request.split(b" ", 2)[1].decode("latin-1")
        if "/rs-services/" not in path:
            return None
        with self._lock:
            for trouble in self._waiting:
                if path.endswith(trouble.path):
                    self._waiting.remove(trouble)
                    self.used[trouble.kind] += 1
                    return trouble
        return None


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message whole, nothing at the end of the line."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return b""
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + (await reader.readexactly(length) if length else b"")


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset, as a cut line looks."""
    if isinstance(line := writer.get_extra_info("socket"), object) and line is not None:
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
