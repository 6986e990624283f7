"""What happened is read in words: events and states, the sale an event belongs to, how a card expires."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.domain.states import Event, State
from app.models import Transaction, TransactionEvent
from app.web import labels
from tests.walls.world import A, World


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_event_and_state_has_its_words(app: Flask, language: str) -> None:
    with app.app_context(), force_locale(language):
        for event in Event:
            assert labels.label(event.name, "event") not in (event.name, str(event)), event
        for state in State:
            assert labels.label(state) != state


def test_french_words_are_french(app: Flask) -> None:
    with app.app_context():
        for code, (word, _tone) in labels.EVENTS.items():
            with force_locale("fr"):
                french = str(word)
            with force_locale("en"):
                assert french != str(word), code


def test_events_name_their_sale_and_speak(app: Flask, world: World) -> None:
    with app.app_context(), unit_of_work(Scope((world.rows[A]["merchant"],))) as session:
        event = session.scalars(select(TransactionEvent).order_by(TransactionEvent.id.desc()).limit(1)).one()
        sale = session.get_one(Transaction, event.transaction_id)
    client = world.client(f"manager_{A}")
    for path in ("/events/list/", f"/events/show/{event.id}"):
        page = client.get(path, headers={"Accept-Language": "en"}).text
        assert f'<a href="/transactions/show/{sale.id}">{sale.reference}</a>' in page, path
        for word in (event.kind, event.from_state, event.to_state):
            assert not re.search(rf">\s*{word}\s*<", page), (path, word)


def test_a_sale_shows_its_expiry_and_currency_where_they_belong(app: Flask, world: World) -> None:
    with app.app_context(), unit_of_work(Scope((world.rows[A]["merchant"],))) as session:
        sale = session.scalars(select(Transaction).where(Transaction.bank_status.is_not(None)).limit(1)).first()
        sale = sale or session.scalars(select(Transaction).limit(1)).one()
    page = world.client(f"manager_{A}").get(f"/transactions/show/{sale.id}").text
    assert f"{sale.card_expiry[4:]}/{sale.card_expiry[2:4]}" in page
    assert sale.card_expiry not in page
    amounts = page[page.index("<h2>Montants</h2>") :]
    assert ">EUR<" in amounts[: amounts.index("</section>")]
    if sale.bank_status:
        assert f">{sale.bank_status}<" not in page
