"""An administrator's day: a merchant signed, its contract and gateway account, its manager; who then invites a clerk."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.days.conftest import APPROVED, WORDS, Worker
from tools.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FIRST, CHOSEN = "first-password-77", "chosen-by-me-77"


def invitation(product: Product, to: str) -> str:
    """The link of the mail that left for this address."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        for file in (product.folder / "outbox").rglob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            found = re.search(r"http://\S+/activation/\S+", message.get_content())  # type: ignore[attr-defined]
            if found and to in str(message["To"]):
                return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no invitation left for {to}")


@pytest.mark.parametrize("language", WORDS)
def test_an_administrators_day(worker: Callable[[str], Worker], product: Product, language: str) -> None:
    admin = worker(language)
    page, shop = admin.page, f"SHOP{language.upper()}"
    admin.comes("admin")
    admin.looks_right()
    expect(page.locator(".count")).to_have_count(0)  # no money here

    page.goto("/merchants/add")
    page.fill("#short_name", shop)
    page.fill("#name", f"Shop {language}")
    page.click("form.form button.primary")
    expect(page.locator(".notice.good")).to_be_visible()
    page.goto("/contracts/add")
    page.select_option("#merchant", label=f"Shop {language}")
    number = "555000" + ("1" if language == "fr" else "2")
    page.fill("#number", number)
    page.fill("#name", "VPC")
    page.click("form.form button.primary")
    expect(page.locator(".notice.good")).to_be_visible()
    admin.looks_right()

    secret = product.folder / "secrets" / "gateway" / shop
    secret.write_text("002001000000002_KEY1")
    secret.chmod(0o600)
    page.goto("/gateway-accounts/add")
    option = page.locator("#contract option", has_text=number)
    page.select_option("#contract", option.get_attribute("value"))
    page.fill("#url", f"http://127.0.0.1:{product.environment['EGESTION_BANK_PORT']}")
    page.fill("#bank_merchant_id", "002001000000002")
    page.fill("#secret_name", shop)
    page.click("form.form button.primary")
    expect(page.locator(".notice.good")).to_be_visible()

    manager = f"boss-{language}"
    page.goto("/users/add")
    for field, text in (
        ("username", manager),
        ("first_name", "Boss"),
        ("last_name", language),
        ("email", f"{manager}@shop.example"),
    ):
        page.fill(f"#{field}", text)
    page.locator("fieldset#roles .choice", has_text=admin.words["manager"]).locator("input").check()
    page.fill("#password", FIRST)
    page.fill("#conf_password", FIRST)
    page.click("form.form button.primary")
    expect(page.locator(".notice.good")).to_be_visible()
    page.goto("/memberships/add")
    page.select_option("#user", label=f"Boss {language}")
    page.select_option("#merchant", label=f"Shop {language}")
    page.click("form.form button.primary")
    expect(page.locator(".notice.good")).to_be_visible()
    admin.looks_right()
    admin.goes()

    boss = worker(language)
    boss.comes(manager, FIRST)
    clerk = f"new-{language}"
    boss.page.goto("/people/invite")
    for field, text in (
        ("first_name", "New"),
        ("last_name", "Clerk"),
        ("email", f"{clerk}@shop.example"),
        ("username", clerk),
    ):
        boss.page.fill(f"#{field}", text)
    boss.page.select_option("#language", language)
    boss.looks_right()
    boss.page.click("form.form button.primary")
    boss.page.wait_for_url("**/people/")
    expect(boss.page.locator(".notice.good")).to_be_visible()
    boss.looks_right()

    new = worker(language)
    new.page.goto(invitation(product, f"{clerk}@shop.example"))
    new.looks_right()
    new.page.fill("#password", CHOSEN)
    new.page.fill("#conf_password", CHOSEN)
    new.page.click("form.form button.primary")
    new.page.wait_for_url("**/login/")
    new.comes(clerk, CHOSEN)
    new.page.goto("/counter")
    new.order(f"N{language}-1", APPROVED)
    expect(new.page.locator(".answer h2")).to_have_text(new.words["approved"])
    boss.page.click(f"tr:has-text('{clerk}') summary")
    boss.page.click(f"tr:has-text('{clerk}') form[action$='/disable'] button")
    boss.page.wait_for_url("**/people/")
    new.page.goto("/counter")
    expect(new.page.locator("#username")).to_be_visible()
