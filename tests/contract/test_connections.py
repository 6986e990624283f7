"""Connections kept alive: used again while they are sound, never trusted beyond that, never shared by processes."""

import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.ports import Outcome
from plugins.payment_gateway.gateways import http as transports
from tests.contract.bench import order, soon
from tests.contract.stranger import Stranger, approve, http, reply_to
from tests.contract.test_transport import CARD, Caller, caller, reset

__all__ = ["caller"]


def test_a_connection_is_used_again(stranger: Stranger, caller: Caller) -> None:
    assert [caller.authorize().outcome for _ in range(5)] == [Outcome.APPROVED] * 5
    assert stranger.connections == 1


@pytest.mark.parametrize("end", ["closed", "half closed", "word"])
def test_a_connection_the_bank_ended_is_not_used(stranger: Stranger, caller: Caller, end: str) -> None:
    def behave(connection: socket.socket, body: bytes) -> bool:
        approve(connection, body)
        if end == "half closed":
            connection.shutdown(socket.SHUT_WR)
            return True
        if end == "word":
            time.sleep(0.02)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            return True
        return False

    stranger.behave = behave
    for _ in range(3):
        assert caller.authorize().outcome == Outcome.APPROVED
        time.sleep(0.06)
    assert (stranger.connections, len(stranger.requests)) == (3, 3)


def test_an_idle_connection_that_takes_no_byte_costs_nothing(stranger: Stranger, caller: Caller) -> None:
    caller.authorize()
    caller.transport._idle[0].timed.shutdown(socket.SHUT_WR)  # as after a reset that was not seen yet
    assert caller.authorize().outcome == Outcome.APPROVED
    assert (stranger.connections, len(stranger.requests)) == (2, 2)


def test_a_connection_that_ends_once_the_request_is_sent_is_unknown(stranger: Stranger, caller: Caller) -> None:
    caller.authorize()
    stranger.behave = reset
    assert caller.authorize().outcome == Outcome.UNKNOWN
    assert len(stranger.requests) == 2


def test_an_old_idle_connection_is_not_trusted(
    stranger: Stranger, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller.authorize()
    monkeypatch.setattr(transports, "IDLE_SECONDS", 0.0)
    time.sleep(0.01)
    assert caller.authorize().outcome == Outcome.APPROVED
    assert stranger.connections == 2


def test_what_was_not_read_to_its_end_is_never_read_as_the_next_answer(stranger: Stranger, caller: Caller) -> None:
    first: list[bytes] = []

    def behave(connection: socket.socket, body: bytes) -> bool:
        if not first:
            first.append(http(json.dumps(reply_to(body)).encode()))
            connection.sendall(http(b"x" * 100, "500 Oops") + first[0])
        else:
            approve(connection, body)
        return True

    stranger.behave = behave
    assert caller.authorize().outcome == Outcome.UNKNOWN
    assert caller.authorize().outcome == Outcome.APPROVED
    assert stranger.connections == 2


def test_threads_share_one_transport(stranger: Stranger, caller: Caller) -> None:
    def call(_: int) -> bool:
        request = order(CARD)
        result = caller.gateway.authorize(request, soon())
        return result.outcome == Outcome.APPROVED and result.reference == request.reference

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(400)))
    assert stranger.connections <= 8
    assert len(caller.transport._idle) <= transports.IDLE_CONNECTIONS


def test_a_forked_process_opens_its_own_connection(stranger: Stranger, caller: Caller) -> None:
    caller.authorize()
    child = os.fork()
    if child == 0:
        os._exit(0 if caller.authorize().outcome == Outcome.APPROVED else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert caller.authorize().outcome == Outcome.APPROVED
    assert stranger.connections == 2
