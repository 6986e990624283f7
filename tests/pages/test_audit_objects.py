"""What the audit is about reads in the reader's language; the audit itself stays as it was written."""

from __future__ import annotations

import pytest

from app.database import now
from app.models import AuditEntry
from tests.pages.shop import FAR, Shop

TOLD = {
    "merchant 12 changed": "commerçant 12, modification",
    "user 7": "utilisateur 7",
    "user 7 password": "utilisateur 7, mot de passe",
    "alarm 3": "alarme 3",
    "order page: order_number, note": "page de commande : Numéro de commande, Note",
    "shipped today: 2 of 9 lines": "expédié aujourd'hui : 2 lignes sur 9",
    "GET /alarms/show/<pk>": "GET /alarms/show/&lt;pk&gt;",
    "marie": "marie",
}


@pytest.mark.parametrize(("written", "read"), TOLD.items())
def test_the_object_of_an_entry_reads_in_french(shop: Shop, written: str, read: str) -> None:
    with shop.books() as session:
        entry = AuditEntry(
            merchant_id=shop.merchants[FAR],
            at=now(),
            actor="x",
            kind="test",
            outcome="OK",
            origin="TEST",
            object=written,
        )
        session.add(entry)
        session.flush()
        number = entry.id
    client = shop.client("auditor", "fr")
    assert f">{read}</td>" in client.get("/audit/list/").text.replace("&#39;", "'")
    assert f"<dd>{read}</dd>" in client.get(f"/audit/show/{number}").text.replace("&#39;", "'")
    english = shop.client("auditor").get(f"/audit/show/{number}").text
    assert "utilisateur" not in english
