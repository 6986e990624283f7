"""The remittance calendar in Chromium: from a day's number to its sales, several moved, one held and released; an order by
its shipping day. In French and English, at 1280 and at 360 px."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from playwright.sync_api import Browser, Page, expect

from tests.bank.conftest import BankProcess
from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.desk import Desk

Sit = Callable[..., Person]
SIZES = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 360, "height": 740}}
WORDS = {
    "fr": ("Déplacer plusieurs ventes à un autre jour", "Faites : 2", "en suspens", "elle part avec la remise du",
           "Le crédit est attendu le", "Remise "),
    "en": ("Move several sales to another day", "2 done", "held", "it leaves with the remittance of",
           "The credit is expected on", "Remitted "),
}  # fmt: skip
#: A directory to keep pictures in, for eyes.
PICTURES = os.environ.get("EGESTION_PICTURES")


@pytest.fixture
def sit(chromium: Browser, address: str, bank: BankProcess) -> Iterator[Sit]:
    """Seats the supervisor; in the end nothing may have been complained about."""
    seated: list[Person] = []

    def at_the_desk(language: str, size: str) -> Person:
        person = Person(chromium, address, f"{language}-{language.upper()}", viewport=SIZES[size])
        seated.append(person)
        person.sign_in("supervisor", PASSWORD)
        if size == "narrow":
            person.page.set_viewport_size(SIZES["wide"])  # type: ignore[arg-type]  # Playwright's own
        person.page.click(f"[name=language][value={language}]")
        person.page.wait_for_load_state()
        person.page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]  # likewise
        return person

    yield at_the_desk
    complaints = [text for person in seated for text in person.complaints]
    for person in seated:
        person.close()
    assert complaints == []


def looked_at(person: Person, name: str) -> None:
    """Nothing is wrong for axe, and nothing is wider than the screen."""
    page = person.page
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert person.violations() == [], name
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{name}: {wider} px wider than the screen"


def press(page: Page, selector: str) -> None:
    """Reach a button or link by its focus and press it, as a keyboard does, and wait for the page it leads to."""
    page.focus(selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", WORDS)
def test_a_day_is_planned(sit: Sit, supervisor: Desk, language: str, size: str) -> None:
    several, two_done, held, leaves, credit, _ = WORDS[language]
    mark = uuid.uuid4().hex[:5].upper()
    sales = [supervisor.taken(amount=f"{n}0.00", order_number=f"{mark}-{n}", capture_day="2") for n in (1, 2, 3)]
    day, later = sales[0].capture_date, sales[0].limit_date
    assert day is not None
    assert later is not None
    person = sit(language, size)
    page, name = person.page, f"{language}-{size}"

    page.goto("/calendar/")
    looked_at(person, f"{name}-calendar")
    press(page, f"#day-{day} ~ .leaves a")
    assert page.url.split("?")[0].endswith(f"/calendar/{day}/")
    looked_at(person, f"{name}-day")
    for sale in sales[:2]:
        page.check(f"input[name=rowid][value='{sale.id}']")
    press(page, "button[name=action][value=move]")
    expect(page.locator("h1")).to_have_text(several)
    page.fill("#capture_date", later.isoformat())
    looked_at(person, f"{name}-move")
    press(page, ".bulk-fields button")
    expect(page.locator(".bulk-counts")).to_contain_text(two_done)
    looked_at(person, f"{name}-moved")
    assert [supervisor.sale(sale.reference).capture_date for sale in sales] == [later, later, day]

    page.goto(f"/calendar/{day}/")
    rows = page.locator("#day-sales")
    expect(rows).to_contain_text(f"{mark}-3")
    expect(rows).not_to_contain_text(f"{mark}-1")
    press(page, f"a[href='/transactions/{sales[2].id}/hold']")
    looked_at(person, f"{name}-hold")
    press(page, "main form button.primary")
    expect(page.locator("main")).to_contain_text(mark)
    assert supervisor.sale(sales[2].reference).held
    looked_at(person, f"{name}-held")

    page.goto(f"/calendar/{later}/")
    row = page.locator("#day-sales tr", has_text=f"{mark}-3")
    expect(row).to_contain_text(held)
    press(page, f"a[href='/transactions/{sales[2].id}/release']")
    press(page, "main form button.primary")
    expect(page.locator("main")).to_contain_text(leaves)
    assert not supervisor.sale(sales[2].reference).held

    page.goto(f"/transactions/show/{sales[0].id}")
    expect(page.locator("main")).to_contain_text(credit)
    looked_at(person, f"{name}-sale")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", WORDS)
def test_the_pages_of_a_remittance(sit: Sit, supervisor: Desk, language: str, size: str) -> None:
    sale = supervisor.taken(amount="80.00", order_number=uuid.uuid4().hex[:8].upper())
    supervisor.act(sale, "capture")
    supervisor.act(sale, "refund", amount="30.00")
    person = sit(language, size)
    page, name = person.page, f"{language}-{size}"
    page.goto("/remittances/list/")
    looked_at(person, f"{name}-remittances")
    page.goto(f"/transactions/show/{sale.id}")
    press(page, "a[href^='/remittances/show/'] >> nth=0")
    expect(page.locator("#remittance-lines")).to_contain_text(sale.order_number or "")
    looked_at(person, f"{name}-remittance")
    page.add_init_script("window.print = () => {}")
    press(page, "a[href^='/remittances/print/']")
    expect(page.locator("#remittance-lines")).to_contain_text(sale.order_number or "")
    looked_at(person, f"{name}-paper")


@pytest.mark.parametrize("language", WORDS)
def test_an_order_by_its_shipping_day_says_when_it_is_remitted(sit: Sit, language: str) -> None:
    person = sit(language, "wide")
    page = person.page
    page.goto("/counter")
    page.focus(".remittance summary")
    page.keyboard.press("Enter")
    shipped = date.fromisoformat(page.get_attribute("#shipping_date", "min") or "") + timedelta(days=4)
    page.fill("#shipping_date", shipped.isoformat())
    page.dispatch_event("#shipping_date", "change")
    spoken = format_date(shipped, "EEEE d MMM", locale=f"{language}_{'GB' if language == 'en' else 'FR'}")
    expect(page.locator("[data-remitted]")).to_contain_text(WORDS[language][5])
    expect(page.locator("[data-remitted]")).to_contain_text(spoken.split()[0])
    looked_at(person, f"{language}-order")
