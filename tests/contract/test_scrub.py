"""Nothing a gateway says, logs or raises holds a card number or a security code, whatever the bank does with them."""

import base64
import json
import logging
import pickle
import re
import socket
import sys
import traceback
from collections.abc import Callable, Iterator

import pytest
import structlog

from plugins.payment_gateway.gateways.sips import Sips
from tests.contract.bench import Bench, SipsBench, card, order, soon
from tests.contract.stranger import Stranger, http, reply_to
from tests.contract.test_transport import Caller

NUMBER, CODE = "378282246310005", "9173"
DISTURBANCES = [*sorted(SipsBench.disturbances), "slow_bytes", "never"]


def spellings(secret: str) -> list[str]:
    """The secret raw, spaced, in hex, and in base64 at each of its three alignments."""
    found = [
        secret,
        secret.encode().hex(),
        " ".join(re.findall(".{1,4}", secret)),
        "-".join(re.findall(".{1,4}", secret)),
    ]
    for before in range(3):
        text = base64.b64encode(b"x" * before + secret.encode()).decode().rstrip("=")
        found.append(text[4 if before else 0 : -1])
    return found


def assert_clean(text: str) -> None:
    for spelling in spellings(NUMBER):
        assert spelling not in text
    assert not re.search(rf"(?<![0-9A-Za-z]){CODE}(?![0-9A-Za-z])", text)
    assert CODE.encode().hex() not in text


@pytest.fixture
def heard(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything said on the way, with every logger and the parser at their most talkative."""
    import http.client

    caplog.set_level(logging.DEBUG)
    names = [name for name in logging.root.manager.loggerDict if "urllib3" in name or "http" in name]
    for name in ["urllib3", "http.client", *names]:
        logging.getLogger(name).setLevel(logging.DEBUG)
    http.client.HTTPConnection.debuglevel = 2
    with structlog.testing.capture_logs() as entries:
        yield lambda: "".join([*capfd.readouterr(), caplog.text, repr(entries)])
    http.client.HTTPConnection.debuglevel = 0


@pytest.mark.parametrize("how", DISTURBANCES)
def test_no_disturbance_brings_out_the_card(bench: Bench, heard: Callable[[], str], how: str) -> None:
    request = order("4970100000000006", card=card(NUMBER, CODE), brand="AMEX")
    bench.disturb("authorize", how)
    result = bench.gateway.authorize(request, soon(0.3 if how in ("slow_bytes", "never") else 5))
    view = bench.gateway.inquire(request.reference, soon())
    assert_clean("".join(map(repr, (result, view, dict(result.raw), dict(view.raw), request))) + heard())
    assert pickle.dumps(result)  # a result may travel; a request may not
    with pytest.raises(TypeError):
        pickle.dumps(request)


@pytest.mark.parametrize("broken", [False, True])
def test_a_bank_that_repeats_the_request_brings_nothing_out(
    stranger: Stranger, heard: Callable[[], str], broken: bool
) -> None:
    """Every field of the reply holds what was sent, the header too, and the seal is right."""

    def echo(connection: socket.socket, body: bytes) -> bool:
        secrets = dict.fromkeys(("acquirerResponseCode", "authorisationId", "errorFieldName", "newStatus"), NUMBER)
        fields = reply_to(body, **secrets, cardNumber=NUMBER, maskedPan=NUMBER, complementaryInfo=body.decode())
        headers = {"X-Echo": NUMBER, "X-Code": CODE} | ({"Broken header " + NUMBER: CODE} if broken else {})
        connection.sendall(http(json.dumps(fields).encode(), headers=headers))
        return not broken

    stranger.behave = echo
    caller = Caller(stranger.url)
    result = caller.gateway.authorize(order("4970100000000006", card=card(NUMBER, CODE), brand="AMEX"), soon())
    assert result.outcome == "APPROVED"
    assert_clean(repr(result) + repr(dict(result.raw)) + heard())
    caller.transport.close()


@pytest.mark.parametrize("status", ["500 No", "302 Found", f"400 {NUMBER}"])
def test_a_page_that_repeats_the_request_brings_nothing_out(
    stranger: Stranger, heard: Callable[[], str], status: str
) -> None:
    def echo(connection: socket.socket, body: bytes) -> bool:
        connection.sendall(http(b"<pre>" + body, status, {"Location": f"/{NUMBER}"}))
        return False

    stranger.behave = echo
    result = Caller(stranger.url).gateway.authorize(
        order("4970100000000006", card=card(NUMBER, CODE), brand="AMEX"), soon()
    )
    assert_clean(repr(result) + heard())


def test_an_error_in_the_middle_shows_no_card(
    sips: SipsBench, heard: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of ours: what the runner catches and what a crash report would print of it."""

    def defect(*_: object) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr(sips.transport, "post", defect)
    try:
        sips.gateway.authorize(order("4970100000000006", card=card(NUMBER, CODE), brand="AMEX"), soon())
    except RuntimeError as error:
        assert_clean("".join(traceback.format_exception(error)) + repr(error.args) + heard())
    else:
        pytest.fail("the defect did not show")


def test_what_is_printed_of_a_gateway_holds_no_secret(sips: SipsBench) -> None:
    assert isinstance(sips.gateway, Sips)
    shown = f"{sips.access!r}{sips.gateway!r}{sips.transport!r}{vars(sips.transport)!r}{sys.getsizeof(sips)}"
    assert sips.access.secret not in shown
