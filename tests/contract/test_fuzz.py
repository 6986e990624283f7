"""Arbitrary bytes as an answer: never an exception, never a final outcome without a right seal about what was asked."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ports import BankView, GatewayResult, Outcome
from plugins.payment_gateway.gateways import seal
from tests.contract.bench import order, soon
from tests.contract.stranger import SECRET, Stranger, http, reply_to
from tests.contract.test_transport import CARD, Caller

FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def talk() -> Iterator[tuple[Stranger, Caller]]:
    server = Stranger()
    caller = Caller(server.url)
    yield server, caller
    caller.transport.close()
    server.stop()


def answer(talk: tuple[Stranger, Caller], data: bytes) -> tuple[GatewayResult, BankView]:
    server, caller = talk

    def behave(connection: object, _body: bytes) -> bool:
        connection.sendall(data)  # type: ignore[attr-defined]
        return False

    server.behave = behave
    return caller.gateway.authorize(order(CARD), soon(2)), caller.gateway.inquire("R1", soon(2))


def assert_nothing_known(answers: tuple[GatewayResult, BankView]) -> None:
    result, view = answers
    assert result.outcome == Outcome.UNKNOWN
    assert view.found is None


text = st.text(st.characters(codec="utf-8"), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))
names = st.sampled_from(
    [
        "responseCode",
        "getTransDataResponseCode",
        "transactionReference",
        "amount",
        "transactionStatus",
        "seal",
        "newAmount",
    ]
)


@FEW
@given(st.binary(max_size=400))
def test_bytes_instead_of_http(talk: tuple[Stranger, Caller], data: bytes) -> None:
    assert_nothing_known(answer(talk, data))


@FEW
@given(st.binary(max_size=400) | st.builds(lambda body: body.encode(), text))
def test_bytes_instead_of_json(talk: tuple[Stranger, Caller], body: bytes) -> None:
    assert_nothing_known(answer(talk, http(body)))


@FEW
@given(st.dictionaries(names | text, values | st.sampled_from(["00", "05", "25"]), max_size=8))
def test_messages_nobody_sealed(talk: tuple[Stranger, Caller], fields: dict[str, object]) -> None:
    assert_nothing_known(answer(talk, http(json.dumps(fields).encode())))


@FEW
@given(st.dictionaries(names | text, values, max_size=8))
def test_nonsense_with_a_right_seal_never_raises(talk: tuple[Stranger, Caller], fields: dict[str, object]) -> None:
    plain = {name: value for name, value in fields.items() if name != "seal"}
    message = seal.read_message(json.dumps(plain).encode())
    body = json.dumps(plain | {"seal": seal.seal_of(message, SECRET)}).encode()
    result, view = answer(talk, http(body))
    assert isinstance(result.outcome, Outcome)
    assert view.found in (True, False, None)
    if result.outcome == Outcome.APPROVED:
        assert plain["responseCode"] == "00"


@FEW
@given(st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
def test_an_approval_changed_on_its_way(talk: tuple[Stranger, Caller], place: int, piece: bytes, lost: int) -> None:
    server, caller = talk
    sent: list[bytes] = []

    def behave(connection: object, body: bytes) -> bool:
        right = json.dumps(reply_to(body, transactionStatus="TO_VALIDATE")).encode()
        cut = place % len(right)
        sent.append(right[:cut] + piece + right[cut + lost :])
        connection.sendall(http(sent[0]))  # type: ignore[attr-defined]
        return False

    server.behave = behave
    result = caller.gateway.authorize(order(CARD), soon(2))
    if result.outcome != Outcome.UNKNOWN:  # only where the change is none: the text that is sealed stayed the same
        assert seal.verify(seal.read_message(sent[0]), SECRET)
        assert result.outcome == Outcome.APPROVED
