"""Orders nobody could take: something is wrong with them, or the card stands where none belongs."""

from __future__ import annotations

import json
from typing import Any

from tests.canary.cards import CanaryCard
from tests.canary.wire import Heard
from tests.canary.world import World, together

FIELDS = ("order_number", "customer_id", "return_context", "note", "merchant", "channel", "currency", "capture_mode")
CUSTOMER = ("name", "telephone", "email", "postal_code", "address", "country")
PAGE = (
    "amount", "order_number", "customer_id", "note", "return_context", "customer_name", "customer_telephone",
    "customer_email", "customer_address", "customer_postal_code", "capture_day", "channel", "merchant", "key", "brand",
)  # fmt: skip


def api(world: World) -> None:
    """Through the API: wrong cards, and cards in wrong fields, plain and in groups."""
    together(world.deck.several("wrong expiry, API", 16), lambda card: _refused(world, card, expiry="13/31"))
    together(world.deck.several("expired, API", 8), lambda card: _refused(world, card, expiry="01/20"))
    together(
        world.deck.several("wrong code, API", 8), lambda card: _refused(world, card, security_code=card.code + "1")
    )
    together(world.deck.several("unknown field of card", 6), lambda card: _refused(world, card, pan=card.number))
    for field in FIELDS:
        for separator in ("", " ", "-"):
            card = world.deck.draw(f"card in {field}")
            heard = _post(world, card, **{field: card.grouped(separator)})
            assert heard.status in (404, 422), heard.text
    for part in CUSTOMER:
        for separator in ("", " "):
            card = world.deck.draw(f"card in customer.{part}")
            assert _post(world, card, customer={part: card.grouped(separator)}).status == 422
    for wrong in ({"amount": None}, {"amount": "?"}, {"capture_day": "?"}, {"customer": "?"}, {"card": "?"}):
        card = world.deck.draw("card in a field of another kind")
        values = {name: int(card.number) if value is None else card.number for name, value in wrong.items()}
        assert _post(world, card, **values).status == 422
    card = world.deck.draw("card as a field's name")
    assert _post(world, card, **{card.number: 1, card.grouped(" "): {card.number: card.code}}).status == 422
    for position in ("expiry", "security_code", "brand"):
        card = world.deck.draw(f"card in card.{position}")
        assert _refused(world, card, **{position: card.number}).status == 422


def page(world: World) -> None:
    """On the page, with our script and without: the answer gives back what was typed, but never a card."""
    for script in (True, False):
        for field in PAGE:
            card = world.deck.draw(f"card in {field}, page")
            heard = world.type_order(card, script, **{field: card.grouped(" " if script else "")})
            assert card.number not in heard.text
        for wrong in (
            {"card_expiry": "1331"},
            {"card_expiry": "0120"},
            {"amount": "twelve"},
            {"security_code": "12345"},
        ):
            card = world.deck.draw(f"wrong {next(iter(wrong))}, page")
            heard = world.type_order(card, script, **wrong)
            assert heard.status == 422, heard.status
        card = world.deck.draw("no token, page")
        assert world.type_order(card, script, csrf_token=card.number).status in (400, 403)


def no_right(world: World) -> None:
    """By people who may not, and for a merchant that is another's."""
    for login in ("accountant", "auditor", "admin", "risk"):
        for card in world.deck.several("no right", 2):
            assert _post(world, card, login).status in (403, 404)
    for card in world.deck.several("another merchant", 3):
        assert _post(world, card, merchant="OTHER").status == 404


def _refused(world: World, card: CanaryCard, **wrong: Any) -> Heard:
    order = world.order(card) | {"card": card.as_json(**wrong)}
    heard = world.api["clerk"].call("POST", "/transactions", json.dumps(order).encode())
    assert heard.status == 422, heard.text
    return heard


def _post(world: World, card: CanaryCard, login: str = "clerk", /, **more: Any) -> Heard:
    return world.api[login].call("POST", "/transactions", json.dumps(world.order(card) | more).encode())
