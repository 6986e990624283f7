"""A web process dies by SIGKILL at each step of the runner, for authorise, capture, refund and cancel.

Afterwards `resolve` makes everything certain, `verify` finds nothing wrong, and the same request under the same key is
answered with what really happened, done at the bank once.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from signal import SIGKILL
from typing import Any

import pytest

from tests.faults.conftest import House
from tests.service.shop import APPROVED, EUR
from tests.web_process import ApiClient, Dead

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# Where it dies, and whether the bank had done what was asked by then.
POINTS = {
    "runner.before_intent": False,  # the first unit is not committed
    "runner.after_intent": False,  # it is; the bank is not called yet
    "runner.after_call": True,  # the bank has answered
    "runner.before_result": True,  # the second unit is not committed
    "runner.after_result": True,  # it is; doorbells are not rung, nobody was answered
}
VERBS = ("authorise", "capture", "refund", "cancel")
AT_THE_BANK = {"authorise": "TRANSACTION", "capture": "VALIDATE", "refund": "CREDIT", "cancel": "CANCEL"}
AFTER = {"authorise": "TO_CAPTURE", "capture": "CAPTURED", "refund": "CREDITED", "cancel": "CANCELLED"}


@dataclass
class Request:
    """One request of a client that keeps its key to ask again."""

    verb: str
    reference: str | None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    def send(self, client: ApiClient) -> tuple[int, dict[str, Any], dict[str, str]]:
        if self.reference is None:
            return client.take(APPROVED, EUR, self.key, order_number="K-1")
        return client.post(f"/transactions/{self.reference}/{self.verb}", {}, self.key)


def prepared(client: ApiClient, verb: str) -> Request:
    """A request of this verb on a sale that is ready for it."""
    if verb == "authorise":
        return Request(verb, None)
    reference = client.take(APPROVED, EUR)[1]["reference"]
    if verb == "refund":
        assert client.post(f"/transactions/{reference}/capture")[0] == 200
    return Request(verb, reference)


def test_killed_at_each_step(house: House, client: ApiClient, dying: Callable[[str], ApiClient]) -> None:
    killed: list[tuple[str, Request]] = []
    for point in POINTS:
        requests = [prepared(client, verb) for verb in VERBS]
        victim = dying(f"{point}:kill")
        for request in requests:
            with pytest.raises(Dead):
                request.send(victim)
            killed.append((point, request))
        victim.web.stop(SIGKILL)
    house.put_right()
    for point, request in killed:
        status, body, headers = request.send(client)
        told = (point, request.verb, status, body.get("code"))
        if request.reference is None and point == "runner.after_intent":
            # The intent is the order: the bank never got it, so it is recorded as not received.
            assert (status, body["state"], body["response_code"]) == (201, "REFUSED", "97"), told
            assert house.done(body["reference"]) == [], told
            assert headers["idempotency-replayed"] == "true", told
            continue
        assert status == (201 if request.reference is None else 200), told
        assert body["state"] == AFTER[request.verb], told
        assert house.done(body["reference"]).count(AT_THE_BANK[request.verb]) == 1, told
        assert (headers.get("idempotency-replayed") == "true") == POINTS[point], told
        again = request.send(client)
        assert again[2]["idempotency-replayed"] == "true", told
    house.put_right()


def test_the_whole_web_killed_in_the_middle_of_calls(house: House, client: ApiClient) -> None:
    requests = [prepared(client, verb) for verb in VERBS for _ in range(2)]
    victim = house.web()
    doomed = house.client(victim)
    house.bank.control(latency_ms=1_500)
    died: list[Request] = []

    def send(request: Request) -> None:
        try:
            request.send(doomed)
        except Dead:
            died.append(request)

    threads = [threading.Thread(target=send, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    time.sleep(0.8)
    victim.stop(SIGKILL)
    for thread in threads:
        thread.join()
    house.bank.control(latency_ms=0)
    assert died
    house.put_right()
    for request in requests:
        status, body, _ = request.send(client)
        assert status in (200, 201), (request, status, body)
        assert house.done(body["reference"]).count(AT_THE_BANK[request.verb]) == 1
    house.put_right()


@pytest.mark.parametrize("point", ["resolution.after_lease", "resolution.after_inquiry"])
def test_the_resolver_killed_loses_nothing(house: House, client: ApiClient, point: str) -> None:
    house.bank.fault("cardOrder", "cut_after_commit")
    status, body, _ = client.take(APPROVED, EUR)
    assert (status, body["state"]) == (202, "PENDING")
    assert house.run("resolve", failpoint=f"{point}:kill").returncode == -SIGKILL
    house.put_right()
    assert client.get(f"/transactions/{body['reference']}")["state"] == "TO_CAPTURE"


@pytest.mark.parametrize("point", ["runner.after_intent", "runner.after_call", "runner.before_result"])
def test_whoever_sends_what_waited_killed_sends_it_once(house: House, client: ApiClient, point: str) -> None:
    from sqlalchemy import update

    from app.database import Scope, now, unit_of_work
    from app.models import Operation

    reference = client.take(APPROVED, EUR)[1]["reference"]
    client.post(f"/transactions/{reference}/capture")
    house.bank.fault("refund", "code:24", reference=reference)
    status, body, _ = client.post(f"/transactions/{reference}/refund", {"amount": 4_000})
    assert (status, body["operations"][-1]["status"]) == (202, "WAITING")
    with house.app.app_context(), unit_of_work(Scope((1, 2))) as session:  # the bank's night is over
        session.execute(update(Operation).where(Operation.status == "WAITING").values(due_at=now()))
    assert house.run("resolve", failpoint=f"{point}:kill").returncode == -SIGKILL
    resolved = house.run("resolve")
    assert "0 still uncertain, 0 under way" in resolved.stdout
    sale = client.get(f"/transactions/{reference}")
    operation = sale["operations"][-1]
    if point == "runner.after_intent":  # never sent: it was promised, so it waits for its next try
        assert (operation["status"], sale["reserved_amount"]) == ("WAITING", 4_000)
        with house.app.app_context(), unit_of_work(Scope((1, 2))) as session:
            session.execute(update(Operation).where(Operation.status == "WAITING").values(due_at=now()))
    house.put_right()
    sale = client.get(f"/transactions/{reference}")
    assert (sale["operations"][-1]["status"], sale["refunded_amount"], sale["reserved_amount"]) == ("DONE", 4_000, 0)
    assert house.done(reference).count("CREDIT") == 1
