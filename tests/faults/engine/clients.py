"""Clients in threads, over HTTP: each sends, keeps what it was told, and asks again under its key when it was told nothing."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.web_process import Dead, WebProcess

from .history import Call, History, Reply, Told
from .shelf import Shelf
from .wishes import Wishes

PATIENCE = 30.0  # seconds for one answer


class Client:
    """A user's token; it talks to whichever web server it is given."""

    def __init__(self, token: str) -> None:
        self.token = token

    def ask(self, web: WebProcess, method: str, path: str, body: bytes | None = None, key: str = "") -> Reply | None:
        """One request below /api/v1; None when no whole answer came."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            status, _, data = web.call(method, f"/api/v1{path}", body, headers, PATIENCE)
            return Reply(status, json.loads(data))
        except (Dead, OSError, ValueError):
            return None

    def send(self, web: WebProcess, call: Call, *, quiet: bool = False) -> Reply | None:
        """Send a call and keep the answer."""
        call.sent += 1
        reply = self.ask(web, call.method, call.path, json.dumps(call.body).encode(), call.key)
        call.note(reply, quiet=quiet)
        return reply


class Hand(threading.Thread):
    """One client at work until there is enough."""

    def __init__(
        self, number: int, seed: int, token: str, webs: list[WebProcess], history: History, shelf: Shelf,
        may: Callable[[int], bool], over: Callable[[], bool],
    ) -> None:  # fmt: skip
        super().__init__(name=f"client-{number}", daemon=True)
        self.chance = random.Random(f"{seed}/client/{number}")
        self.client, self.webs, self.history, self.shelf = Client(token), webs, history, shelf
        self.wishes = Wishes(self.chance, shelf, f"F{seed % 100_000}-{number}")
        self._may, self._over = may, over
        self.trouble: BaseException | None = None
        self.statuses: dict[str, int] = {}

    def run(self) -> None:
        """Until `over`; what went wrong in the client itself is kept for the run to raise."""
        try:
            while not self._over():
                call = self.wishes.next()
                number = self.history.add(call)
                while not self._may(number) and not self._over():
                    time.sleep(0.02)
                self._do(call)
        except BaseException as error:  # noqa: BLE001 - raised again in the run's own thread
            self.trouble = error

    def _do(self, call: Call) -> None:
        if self.chance.random() < 0.05:
            self._at_once(call, self.chance.choice([2, 3, 5]))
        else:
            self._seen(self._send(call))
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            if call.told != Told.UNKNOWN:
                return
            time.sleep(self.chance.uniform(0.05, 0.5))
            self._seen(self._send(call))

    def _send(self, call: Call) -> Reply | None:
        return self.client.send(self.chance.choice(self.webs), call)

    def _at_once(self, call: Call, times: int) -> None:
        webs = [self.chance.choice(self.webs) for _ in range(times)]
        call.sent += times
        found: list[Reply | None] = [None] * times

        def one(at: int) -> None:
            found[at] = self.client.ask(webs[at], call.method, call.path, json.dumps(call.body).encode(), call.key)

        threads = [threading.Thread(target=one, args=(at,)) for at in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for reply in found:
            call.note(reply)
            self._seen(reply)

    def _seen(self, reply: Reply | None) -> None:
        told = "cut" if reply is None else f"{reply.status} {reply.code}".strip()
        self.statuses[told] = self.statuses.get(told, 0) + 1
        if reply is None:
            time.sleep(0.1)  # whatever answered is starting again
            return
        sale: Any = reply.body.get("transaction") if reply.status >= 400 else reply.body
        if isinstance(sale, dict) and "reference" in sale:
            self.shelf.see(sale)
