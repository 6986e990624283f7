"""The bank dies and comes back in the middle of authorisations, captures, refunds and cancellations."""

from __future__ import annotations

import random
import threading
import time
from signal import SIGKILL

import pytest

from tests.faults.conftest import House
from tests.faults.test_web_killed import AT_THE_BANK, VERBS, Request, prepared
from tests.web_process import ApiClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def asked_again(house: House, client: ApiClient, requests: list[Request]) -> None:
    """Every client asks again under its key, until it has its answer; the bank did each thing at most once."""
    for request in requests:
        status, body, _ = request.send(client)
        assert status in (200, 201), (request, status, body)
        times = house.done(body["reference"]).count(AT_THE_BANK[request.verb])
        if body["state"] == "REFUSED":  # an order is recorded as it ended; nothing of it is left at the bank
            assert body["response_code"] in ("90", "97")
            assert times == 0
        else:
            assert times == 1, (request, body["state"])


def send_all(client: ApiClient, requests: list[Request], meanwhile: threading.Event) -> list[threading.Thread]:
    def send(mine: list[Request]) -> None:
        for request in mine:
            status, body, _ = request.send(client)
            assert status in (200, 201, 202, 503), (request, status, body)
        meanwhile.set()

    threads = [threading.Thread(target=send, args=(requests[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    return threads


def test_killed_while_it_works_on_each_verb(house: House, client: ApiClient) -> None:
    """Held answers: every operation is done at the bank, or not, and nobody was told."""
    requests = [prepared(client, verb) for verb in VERBS]
    house.bank.control(latency_ms=2_000)
    threads = send_all(client, requests, threading.Event())
    time.sleep(0.7)
    house.bank.stop(SIGKILL)
    for thread in threads:
        thread.join()
    house.bank.start(house.bank.port)
    house.bank.control(latency_ms=0)
    house.put_right()
    asked_again(house, client, requests)
    house.put_right()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_under_load(house: House, client: ApiClient, seed: int) -> None:
    chance = random.Random(seed)
    requests = [prepared(client, verb) for verb in VERBS for _ in range(12)]
    chance.shuffle(requests)
    over = threading.Event()
    threads = send_all(client, requests, over)
    while any(thread.is_alive() for thread in threads):
        time.sleep(chance.uniform(0.02, 0.15))
        house.bank.stop(SIGKILL)
        time.sleep(chance.uniform(0, 0.1))
        house.bank.start(house.bank.port)
        time.sleep(chance.uniform(0.1, 0.3))
    for thread in threads:
        thread.join()
    house.put_right()
    asked_again(house, client, requests)
    house.put_right()


def test_a_bank_that_is_away_refuses_orders_and_changes_nothing_else(house: House, client: ApiClient) -> None:
    requests = [prepared(client, verb) for verb in VERBS]
    house.bank.stop(SIGKILL)
    answers = {request.verb: request.send(client) for request in requests}
    house.bank.start(house.bank.port)
    assert (answers["authorise"][0], answers["authorise"][1]["response_code"]) == (201, "90")
    for verb in ("capture", "refund", "cancel"):
        assert (answers[verb][0], answers[verb][1]["code"]) == (503, "not_sent")
    house.put_right()
    for request in requests:
        status, body, _ = request.send(client)
        assert (status, body["state"]) == (
            (201, "REFUSED")
            if request.reference is None
            else (200, {"capture": "CAPTURED", "refund": "CREDITED", "cancel": "CANCELLED"}[request.verb])
        )
    house.put_right()
