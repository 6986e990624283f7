"""/health and /metrics at the root."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select

from app.database import Scope, now, real_now, unit_of_work
from app.models import Alarm, Merchant
from config import Settings
from tests.api.client import Client, body_of, order, problem_of


def test_health_names_what_answers(app: Flask, servers: Settings) -> None:
    response = Client(app, None).get("/health")
    assert response.status_code == 200
    assert body_of(response) == {"status": "ok", "database": "ok", "queue": "ok", "workers": 0}
    with Redis.from_url(servers.redis_url) as queue:
        known = {"alive": real_now(), "killed": real_now() - timedelta(seconds=50), "odd": "yesterday", "gone": None}
        queue.sadd("rq:workers", *(f"rq:worker:{name}" for name in known))
        for name, beat in known.items():
            if beat is not None:
                written = beat if isinstance(beat, str) else beat.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                queue.hset(f"rq:worker:{name}", "last_heartbeat", written)
        assert body_of(Client(app, None).get("/health"))["workers"] == 1
        queue.delete("rq:workers", *(f"rq:worker:{name}" for name in known))


def test_health_is_503_without_its_queue_or_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["settings"]
    with monkeypatch.context() as patch:
        gone = dataclasses.replace(settings, redis_url="redis://127.0.0.1:9")
        patch.setitem(app.extensions, "settings", gone)
        response = Client(app, None).get("/health")
        assert response.status_code == 503
        assert body_of(response) == {"status": "unavailable", "database": "ok", "queue": "unavailable", "workers": 0}


def test_metrics_count_what_waits_and_name_no_merchant(app: Flask, tokens: dict[str, str]) -> None:
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            merchant = session.scalars(select(Merchant.id)).first()
        with unit_of_work(Scope((merchant or 0,))) as session:
            session.add(Alarm(merchant_id=merchant, kind="TRIED", message="m", params={}, at=now()))
    response = Client(app, None).get("/metrics")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert 'egestion_alarms_open{kind="TRIED"} 1.0' in response.text
    assert 'egestion_operations_unsettled{status="UNKNOWN"}' in response.text
    assert "egestion_mails_due" in response.text
    assert "PRACTICE" not in response.text


def test_metrics_from_elsewhere_need_a_token(app: Flask, tokens: dict[str, str]) -> None:
    for elsewhere in ({"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}):
        response = app.test_client().get("/metrics", **elsewhere)
        problem_of(response, 401, "unauthorized")
    headers = {"Authorization": f"Bearer {tokens['auditor']}"}
    assert (
        app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}, headers=headers).status_code == 200
    )


def test_a_full_disk_under_the_log_takes_no_answer_away(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    full = open("/dev/full", "w")  # noqa: SIM115 - closing it fails, as every write does
    monkeypatch.setattr(sys, "stdout", full)
    assert clerk.get("/transactions").status_code == 200
    assert clerk.post("/transactions", order()).status_code == 201
    problem_of(clerk.post("/transactions", {}), 422, "invalid_input")
    with suppress(OSError):
        full.close()
