"""Generated forms: what is stored, what is refused beside its field, and what the audit is told."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import Scope, unit_of_work
from app.models import AuditEntry, Contract, Membership, Merchant, MerchantLimit, MerchantOption, Reason
from tests.walls.world import A, B, World

pytestmark = pytest.mark.usefixtures("without_csrf")
MERCHANT = {
    "name": "Gamma", "country": "FR", "zone": "Europe/Paris", "language": "fr", "currency": "EUR", "status": "ACTIVE",
    "default_capture_mode": "AUTHOR_CAPTURE", "default_capture_day": "3", "default_brand": "CB", "clerk_cancels": "SAME_DAY",
    "customer_fields": "name, email", "forcing_allowed": "y",
}  # fmt: skip


def rows(app: Flask, model: Any, *where: Any) -> list[Any]:
    with app.app_context(), unit_of_work(Scope(admin=True)) as session:
        return list(session.scalars(select(model).where(*where).order_by(model.id)))


def told(app: Flask, what: str) -> list[AuditEntry]:
    return [entry for entry in rows(app, AuditEntry) if what in entry.object]


def test_a_merchant_is_made_with_its_reasons(app: Flask, world: World) -> None:
    client = world.client("admin")
    assert client.post("/merchants/add", data=MERCHANT | {"short_name": "GAMMA"}).status_code == 302
    (made,) = rows(app, Merchant, Merchant.short_name == "GAMMA")
    assert (made.default_capture_day, made.forcing_allowed, made.order_number_required) == (3, True, False)
    assert made.customer_fields == "name,email"
    assert len(rows(app, Reason, Reason.merchant_id == made.id)) == 5
    assert told(app, f"merchant {made.id} added")

    change = MERCHANT | {"name": "Gamma 2", "forcing_allowed": ""}
    change.pop("forcing_allowed")
    assert client.post(f"/merchants/edit/{made.id}", data=change | {"short_name": "HACKED"}).status_code == 302
    (made,) = rows(app, Merchant, Merchant.id == made.id)
    assert (made.short_name, made.name, made.forcing_allowed) == ("GAMMA", "Gamma 2", False)
    (entry,) = told(app, f"merchant {made.id} changed")
    assert entry.data is not None
    assert entry.data["name"] == ["Gamma", "Gamma 2"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("short_name", "low"), ("short_name", "ALPHA"), ("short_name", "X" * 30), ("zone", "Mars/Olympus"), ("currency", "XXX1"),
        ("default_capture_day", "7"), ("default_capture_day", "99999999999999999999"), ("default_capture_day", "x"),
        ("customer_fields", "name,shoe"), ("siret", "123"), ("country", "France"), ("status", "ROOT"), ("name", ""),
        ("default_brand", "MAESTRO"), ("name", "x" * 500),
        ("name", "Delta\r\nBcc: x@evil.example"), ("name", "Del\x07ta"), ("name", "Del\u202eta"), ("zone", "localtime"),
    ],
)  # fmt: skip
def test_a_bad_merchant_is_refused_beside_its_field(app: Flask, world: World, field: str, value: str) -> None:
    client, before = world.client("admin"), len(rows(app, Merchant))
    answer = client.post("/merchants/add", data=MERCHANT | {"short_name": "DELTA"} | {field: value})
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text or 'class="notice bad"' in answer.text
    assert "psycopg" not in answer.text
    assert "DETAIL" not in answer.text
    assert len(rows(app, Merchant)) == before


def test_a_merchant_may_ask_for_no_customer_and_tick_nothing(app: Flask, world: World) -> None:
    client = world.client("admin")
    bare = {name: text for name, text in MERCHANT.items() if name != "forcing_allowed"} | {"customer_fields": ""}
    assert client.post("/merchants/add", data=bare | {"short_name": "BARE"}).status_code == 302
    (made,) = rows(app, Merchant, Merchant.short_name == "BARE")
    assert made.customer_fields == ""
    assert not (made.order_number_required)
    assert not (made.security_code_required)
    assert not (made.forcing_allowed)


def test_a_cut_off_in_the_night_of_the_gateway_is_refused_beside_its_field(app: Flask, world: World) -> None:
    """No remittance could leave then: whoever types it is told, and of which hours."""
    client, merchant = world.client("admin"), world.rows[A]["merchant"]
    contract = {
        "merchant": str(merchant), "number": "5557777", "name": "x", "scheme": "CARD", "currency": "EUR",
        "settlement": "GROSS", "active": "y",
    }  # fmt: skip
    for cut_off in ("21:55", "22:30", "23:04"):
        answer = client.post("/contracts/add", data=contract | {"cut_off": cut_off})
        assert answer.status_code == 422
        assert re.search(r'name="cut_off"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="cut_off"', answer.text)
        assert "21:55" in answer.text
        assert "23:05" in answer.text
        assert rows(app, Contract, Contract.number == "5557777") == []
    assert client.post("/contracts/add", data=contract | {"cut_off": "21:54"}).status_code == 302
    (made,) = rows(app, Contract, Contract.number == "5557777")
    change = {"name": "x", "settlement": "GROSS", "active": "y"}
    assert client.post(f"/contracts/edit/{made.id}", data=change | {"cut_off": "22:30"}).status_code == 422
    assert client.post(f"/contracts/edit/{made.id}", data=change | {"cut_off": "23:05"}).status_code == 302
    (made,) = rows(app, Contract, Contract.id == made.id)
    assert made.cut_off.isoformat() == "23:05:00"


def test_a_zone_that_moves_a_cut_off_into_the_night_of_the_gateway_is_refused(app: Flask, world: World) -> None:
    client = world.client("admin")
    assert client.post("/merchants/add", data=MERCHANT | {"short_name": "ZONED"}).status_code == 302
    (shop,) = rows(app, Merchant, Merchant.short_name == "ZONED")
    contract = {
        "merchant": str(shop.id), "number": "5556666", "name": "x", "scheme": "CARD", "currency": "EUR",
        "settlement": "GROSS", "active": "y", "cut_off": "21:00",
    }  # fmt: skip
    assert client.post("/contracts/add", data=contract).status_code == 302
    for zone in ("Europe/London", "Atlantic/Canary"):  # there it is 22:00 in Paris
        answer = client.post(f"/merchants/edit/{shop.id}", data=MERCHANT | {"zone": zone})
        assert answer.status_code == 422
        assert "5556666" in answer.text
    assert client.post(f"/merchants/edit/{shop.id}", data=MERCHANT | {"zone": "Europe/Madrid"}).status_code == 302
    (shop,) = rows(app, Merchant, Merchant.id == shop.id)
    assert shop.zone == "Europe/Madrid"


def test_a_contract_number_belongs_to_one_merchant(app: Flask, world: World) -> None:
    client = world.client("admin")
    contract = {
        "number": "5559999",
        "name": "x",
        "scheme": "CARD",
        "currency": "EUR",
        "cut_off": "21:00",
        "settlement": "GROSS",
    }
    for which, status in ((A, 302), (B, 422)):
        answer = client.post("/contracts/add", data=contract | {"merchant": str(world.rows[which]["merchant"])})
        assert answer.status_code == status
    assert "Déjà utilisé." in answer.text or "In use already." in answer.text
    assert re.search(r'name="number"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="number"', answer.text)
    (made,) = rows(app, Contract, Contract.number == "5559999")
    assert (made.active, made.immediate_allowed) == (False, False), "no tick is demanded"


def test_contracts_and_options(app: Flask, world: World) -> None:
    client, merchant = world.client("admin"), str(world.rows[A]["merchant"])
    contract = {
        "merchant": merchant, "number": "5550001", "name": "AMEX", "scheme": "AMEX", "currency": "EUR", "cut_off": "20:30",
        "settlement": "NET", "account": "FR76 3000 3030 1000 0200 1234 549", "active": "y",
        "bank_closed_on": "2027-03-12 2027-03-11, 2027-03-12",
    }  # fmt: skip
    wrong = [
        ("account", "FR7630003030100002001234540"),
        ("cut_off", "25:00"),
        ("bank_closed_on", "12/03/2027"),
        ("number", "x y"),
        ("merchant", "999999"),
        ("scheme", "JCB"),
    ]
    for field, value in wrong:
        assert client.post("/contracts/add", data=contract | {field: value}).status_code == 422, field
    assert client.post("/contracts/add", data=contract).status_code == 302
    (made,) = rows(app, Contract, Contract.number == "5550001")
    assert (made.merchant_id, made.account, made.cut_off.isoformat()) == (
        int(merchant),
        "FR7630003030100002001234549",
        "20:30:00",
    )
    assert made.bank_closed_on == "2027-03-11,2027-03-12"
    assert made.credit_of(date(2027, 3, 9)).day == date(
        2027, 3, 16
    )  # three bank days, two of them at the weekend and two closed
    assert client.get(f"/contracts/edit/{made.id}").status_code == 200
    change = {key: contract[key] for key in ("name", "settlement", "account")} | {
        "cut_off": "21:00:00",
        "merchant": str(world.rows[B]["merchant"]),
    }
    assert client.post(f"/contracts/edit/{made.id}", data=change).status_code == 302
    (made,) = rows(app, Contract, Contract.id == made.id)
    assert (made.merchant_id, made.active) == (int(merchant), False)

    option = {"merchant": merchant, "code": "JRB", "from_day": "2026-01-01"}
    assert client.post("/options/add", data=option | {"until_day": "2025-01-01"}).status_code == 422
    assert client.post("/options/add", data=option).status_code == 302
    again = client.post("/options/add", data=option)
    assert again.status_code == 422, "subscribed already"
    assert "Déjà utilisé." in again.text or "In use already." in again.text
    assert len(rows(app, MerchantOption, MerchantOption.code == "JRB")) == 1


def test_the_managers_limits_and_reasons(app: Flask, world: World) -> None:
    client, merchant = world.client(f"manager_{A}"), str(world.rows[A]["merchant"])
    limit = {"merchant": merchant, "verb": "validate", "amount": "1 234,56"}
    for field, value in (
        ("amount", "1.234"),
        ("amount", "-5"),
        ("amount", "abc"),
        ("verb", "amend"),
        ("merchant", str(world.rows[B]["merchant"])),
    ):
        assert client.post("/limits/add", data=limit | {field: value}).status_code == 422, (field, value)
    assert client.post("/limits/add", data=limit).status_code == 302
    (made,) = rows(app, MerchantLimit, MerchantLimit.verb == "validate")
    assert (made.merchant_id, made.amount) == (int(merchant), 123456)
    assert "1 234,56" in client.get(f"/limits/edit/{made.id}").text.replace("\u202f", " ").replace("\xa0", " ")
    assert client.post(f"/limits/edit/{made.id}", data={"amount": "10,00"}).status_code == 302
    assert rows(app, MerchantLimit, MerchantLimit.id == made.id)[0].amount == 1000
    assert client.get(f"/limits/delete/{made.id}").status_code == 405
    assert client.get(f"/limits/show/{made.id}").status_code == 200
    gone = client.post(f"/limits/delete/{made.id}")
    assert (gone.status_code, gone.headers["Location"]) == (302, "/limits/list/"), "not the page of what is gone"
    assert rows(app, MerchantLimit, MerchantLimit.id == made.id) == []
    assert [entry.merchant_id for entry in told(app, f"merchant_limit {made.id}")] == [int(merchant)] * 3

    reason = {"merchant": merchant, "code": "TASTE", "label_fr": "Goût", "label_en": "Taste", "active": "y"}
    assert client.post("/reasons/add", data=reason | {"code": "bad code"}).status_code == 422
    assert client.post("/reasons/add", data=reason).status_code == 302
    (made,) = rows(app, Reason, Reason.code == "TASTE")
    assert client.post(f"/reasons/edit/{made.id}", data={"label_fr": "Goût", "label_en": "Taste"}).status_code == 302
    assert rows(app, Reason, Reason.id == made.id)[0].active is False, "switched off by leaving the box empty"


def test_memberships_come_and_go(app: Flask, world: World) -> None:
    admin, clerk = world.client("admin"), world.users[f"clerk_{A}"]
    form = {"user": str(clerk), "merchant": str(world.rows[B]["merchant"])}
    assert admin.post("/memberships/add", data=form).status_code == 302
    client = world.client(f"clerk_{A}")
    page = client.get("/transactions/list/").text
    assert "BBMARK" in page.upper()
    assert "AAMARK" in page.upper()
    (made,) = rows(app, Membership, Membership.user_id == clerk, Membership.merchant_id == world.rows[B]["merchant"])
    assert admin.post(f"/memberships/delete/{made.id}").status_code == 302
    assert "BBMARK" not in client.get("/transactions/list/").text.upper(), "at once, in the same session"
