"""`egestion web` as it runs, on a port of its own beside others on the same installation, and clients of it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.house_fixtures import free

READY = 90  # seconds on a busy machine


class Dead(Exception):
    """The connection ended without a whole answer."""


class WebProcess:
    """Three workers of eight threads. `failpoint` as in app/failpoints.py; each worker obeys it once."""

    def __init__(self, command: str, environment: dict[str, str], log: Path, failpoint: str = "", **more: str) -> None:
        self.port = free()
        self.log = log
        env = environment | more | {"EGESTION_PORT": str(self.port), "EGESTION_FAILPOINT": failpoint}
        with log.open("wb") as out:
            self.process = subprocess.Popen([command, "web"], env=env, stdout=out, stderr=out, start_new_session=True)
        limit = time.monotonic() + READY
        while self._status("/health") not in (200, 503):
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < limit, log.read_text()
            time.sleep(0.1)

    def _status(self, path: str) -> int | None:
        try:
            return self.call("GET", path)[0]
        except (Dead, OSError):
            return None

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        patience: float = 60,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request on a connection of its own; raises Dead when no whole answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            raise Dead(type(error).__name__) from None
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the master and all its workers."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


class ApiClient:
    """A client with a bearer token."""

    def __init__(self, web: WebProcess, token: str) -> None:
        self.web, self.token = web, token

    def post(
        self, path: str, body: dict[str, Any] | None = None, key: str = ""
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """POST below /api/v1: status, JSON, headers. Raises Dead."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key or str(uuid.uuid4()),
        }
        status, answered, data = self.web.call("POST", f"/api/v1{path}", json.dumps(body or {}).encode(), headers)
        return status, json.loads(data), answered

    def get(self, path: str) -> dict[str, Any]:
        """GET below /api/v1."""
        status, _, data = self.web.call("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})
        assert status == 200, data
        found: dict[str, Any] = json.loads(data)
        return found

    def take(self, number: str, amount: int, key: str = "", **more: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Take an order for PRACTICE."""
        card = {"number": number, "expiry": "07/34", "security_code": "123"}
        order = {
            "merchant": "PRACTICE", "order_number": "W-1", "channel": "TELEPHONE_ORDER", "amount": amount,
            "currency": "EUR", "card": card,
        }  # fmt: skip
        return self.post("/transactions", order | more, key)


class PageClient:
    """A browser without JavaScript: a session cookie and the tokens of the forms."""

    def __init__(self, web: WebProcess, login: str, password: str) -> None:
        self.web = web
        self.cookies: dict[str, str] = {}
        token = self.value("csrf_token", self.open("/login/"))
        status, _ = self.send("/login/", {"username": login, "password": password, "csrf_token": token})
        assert status == 302

    def open(self, path: str) -> str:
        """GET a page."""
        status, headers, body = self.web.call("GET", path, headers=self._cookie())
        assert status == 200, body[:300]
        self._keep(headers)
        return body.decode()

    def send(self, path: str, form: dict[str, str], accept: str = "text/html") -> tuple[int, bytes]:
        """POST a form."""
        headers = self._cookie() | {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        status, answered, body = self.web.call("POST", path, urlencode(form).encode(), headers)
        self._keep(answered)
        return status, body

    @staticmethod
    def value(name: str, page: str) -> str:
        """What a hidden input of the page holds."""
        found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
        assert found is not None, name
        return found[1]

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _keep(self, headers: dict[str, str]) -> None:
        found = re.match(r"([^=]+)=([^;]*)", headers.get("set-cookie", ""))
        if found:
            self.cookies[found[1]] = found[2]


def together(count: int, work: Any) -> list[Any]:
    """Run `work(number)` in `count` threads that all start at once; what one raised is raised here."""
    gate = threading.Barrier(count)
    results: list[Any] = [None] * count
    errors: list[BaseException] = []

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
