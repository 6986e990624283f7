"""How many statements one authorisation takes, counted inside one process."""

from __future__ import annotations

import dataclasses
import json
import uuid

from sqlalchemy import event

from app import create_app

from .service import Service


def count(service: Service) -> int:
    """Return the statements of one order through the API, identity and answer included."""
    app = create_app(dataclasses.replace(service.settings))
    token = service.command("api-token", "supervisor")
    seen: list[str] = []
    body = {
        "merchant": "PRACTICE",
        "channel": "TELEPHONE_ORDER",
        "amount": 100,
        "currency": "EUR",
        "card": {"number": "4970100000000006", "expiry": "12/30"},
    }
    with app.app_context():
        from app.extensions import db

        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_more: seen.append(statement))
    client = app.test_client()
    for _ in range(2):  # the second, with everything warm, is the one that counts
        seen.clear()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = client.post(
            "/api/v1/transactions", data=json.dumps(body), headers=headers, content_type="application/json"
        )
        if answer.status_code != 201:
            raise RuntimeError(f"the order was answered {answer.status_code}")
    with app.app_context():
        engine.dispose()
    return len(seen)
