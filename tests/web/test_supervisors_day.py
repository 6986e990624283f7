"""The supervisor's desk in Chromium, in French and English, at 1280 and 360 px, by keyboard, and without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete

from app.alarms import CAPTURE_REFUSED, raise_alarm
from app.database import Scope, unit_of_work
from app.models import MerchantLimit, Transaction
from tests.bank.conftest import BankProcess
from tests.web.browser import Person
from tests.web.conftest import PASSWORD
from tests.web.desk import SILENT, Desk
from tests.web.test_shipped_today import deferred

Sit = Callable[..., Person]
LANGUAGES = {
    "fr": ("Valider plusieurs ventes", "Faites : 2", "Annuler plusieurs ventes", "À approuver par une seconde personne : 1",
           "sont gardés et remis", "La banque a été interrogée", "L'alarme est acquittée."),
    "en": ("Validate several sales", "2 done", "Cancel several sales", "1 to be approved by a second person",
           "is kept and remitted", "The bank was asked", "The alarm is acknowledged."),
}  # fmt: skip


@pytest.fixture
def sit(chromium: Browser, address: str, bank: BankProcess) -> Iterator[Sit]:
    """Seats somebody at the desk; in the end nothing may have been complained about."""
    seated: list[Person] = []

    def at_the_desk(login: str = "supervisor", language: str = "en", **options: object) -> Person:
        person = Person(chromium, address, f"{language}-{language.upper()}", **options)  # type: ignore[arg-type]  # Playwright's own
        seated.append(person)
        person.sign_in(login, PASSWORD)
        person.page.click(f"[name=language][value={language}]")  # the person's own choice beats the browser's
        person.page.wait_for_load_state()
        return person

    yield at_the_desk
    complaints = [text for person in seated for text in person.complaints]
    for person in seated:
        person.close()
    assert complaints == []


@pytest.fixture
def limit(supervisor: Desk) -> Iterator[None]:
    """Cancellations above 50.00 want a second person."""
    merchant_id = supervisor.taken().merchant_id
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.add(MerchantLimit(merchant_id=merchant_id, verb="cancel", amount=5000))
    yield
    with supervisor.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.execute(delete(MerchantLimit))


def press(page: Page, selector: str) -> None:
    """Reach a button by its focus and press it, as a keyboard does."""
    page.focus(selector)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def alarm(desk: Desk, sale: Transaction) -> None:
    with desk.app.app_context(), unit_of_work(Scope((sale.merchant_id,))) as session:
        raise_alarm(session, sale.merchant_id, CAPTURE_REFUSED, "refused", transaction_id=sale.id, mail=False)


def silent(desk: Desk, bank: BankProcess, number: str) -> None:
    """An order whose answer got lost, at a bank that gives no usable answer about it either."""
    bank.fault("getTransactionData", "http_500", times=20)
    assert desk.order(card_number=SILENT, order_number=number).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day(sit: Sit, supervisor: Desk, bank: BankProcess, limit: None, language: str) -> None:
    validate, two_done, cancel, one_asked, kept, asked, acknowledged = LANGUAGES[language]
    mark = uuid.uuid4().hex[:5].upper()
    waiting = [deferred(supervisor, f"{mark}-V{n}", "40.00") for n in range(3)]
    gone = [supervisor.taken(amount=f"{amount}.00", order_number=f"{mark}-C{amount}") for amount in (20, 30, 60)]
    person = sit(language=language)
    page = person.page

    page.goto("/shipped/")
    assert person.violations() == []
    expect(page.locator("#numbers")).to_be_focused()
    person.type(f"{mark}-V0", "Enter", f"{mark}-V1", "Enter", f"{mark}-NONE", "Tab", "Enter")
    expect(page.locator("h1")).to_have_text(validate)
    assert person.violations() == []
    expect(page.locator("[data-ticked-count]")).to_have_text("2")
    page.focus("input[name=sale]")
    person.type("Tab", "Shift+Tab")
    page.keyboard.press("Space")
    expect(page.locator("[data-ticked-count]")).to_have_text("1")
    page.keyboard.press("Space")
    press(page, ".bulk-fields button")
    expect(page.locator(".bulk-counts")).to_contain_text(two_done)
    expect(page.locator(".bulk-counts")).to_be_focused()
    assert person.violations() == []

    page.goto("/transactions/list/")
    for sale in gone:
        page.check(f"input[name=rowid][value='{sale.id}']")
    press(page, "button[name=action][value=cancel]")
    expect(page.locator("h1")).to_have_text(cancel)
    assert person.violations() == []
    page.select_option("#reason", "OUT_OF_STOCK")
    press(page, ".bulk-fields button")
    expect(page.locator(".bulk-counts")).to_contain_text(two_done)
    expect(page.locator(".bulk-counts")).to_contain_text(one_asked)
    assert person.violations() == []

    page.goto(f"/transactions/{waiting[2].id}/validate")
    expect(page.locator("#amount")).to_be_focused()
    person.type("25,00" if language == "fr" else "25.00", "Enter")
    expect(page.locator(".notice").first).to_contain_text(kept)
    assert person.violations() == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/rest")
    assert person.violations() == []
    press(page, "a[href$='parcel=2']")
    expect(page.locator("#order_number")).to_be_visible()
    assert page.input_value("#order_number") == f"{mark}-V2-2"
    assert page.input_value("#amount") == ("15,00" if language == "fr" else "15.00")
    assert person.violations() == []

    silent(supervisor, bank, f"{mark}-U")
    page.goto("/uncertain/")
    assert person.violations() == []
    press(page, f"tr:has-text('{mark}-U') form button")
    expect(page.locator(".notice").first).to_contain_text(asked)
    page.click(f"text={mark}-U")
    expect(page.locator("#evidence-title")).to_be_visible()
    assert person.violations() == []
    bank.control(clear=True)
    press(page, "form[action$='/ask'] button")
    expect(page.locator("h1")).to_contain_text("Connu" if language == "fr" else "Known")

    alarm(supervisor, gone[0])
    page.goto("/alarms/")
    assert person.violations() == []
    page.focus("#open-alarms input[name=alarm]")
    page.keyboard.press("Space")
    page.fill("#note", "seen")
    page.keyboard.press("Enter")
    expect(page.locator(".notice").first).to_have_text(acknowledged)
    page.goto("/approvals/")
    expect(page.locator(f"tr:has-text('{mark}-C60')")).not_to_contain_text(
        "Approuver" if language == "fr" else "Approve"
    )
    assert person.violations() == []
    manager = sit("manager", language)
    manager.page.goto("/approvals/")
    manager.page.focus(f"tr:has-text('{mark}-C60') summary")
    manager.page.keyboard.press("Enter")
    assert manager.violations() == []
    press(manager.page, f"tr:has-text('{mark}-C60') details[open] button")
    expect(manager.page.locator(".notice").first).to_be_visible()
    assert supervisor.sale(gone[2].reference).state == "CANCELLED"


def test_every_page_of_the_desk_on_a_telephone(sit: Sit, supervisor: Desk, bank: BankProcess, limit: None) -> None:
    mark = uuid.uuid4().hex[:5].upper()
    sale = deferred(supervisor, f"{mark}-1", "60.00")
    supervisor.act(sale, "cancel", amount="55.00")
    part = deferred(supervisor, f"{mark}-2", "40.00")
    supervisor.act(part, "validate", amount="25.00", release="1500")
    alarm(supervisor, sale)
    silent(supervisor, bank, f"{mark}-U")
    person = sit(language="fr", viewport={"width": 360, "height": 740})
    page = person.page
    for path in (
        "/shipped/", f"/shipped/{part.id}/rest", f"/transactions/{part.id}/duplicate?parcel=2",
        f"/bulk/?verb=cancel&sale={sale.id}&sale={part.id}", "/uncertain/", "/alarms/", "/approvals/",
    ):  # fmt: skip
        page.goto(path)
        assert person.violations() == [], path
    page.goto("/uncertain/")
    page.click(f"text={mark}-U")
    expect(page.locator("#evidence-title")).to_be_visible()
    assert person.violations() == []
    page.goto("/shipped/")
    page.fill("#numbers", f"{mark}-1 {mark}-2 {mark}-3")
    press(page, "form.shipped button")
    expect(page.locator("#bulk-left-out")).to_be_visible()
    assert person.violations() == []


def test_without_javascript(sit: Sit, supervisor: Desk) -> None:
    mark = uuid.uuid4().hex[:5].upper()
    sales = [deferred(supervisor, f"{mark}-{n}", "10.00") for n in range(2)]
    page = sit(script=False).page
    page.goto("/transactions/list/")
    for sale in sales:
        page.check(f"input[name=rowid][value='{sale.id}']")
    page.click("button[name=action][value=validate]")
    expect(page.locator("[data-ticked-sum]")).to_have_text("€20.00")
    page.click(".bulk-fields button")
    expect(page.locator(".bulk-counts")).to_contain_text("2 done")
    page.reload()
    expect(page.locator(".bulk-counts")).to_contain_text("2 done")
    assert [len(supervisor.sale(sale.reference).operations) for sale in sales] == [2, 2]
