"""The floor of an authorisation: one row written and committed, one sealed call of the bank, one row changed and committed."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter

import psycopg

from plugins.payment_gateway.gateways import seal

from .load import Result

HEADERS = {"Content-Type": "application/json"}
SECRET = "002001000000001_KEY1"  # noqa: S105 - the public test merchant's


def prepare(url: str) -> None:
    """Make the floor's own table, outside the product's."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_floor")
        connection.execute("CREATE TABLE bench_floor (id bigserial PRIMARY KEY, reference text UNIQUE, state text)")


def drop(url: str) -> None:
    """Remove the table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_floor")


def card_order(reference: str) -> bytes:
    """Return a sealed cardOrder as the adapter sends it."""
    fields = {
        "amount": "12345",
        "captureDay": "6",
        "captureMode": "VALIDATION",
        "cardCSCValue": "123",
        "cardExpiryDate": "203012",
        "cardNumber": "4970100000000006",
        "currencyCode": "978",
        "interfaceVersion": "IR_WS_2.20",
        "merchantId": "002001000000001",
        "orderChannel": "MOTO",
        "orderId": "FLOOR",
        "paymentMeanBrand": "CB",
        "transactionReference": reference,
        "keyVersion": "1",
    }
    fields["seal"] = seal.seal_of(fields, SECRET)
    return json.dumps(fields).encode()


def run(url: str, bank_port: int, clients: int, seconds: float) -> Result:
    """Let `clients` threads of this process do it for some seconds."""
    until = time.monotonic() + seconds
    shares = [Result() for _ in range(clients)]
    threads = [threading.Thread(target=_work, args=(url, bank_port, until, share)) for share in shares]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [latency for share in shares for latency in share.latencies]
    return Result(time.monotonic() - began, everything, sum((share.others for share in shares), Counter()))


def bank_alone(bank_port: int, seconds: float) -> Result:
    """Return what the bank's call takes one client that does nothing else."""
    result, until = Result(), time.monotonic() + seconds
    bank = http.client.HTTPConnection("127.0.0.1", bank_port, timeout=60)
    began = time.monotonic()
    while time.monotonic() < until:
        since = time.monotonic()
        bank.request("POST", "/rs-services/v2/checkout/cardOrder", card_order(uuid.uuid4().hex[:20]), HEADERS)
        bank.getresponse().read()
        result.latencies.append(time.monotonic() - since)
    bank.close()
    result.seconds = time.monotonic() - began
    return result


def _work(url: str, bank_port: int, until: float, share: Result) -> None:
    bank = http.client.HTTPConnection("127.0.0.1", bank_port, timeout=60)
    with psycopg.connect(url) as connection:
        while time.monotonic() < until:
            since = time.monotonic()
            reference = uuid.uuid4().hex[:20]
            row = connection.execute(
                "INSERT INTO bench_floor (reference, state) VALUES (%s, 'PENDING') RETURNING id", (reference,)
            ).fetchone()
            connection.commit()
            bank.request("POST", "/rs-services/v2/checkout/cardOrder", card_order(reference), HEADERS)
            answer = json.loads(bank.getresponse().read())
            connection.execute("UPDATE bench_floor SET state = 'TO_CAPTURE' WHERE id = %s", (row[0] if row else 0,))
            connection.commit()
            if answer.get("responseCode") == "00":
                share.latencies.append(time.monotonic() - since)
            else:
                share.others[0] += 1
    bank.close()
