"""The order page's other ways: the stop before a second order, another card after a refusal, a lost answer, tickets."""

from __future__ import annotations

import re
import uuid

from tests.canary.callers import inputs
from tests.canary.cards import CanaryCard
from tests.canary.world import World


def second_orders(world: World) -> None:
    """The same card and amount twice: stopped, then confirmed, with our script and without; forms sent before, asked for."""
    for script in (True, False):
        for card in world.deck.several("a second order, page", 3):
            amount, number = f"{uuid.uuid4().int % 900000 + 1000},00", f"SECOND-{uuid.uuid4().hex[:6]}"
            for confirmed in ("", "", "NOSUCHSALE"):
                heard = world.type_order(card, script, amount=amount, order_number=number, confirmed=confirmed)
                assert heard.status in (0, 200, 303, 409, 500, 503), heard.status
                _nothing_of(card, heard.text)
            for page in (
                "/counter",
                "/counter?merchant=PRACTICE",
                f"/counter/sent?merchant=PRACTICE&key={uuid.uuid4()}",
            ):
                _nothing_of(card, world.web["clerk"].get(page).text)
    for field in ("confirmed", "attempts", "no_card_number"):
        card = world.deck.draw(f"card in {field}, page")
        _nothing_of(card, world.type_order(card, True, **{field: card.grouped(" ")}).text)
        _nothing_of(card, world.type_order(card, False, login="supervisor", **{field: card.number}).text)
    card = world.deck.draw("the card itself as a confirmed order number")
    heard = world.type_order(card, True, login="supervisor", order_number=card.number, no_card_number="1")
    assert heard.status == 422, heard.status
    card = world.deck.draw("a key of a form sent before")
    _nothing_of(card, world.web["clerk"].get(f"/counter/sent?merchant=PRACTICE&key={card.number}").text)


def tickets(world: World) -> None:
    """Printed, printed again, mailed; a card where the address belongs."""
    clerk = world.web["clerk"]
    shown = clerk.get("/transactions/list/").text
    for number in list(dict.fromkeys(re.findall(r"/transactions/show/(\d+)", shown)))[:20]:
        page = clerk.get(f"/tickets/sale/{number}").text
        for operation in re.findall(r"/tickets/(\d+)/mail", page):
            form = {
                "csrf_token": inputs(page)["csrf_token"],
                "key": str(uuid.uuid4()),
                "language": "fr",
                "consent": "1",
            }
            for _ in range(2):
                clerk.post(f"/tickets/{operation}/print", form)
            clerk.post(f"/tickets/{operation}/mail", form | {"email": "customer@example.org"})
            for field in ("email", "language", "consent", "key"):
                card = world.deck.draw(f"{field} of a ticket's mail")
                value = f"{card.number}@example.org" if field == "email" else card.grouped(" ")
                _nothing_of(card, clerk.post(f"/tickets/{operation}/mail", form | {field: value}).text)
            return
    raise AssertionError("no sale has a ticket")


def _nothing_of(card: CanaryCard, text: str) -> None:
    assert card.number not in text
    assert card.grouped(" ") not in text
