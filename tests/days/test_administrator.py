"""An administrator's day by keyboard alone: a merchant signed, its contract and gateway account, its manager; who then invites a clerk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.days.conftest import APPROVED, Worker
from tests.days.hands import Keys
from tests.days.mails import invitation
from tools.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
FIRST, CHOSEN = "first-password-77", "chosen-by-me-77"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_administrators_day(worker: Callable[..., Worker], product: Product, language: str) -> None:
    admin = worker(language, Keys)
    admin.comes("admin")
    admin.looks_right()
    expect(admin.page.locator(".count")).to_have_count(0)  # no money here
    assert not {"/counter", "/transactions/list/", "/calendar/", "/people/"} & set(admin.menu())
    signs_a_merchant(admin, product)
    manager = appoints_a_manager(admin)
    admin.goes()

    boss = worker(language, Keys)
    boss.comes(manager, FIRST)
    new = invites_a_clerk(boss, worker, product)
    new.page.goto("/counter")
    new.order(f"N{language}-1", APPROVED)
    expect(new.page.locator(".answer h2")).to_have_text(new.words["approved"])
    row = f"#people tr:has-text('new-{language}')"
    boss.hand.open(f"{row} summary")
    boss.hand.press(f"{row} form[action$='/disable'] button")
    expect(boss.page.locator(".notice.good").first).to_be_visible()
    new.page.goto("/counter")
    expect(new.page.locator("#username")).to_be_visible()


def adds(admin: Worker, path: str) -> None:
    """Open the form of a new row from its list."""
    admin.to(path)
    admin.looks_right()
    admin.hand.press(".page-actions a.primary")
    admin.looks_right()


def chooses(admin: Worker, field: str, words: str) -> None:
    """Choose what a drop-down calls so."""
    option = admin.page.locator(f"#{field} option", has_text=words).first
    admin.hand.choose(f"#{field}", option.get_attribute("value") or "")


def signs_a_merchant(admin: Worker, product: Product) -> None:
    language = admin.language
    shop, number = f"SHOP{language.upper()}", "555000" + ("1" if language == "fr" else "2")
    adds(admin, "/merchants/list/")
    admin.fills_in(short_name=shop, name=f"Shop {language}")
    admin.sends()
    adds(admin, "/contracts/list/")
    chooses(admin, "merchant", f"Shop {language}")
    admin.fills_in(number=number, name="VPC")
    admin.sends()
    admin.looks_right()

    secret = product.folder / "secrets" / "gateway" / shop
    secret.write_text("002001000000002_KEY1")
    secret.chmod(0o600)
    adds(admin, "/gateway-accounts/list/")
    chooses(admin, "contract", number)
    admin.fills_in(
        url=f"http://127.0.0.1:{product.environment['EGESTION_BANK_PORT']}",
        bank_merchant_id="002001000000002",
        secret_name=shop,
    )
    admin.sends()
    admin.looks_right()


def appoints_a_manager(admin: Worker) -> str:
    language, name = admin.language, f"boss-{admin.language}"
    adds(admin, "/users/list/")
    admin.fills_in(username=name, first_name="Boss", last_name=language, email=f"{name}@shop.example")
    admin.hand.tick(f"fieldset#roles .choice:has-text('{admin.words['manager']}') input")
    admin.fills_in(password=FIRST, conf_password=FIRST)
    admin.sends()
    adds(admin, "/memberships/list/")
    chooses(admin, "user", f"Boss {language}")
    chooses(admin, "merchant", f"Shop {language}")
    admin.sends()
    admin.looks_right()
    for path in admin.menu():
        admin.to(path)
        admin.looks_right()
    return name


def invites_a_clerk(boss: Worker, worker: Callable[..., Worker], product: Product) -> Worker:
    """Return the clerk, who chose a password and signed in."""
    clerk = f"new-{boss.language}"
    boss.to("/people/")
    boss.hand.press(".page-actions a.primary")
    boss.fills_in(first_name="New", last_name="Clerk", email=f"{clerk}@shop.example", username=clerk)
    boss.hand.choose("#language", boss.language)
    boss.looks_right()
    boss.sends()
    boss.looks_right()

    new = worker(boss.language)
    new.page.goto(invitation(product, f"{clerk}@shop.example"))
    new.looks_right()
    new.fills_in(password=CHOSEN, conf_password=CHOSEN)
    new.hand.press("main form button.primary")
    new.comes(clerk, CHOSEN)
    return new
