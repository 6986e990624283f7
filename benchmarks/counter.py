"""What the server takes of an order at the counter: the page and its answer, one clerk after the other, as a browser asks."""

from __future__ import annotations

import http.client
import re
import statistics
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from .authorisations import Line, set_latency
from .service import PASSWORD, Service

ORDERS, WARM = 200, 20
AIM = 150.0  # ms, p95 of the server's part
FORM = "application/x-www-form-urlencoded"


class Clerk:
    """One signed-in browser on one connection."""

    def __init__(self, service: Service) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", service.settings.port, timeout=60)
        self._cookies: dict[str, str] = {}
        page = self.ask("GET", "/login/")
        form = {"csrf_token": _token(page), "username": "clerk", "password": PASSWORD}
        self.ask("POST", "/login/", form)

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None, accept: str = "text/html") -> str:
        """Return the body of the answer; raises RuntimeError for a refusal."""
        headers = {"Accept": accept, "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        body = urllib.parse.urlencode(form) if form else None
        self._line.request(method, path, body, headers | ({"Content-Type": FORM} if form else {}))
        answer = self._line.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return text


def measure(service: Service) -> Iterator[Line]:
    """p95 of opening the page and of an order through it, the practice bank answering at once and counted in."""
    set_latency(service, 0)
    clerk = Clerk(service)
    token = _token(clerk.ask("GET", "/counter"))
    pages, orders = [], []
    for number in range(ORDERS + WARM):
        pages.append(_timed(partial(clerk.ask, "GET", "/counter")))
        order = {
            "csrf_token": token, "key": str(uuid.uuid4()), "amount": f"{number + 1},10", "channel": "TELEPHONE_ORDER",
            "order_number": f"BENCH-{number:05d}", "card_number": "4970100000000006", "card_expiry": "0734",
            "security_code": "123", "customer_name": "Ann Example", "confirmed": "",
        }  # fmt: skip
        orders.append(_timed(partial(clerk.ask, "POST", "/counter", order, "application/json")))
    for what, times in (("the order page", pages), ("an order through the page, bank included", orders)):
        p50, p95 = statistics.median(times[WARM:]), statistics.quantiles(times[WARM:], n=20)[-1]
        yield Line(f"{what}: p50 / p95, ms", f"{p50:.0f} / {p95:.0f}", aim=f"p95 <= {AIM:.0f} ms", met=p95 <= AIM)


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - begun)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no token on the page")
    return found[1]
