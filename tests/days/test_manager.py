"""A merchant manager's day: what waits, what was sold, who may do what; by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Locator, expect

from tests.days.conftest import APPROVED, Worker
from tests.days.hands import Keys
from tests.days.shop import (
    adds_a_reason,
    changes_the_team,
    does_no_others_work,
    lifts_the_limit,
    sets_a_limit,
)
from tools.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
#: What the supervisor sells today: one refund is approved, one is rejected.
SOLD = {"fr": ("61,00", "62,00"), "en": ("64.00", "65.00")}
MINOR = {"fr": 12300, "en": 12900}
ASKED = {"fr": ("6,00", "7,00", "8,00"), "en": ("6.00", "7.00", "8.00")}
ROWS = {
    "/alarms/": "#open-alarms tbody tr", "/approvals/": "#approvals tbody tr", "/uncertain/": "#uncertain tbody tr",
}  # fmt: skip
SALES = "#table-TransactionView tbody tr"
Sit = Callable[..., Worker]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_managers_day(worker: Sit, product: Product, language: str) -> None:
    boss, supervisor = worker(language, Keys), worker(language)
    boss.comes("manager")
    every_number_leads_to_its_rows(boss)
    sets_a_limit(boss)
    today = looks_at_the_calendar(boss)
    before = sold(boss, today)

    supervisor.comes("supervisor")
    for number, amount, asked in zip(("1", "2"), SOLD[language], ASKED[language], strict=False):
        sells_and_asks_for_a_refund(supervisor, f"B{language.upper()}-{number}", amount, asked)
    decides(boss, f"B{language.upper()}")
    asks_too(boss, f"B{language.upper()}-2", ASKED[language][2])

    after = sold(boss, today)
    assert (after[0] - before[0], after[1] - before[1], after[2] - before[2]) == (2, MINOR[language], 600)
    looks_at_a_remittance(boss)
    looks_at_an_alarm(boss)
    adds_a_reason(boss)
    changes_the_team(boss, worker, product)
    does_no_others_work(boss)
    lifts_the_limit(boss)
    boss.goes()


def test_every_page_of_a_manager_on_a_telephone(worker: Sit) -> None:
    boss = worker("fr", viewport={"width": 360, "height": 740})
    boss.comes("manager")
    boss.looks_right()
    for path in boss.menu():
        boss.to(path)
        boss.looks_right()
    for path, opened in (
        ("/approvals/", "#approvals details summary"), ("/people/", "#people details summary"), ("/limits/add", ""),
        ("/people/invite", ""), ("/reasons/add", ""), ("/transactions/list/", "details.sums > summary"),
    ):  # fmt: skip
        boss.page.goto(path)
        if opened:
            boss.hand.open(opened)
        boss.looks_right()


def every_number_leads_to_its_rows(boss: Worker) -> None:
    boss.looks_right()
    counts = boss.page.locator(".count")
    seen = counts.evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(seen) >= 9
    for href in seen:
        link = f'.count[href="{href}"]'
        number = int(boss.page.inner_text(f"{link} strong"))
        boss.hand.press(link)
        expect(boss.page.locator(ROWS.get(href, SALES))).to_have_count(number)
        boss.looks_right()
        boss.hand.press("a.brand")


def looks_at_the_calendar(boss: Worker) -> date:
    boss.to("/calendar/")
    boss.looks_right()
    boss.hand.press(".day.today h2 a")
    boss.looks_right()
    found = re.search(r"/calendar/(\d{4}-\d\d-\d\d)/", boss.page.url)
    assert found
    return date.fromisoformat(found[1])


def sold(boss: Worker, today: date) -> tuple[int, int, int]:
    """How many sales of today, what was taken and what was refunded, as the history adds them up by scheme and by day."""
    boss.to("/transactions/list/")
    boss.hand.open("details.filter > summary")
    for field in ("date_from", "date_to"):
        boss.hand.day(f"#filter-{field}", today)
    boss.hand.press(".filter-form button.primary")
    if not boss.page.locator("details.sums").count():
        return 0, 0, 0
    boss.hand.open("details.sums > summary")
    boss.looks_right()
    schemes, days = figures(boss.page.locator("#sums-scheme")), figures(boss.page.locator("#sums-period"))
    assert schemes == days
    return schemes


def figures(table: Locator) -> tuple[int, int, int]:
    rows = [
        [int(re.sub(r"\D", "", text)) for text in row.locator("td.number").all_inner_texts()]
        for row in table.locator("tbody tr").all()
    ]
    count, taken, _, refunded = (sum(column) for column in zip(*rows, strict=True))
    return count, taken, refunded


def sells_and_asks_for_a_refund(supervisor: Worker, number: str, amount: str, asked: str) -> None:
    page = supervisor.page
    page.goto("/counter")
    supervisor.order(number, APPROVED, amount, mode="IMMEDIATE")
    expect(page.locator(".answer h2")).to_have_text(supervisor.words["approved"])
    supervisor.finds(number)
    supervisor.hand.press("main form[action*='/action/refund/'] button")
    supervisor.fills_in(amount=asked)
    supervisor.hand.choose("#reason", "GOODWILL")
    supervisor.looks_right()
    supervisor.hand.press("form[data-action-form] button.danger")
    expect(page.locator(".notice").first).to_contain_text(supervisor.words["second"])
    page.goto("/approvals/")  # nobody approves their own
    own = page.locator("#approvals tbody tr", has_text=number)
    expect(own).to_have_count(1)
    expect(own.locator("form")).to_have_count(0)


def decides(boss: Worker, mark: str) -> None:
    boss.hand.press("a.brand")
    waiting = int(boss.page.inner_text('.count[href="/approvals/"] strong'))
    boss.hand.press('.count[href="/approvals/"]')
    for number, kind in (("1", "primary"), ("2", "danger")):
        row = f"#approvals tbody tr:has-text('{mark}-{number}')"
        boss.hand.open(f"{row} summary.{kind}")
        boss.hand.write(f"{row} details[open] input[name=note]", "seen")
        boss.looks_right()
        boss.hand.press(f"{row} details[open] form button")
        expect(boss.page.locator(".notice").first).to_be_visible()
        expect(boss.page.locator(row)).to_have_count(0)
    boss.hand.press("a.brand")
    assert int(boss.page.inner_text('.count[href="/approvals/"] strong')) == waiting - 2
    boss.to("/operations/list/")
    boss.looks_right()
    boss.hand.choose("#filter-name", "CREDIT")
    boss.hand.press(".filter-form button.primary")
    for number, became in (("1", "done"), ("2", "rejected")):
        row = boss.page.locator("#table-OperationView tbody tr", has_text=f"{mark}-{number}")
        expect(row).to_contain_text(boss.words[became])


def asks_too(boss: Worker, number: str, amount: str) -> None:
    """A manager is no second person of their own request; they take it back."""
    boss.to("/transactions/list/")
    boss.hand.write("#filter-q", number)
    boss.hand.press(".search-line button")
    boss.hand.press(f"{SALES} a")
    boss.looks_right()
    boss.hand.press("main form[action*='/action/refund/'] button")
    boss.hand.write("#amount", amount)
    boss.hand.press("form[data-action-form] button.danger")
    expect(boss.page.locator(".notice").first).to_contain_text(boss.words["second"])
    boss.to("/approvals/")
    own = f"#approvals tbody tr:has-text('{number}')"
    expect(boss.page.locator(f"{own} form")).to_have_count(0)
    boss.looks_right()
    boss.hand.press(f"{own} a[href$='/withdraw']")
    boss.looks_right()
    boss.hand.press("form[data-action-form] .form-actions button")
    boss.to("/approvals/")
    expect(boss.page.locator(own)).to_have_count(0)


def looks_at_a_remittance(boss: Worker) -> None:
    boss.to("/remittances/list/")
    boss.looks_right()
    lines = int(boss.page.locator("#table-RemittanceView tbody tr").first.locator("td").nth(3).inner_text())
    boss.hand.press("#table-RemittanceView tbody a")
    expect(boss.page.locator("#remittance-lines tbody tr")).to_have_count(lines)
    boss.looks_right()


def looks_at_an_alarm(boss: Worker) -> None:
    boss.to("/alarms/")
    boss.looks_right()
    rows = boss.page.locator("#open-alarms tbody tr")
    before = rows.count()
    boss.hand.tick("#open-alarms input[name=alarm]")
    boss.hand.write("#note", "seen")
    boss.hand.press("form.bulk-form button")
    expect(rows).to_have_count(before - 1)
