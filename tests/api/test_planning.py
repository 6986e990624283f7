"""When a sale is remitted, through the API: moved, held, released, by its shipping day, and every refusal of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain import clock
from config import Settings
from tests.api.client import Client, body_of, fields_of, order, problem_of
from tests.api.conftest import As
from tests.bank.conftest import BankProcess


def path_of(sale: dict[str, object]) -> str:
    return f"/transactions/{sale['reference']}"


def test_a_shipping_day_defers_the_remittance(supervisor: Client) -> None:
    today = date.fromisoformat(supervisor.take(capture_day=0)["limit_date"]) - timedelta(days=6)
    shipped = (today + timedelta(days=3)).isoformat()
    sale = supervisor.take(shipping_date=shipped)
    assert (sale["capture_date"], sale["shipping_date"], sale["capture_day"]) == (shipped, shipped, 3)
    answer = supervisor.post("/transactions", order(shipping_date=shipped, capture_day=2))
    assert fields_of(answer) == {"shipping_date": "shipping_date_and_capture_day"}
    past = (today - timedelta(days=1)).isoformat()
    assert fields_of(supervisor.post("/transactions", order(shipping_date=past))) == {
        "shipping_date": "shipping_date_past"
    }
    far = (today + timedelta(days=7)).isoformat()
    assert fields_of(supervisor.post("/transactions", order(shipping_date=far))) == {
        "shipping_date": "shipping_date_beyond_limit"
    }


def test_a_sale_moves_to_its_shipping_day(supervisor: Client) -> None:
    sale = supervisor.take(capture_day=0)
    limit = sale["limit_date"]
    moved = body_of(supervisor.call("PATCH", path_of(sale), {"shipping_date": limit}))
    assert (moved["capture_date"], moved["shipping_date"]) == (limit, limit)
    beyond = (date.fromisoformat(limit) + timedelta(days=1)).isoformat()
    answer = supervisor.call("PATCH", path_of(sale), {"shipping_date": beyond})
    assert fields_of(answer) == {"shipping_date": "shipping_date_beyond_limit"}
    assert body_of(supervisor.get(path_of(sale)))["shipping_date"] == limit


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"capture_date": "2020-01-01"}, {"capture_date": "capture_date_past"}),
        ({"capture_date": "2999-01-01"}, {"capture_date": "capture_date_beyond_limit"}),
        ({"shipping_date": "2020-01-01"}, {"shipping_date": "shipping_date_past"}),
        ({}, {"capture_date": "missing"}),
        ({"capture_date": None}, {"capture_date": "missing"}),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_moves(
    supervisor: Client, body: dict[str, object], wrong: dict[str, str]
) -> None:
    sale = supervisor.take(capture_day=1)
    assert fields_of(supervisor.call("PATCH", path_of(sale), body)) == wrong
    after = body_of(supervisor.get(path_of(sale)))
    assert (after["capture_date"], after["shipping_date"]) == (sale["capture_date"], None)
    assert "MOVED" not in [each["kind"] for each in after["events"]]


def test_what_is_refused_to_whom(as_: As) -> None:
    supervisor = as_("supervisor")
    sale = supervisor.take(capture_day=1)
    path, day = path_of(sale), {"capture_date": sale["limit_date"]}
    for login in ("clerk", "accountant", "risk", "auditor"):
        problem_of(as_(login).call("PATCH", path, day), 403, "not_permitted")
        for verb in ("hold", "release"):
            problem_of(as_(login).post(f"{path}/{verb}"), 403, "not_permitted")
    for verb in ("hold", "release"):
        problem_of(as_("manager2").post(f"{path}/{verb}"), 404, "not_found")
    problem_of(as_("manager2").call("PATCH", path, day), 404, "not_found")
    problem_of(supervisor.post(f"{path}/release"), 409, "not_allowed_in_state")
    assert supervisor.post(f"{path}/hold").status_code == 200
    problem_of(supervisor.post(f"{path}/hold"), 409, "not_allowed_in_state")
    captured = supervisor.captured()
    problem_of(supervisor.call("PATCH", path_of(captured), day), 409, "not_allowed_in_state")
    for verb in ("hold", "release", "withdraw"):
        problem_of(supervisor.post(f"{path_of(captured)}/{verb}"), 409, "not_allowed_in_state")
    problem_of(supervisor.call("PATCH", "/transactions/NOSUCHREF0", day), 404, "not_found")


@pytest.fixture
def evening(servers: Settings) -> Iterator[date]:
    """It is 21:05 tomorrow in Paris: that day's remittance has left. The day."""
    tomorrow = clock.business_now().astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)
    at = datetime.combine(tomorrow, time(21, 5), ZoneInfo("Europe/Paris"))
    clock.write_state(servers.clock_file, at - clock.real_now(), at)
    yield tomorrow
    clock.write_state(servers.clock_file, timedelta(), datetime.fromtimestamp(0, UTC))


def test_after_the_cut_off_the_day_is_over_for_moves(supervisor: Client, evening: date) -> None:
    sale = supervisor.take(capture_day=3)
    answer = supervisor.call("PATCH", path_of(sale), {"capture_date": evening.isoformat()})
    assert fields_of(answer) == {"capture_date": "capture_date_past"}
    assert "no earlier day is possible" in body_of(answer)["errors"][0]["message"]
    next_day = (evening + timedelta(days=1)).isoformat()
    assert body_of(supervisor.call("PATCH", path_of(sale), {"capture_date": next_day}))["capture_date"] == next_day
    shipped = body_of(supervisor.call("PATCH", path_of(sale), {"shipping_date": evening.isoformat()}))
    assert (shipped["shipping_date"], shipped["capture_date"]) == (evening.isoformat(), next_day)


def test_a_refund_that_waits_for_the_banks_night_is_withdrawn(as_: As, bank: BankProcess) -> None:
    supervisor = as_("supervisor")
    sale = supervisor.captured()
    bank.fault("refund", "code:24")
    asked = supervisor.post(f"{path_of(sale)}/refund", {"amount": 345})
    assert asked.status_code == 202, asked.text
    waiting = body_of(asked)["operations"][-1]
    assert (waiting["status"], body_of(asked)["reserved_amount"]) == ("WAITING", 345)
    which = {"operation": waiting["sequence"]}
    problem_of(as_("accountant").post(f"{path_of(sale)}/withdraw", which), 403, "not_permitted")
    problem_of(as_("manager2").post(f"{path_of(sale)}/withdraw", which), 404, "not_found")
    assert fields_of(supervisor.post(f"{path_of(sale)}/withdraw", {"operation": 99})) == {
        "operation": "operation_unknown"
    }
    done = body_of(supervisor.post(f"{path_of(sale)}/withdraw", which))
    assert (done["operations"][-1]["status"], done["reserved_amount"]) == ("WITHDRAWN", 0)
    problem_of(supervisor.post(f"{path_of(sale)}/withdraw", which), 409, "not_allowed_in_state")
