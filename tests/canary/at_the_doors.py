"""Requests no client of ours sends: cards in addresses, headers and broken bodies, at the API, the pages and the bank."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

from tests.canary.callers import FORM
from tests.canary.cards import CanaryCard
from tests.canary.wire import JSON
from tests.canary.world import World

Body = Callable[[dict[str, object], CanaryCard], bytes]
BROKEN: dict[str, Body] = {
    "cut short": lambda order, card: json.dumps(order).encode()[:-7],
    "a comma too many": lambda order, card: json.dumps(order).encode()[:-1] + b",}",
    "a NUL byte": lambda order, card: json.dumps(order).encode().replace(b"CANARY", b"CAN\0ARY"),
    "an escaped NUL": lambda order, card: json.dumps(order | {"note": f"\0{card.number}"}).encode(),
    "NaN": lambda order, card: json.dumps(order | {"amount": float("nan")}).encode(),
    "a name twice": lambda order, card: b'{"note":"x",' + json.dumps(order | {"note": card.number}).encode()[1:],
    "a list": lambda order, card: json.dumps([order]).encode(),
    "a number": lambda order, card: card.number.encode(),
    "a text": lambda order, card: json.dumps(card.grouped(" ")).encode(),
    "UTF-16": lambda order, card: json.dumps(order).encode("utf-16"),
    "Latin-1": lambda order, card: json.dumps(order).encode()[:-1] + b',"note":"\xe9' + card.number.encode() + b'"}',
    "half of a pair": lambda order, card: (
        json.dumps(order).encode()[:-1] + b',"note":"\\ud800' + card.number.encode() + b'"}'
    ),
    "deep": lambda order, card: b'{"a":' * 20000 + json.dumps(order).encode() + b"}" * 20000,
    "too large": lambda order, card: json.dumps(order | {"note": card.number + " " * 100_000}).encode(),
    "far too large": lambda order, card: json.dumps(order | {"note": (card.grouped(" ") + " ") * 900_000}).encode(),
    "compressed": lambda order, card: gzip.compress(json.dumps(order).encode()),
}


def bodies(world: World) -> None:
    """Bodies that are no order, under the right content type."""
    for name, body in BROKEN.items():
        card = world.deck.draw(f"body: {name}")
        more = {"Content_Encoding": "gzip"} if name == "compressed" else {}
        heard = world.api["clerk"].call("POST", "/transactions", body(world.order(card), card), **more)
        assert heard.status in (0, 400, 413, 415, 422), (name, heard.status)


def content_types(world: World) -> None:
    """Orders under another content type; forms of every kind at pages and API."""
    clerk, visitor = world.api["clerk"], world.web["clerk"]
    for kind in ("text/plain", FORM, "multipart/form-data; boundary=x", "application/xml", "text/{}", "{}"):
        card = world.deck.draw(f"content type {kind.partition(';')[0]}")
        sent = json.dumps(world.order(card)).encode()
        assert clerk.call("POST", "/transactions", sent, Content_Type=kind.format(card.number)).status == 415
    for path in ("/counter", "/login/", "/preferences", "/transactions/1/amend"):
        card = world.deck.draw("multipart form")
        part = f'--x\r\nContent-Disposition: form-data; name="{card.number}"; filename="{card.number}"\r\n\r\n'
        sent = (part + f"card_number={card.grouped(' ')}&security_code={card.code}\r\n--x").encode()
        visitor.send("POST", path, sent + b"--\r\n", Content_Type="multipart/form-data; boundary=x")
        visitor.send("POST", path, sent, Content_Type="multipart/form-data; boundary=x")
        visitor.send("POST", path, b"%00=" + sent * 2000, Content_Type=FORM)


def addresses(world: World) -> None:
    """Cards in paths and query strings: of routes there are, and of none."""
    clerk, visitor = world.api["clerk"], world.web["manager"]
    for template in (
        "/transactions?q={}", "/transactions?order_number={}", "/transactions?last4={}", "/transactions?cursor={}",
        "/transactions?sort={}", "/transactions?amount={}", "/transactions?{}=1", "/transactions?customer_id={}",
        "/transactions/{}", "/transactions/{}/cancel", "/operations?name={}", "/remittances/{}/1", "/{}", "/approvals/{}/approve",
    ):  # fmt: skip
        card = world.deck.draw("address of the API")
        clerk.call("GET", template.format(card.number))
        clerk.call("POST", template.format(card.grouped("%20")), b"{}")
    for template in (
        "/transactions/list/?q={}", "/transactions/list/?last4={}", "/transactions/list/?order_number={}",
        "/transactions/list/?_flt_0_order_number={}", "/transactions/show/{}", "/transactions/{}/refund", "/{}",
        "/counter?last={}", "/counter?merchant={}", "/counter/status/{}", "/login/?next=/{}", "/static/{}.js",
        "/operations/list/?q={}", "/audit/list/?q={}", "/users/list/?_flt_3_username={}", "/health?{}", "/metrics/{}",
    ):  # fmt: skip
        card = world.deck.draw("address of a page")
        visitor.get(template.format(card.number))
        visitor.get(template.format(card.grouped("+")))
        visitor.post(template.format(card.number), {"card_number": card.number})


def headers(world: World) -> None:
    """Cards in every header somebody might log or keep."""
    clerk, visitor = world.api["clerk"], world.web["clerk"]
    for name in ("Idempotency_Key", "User_Agent", "Referer", "X_Forwarded_For", "Host", "Accept_Language", "Origin",
                 "Authorization", "X_Request_ID", "Accept", "Traceparent", "Content_Encoding"):  # fmt: skip
        card = world.deck.draw(f"header {name}")
        sent = json.dumps(world.order(card)).encode()
        for value in (card.number, card.grouped("-")):
            clerk.call("POST", "/transactions", sent, **{name: f"Bearer {value}" if name == "Authorization" else value})
            visitor.send("GET", "/transactions/list/", None, **{name: value})
    card = world.deck.draw("header Cookie")
    world.service.ask(
        "GET", "/", headers={"Cookie": f"egestion={card.number}; text_size={card.grouped('-')}; a={card.code}"}
    )


def lines(world: World) -> None:
    """What is no HTTP, and requests that break off."""
    for port in (world.service.web, world.service.bank_desk):
        for template in (
            b"%s\r\n\r\n", b"GET /%s\r\n\r\n", b"%s / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"GET / HTTP/%s\r\n\r\n",
            b"POST /counter HTTP/1.1\r\n%s\r\n\r\n", b"POST /counter HTTP/1.1\r\nHost: 127.0.0.1\r\n%s : x\r\n\r\n",
            b"POST /counter HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n",
            b"POST /counter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %s\r\n\r\n",
            b"POST /api/v1/transactions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"%s " * 3000 + b"\r\n\r\n",
            b"GET /" + b"%s" * 1000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        ):  # fmt: skip
            card = world.deck.draw("no HTTP")
            world.service.raw(template.replace(b"%s", card.number.encode()), port=port)
        for leave in (True, False):
            card = world.deck.draw("broken off")
            sent = json.dumps(world.order(card)).encode()
            head = b"POST /api/v1/transactions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            token = world.api["clerk"].token.encode()
            head += b"Authorization: Bearer " + token + b"\r\nContent-Length: 9999\r\n\r\n"
            world.service.raw(head + sent, port=port, leave=leave)


def the_bank(world: World) -> None:
    """The bank's own doors: somebody else's computer, but it may not keep numbers either."""
    for path in ("/rs-services/v2/checkout/cardOrder", "/control", "/{}", "/journal?since={}", "/rs-services/v2/{}"):
        for body in BROKEN.values():
            card = world.deck.cards[len(path) * 7 % 50]  # typed before: what counts is the place
            where = path.format(card.number)
            world.service.ask(
                "POST", where, body(world.order(card), card), {"Content-Type": JSON}, port=world.service.bank_desk
            )
        world.service.ask("GET", path.format(card.number), port=world.service.bank_desk)
