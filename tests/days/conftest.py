"""The product as `make run` starts it, and people who come to work on it in Chromium, in French or English."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.days.hands import Hand, Mouse
from tests.web.browser import Person, launched
from tools.product import PASSWORD, Product, running

expect.set_options(timeout=20_000)  # the machine may be busy with the rest of the product

#: What a page says, in each language.
WORDS = {
    "fr": {
        "approved": "Acceptée", "refused": "Refusée", "call": "Appeler la banque", "cancelled": "annulée",
        "remit": "à remettre", "remitted": "remise", "sum": "12,34", "part": "2,34", "limit": "5,00", "help": "Aide",
        "already": "Déjà prise ?", "manager": "Responsable du commerce",
        "second": "au-dessus du plafond", "done": "faite", "rejected": "rejetée",
    },
    "en": {
        "approved": "Approved", "refused": "Refused", "call": "Call the bank", "cancelled": "cancelled",
        "remit": "to remit", "remitted": "remitted", "sum": "23.45", "part": "3.45", "limit": "5.00", "help": "Help",
        "already": "Taken already?", "manager": "Merchant manager",
        "second": "above your limit", "done": "done", "rejected": "rejected",
    },
}  # fmt: skip
APPROVED, NO_MONEY, REFERRAL = "4970100000000006", "4970100000000519", "4970100000000022"


class Worker:
    """Somebody at a desk: signed in, speaking one language."""

    def __init__(
        self,
        browser: Browser,
        product: Product,
        language: str,
        hand: Callable[[Page], Hand] = Mouse,
        **options: object,
    ) -> None:
        self.product, self.language, self.words = product, language, WORDS[language]
        # The browser speaks the other language: a person's own choice wins.
        self.person = Person(browser, product.address, "en-GB" if language == "fr" else "fr-FR", **options)  # type: ignore[arg-type]  # Playwright's own
        self.page: Page = self.person.page
        self.hand = hand(self.page)

    def comes(self, login: str, password: str = PASSWORD) -> None:
        """Sign in and choose the language."""
        self.page.goto("/login/")
        self.hand.write("#username", login)
        self.hand.write("#password", password)
        self.hand.press("main form button")
        assert self.page.url == self.product.address + "/"
        self.hand.open(f"[name=language][value={self.language}]")
        self.page.wait_for_selector(f"html[lang={self.language}]")

    def to(self, path: str) -> None:
        """Go to a page by the menu."""
        menu = self.page.locator(".menu-toggle")
        if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
            self.hand.open(".menu-toggle")
        self.hand.press(f'.menu a[href="{path}"]')

    def menu(self) -> list[str]:
        """Where the menu leads."""
        links = self.page.locator(".menu a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        return [str(link) for link in links]

    def fills_in(self, **fields: str) -> None:
        """Fill in the texts of a form."""
        for field, text in fields.items():
            self.hand.write(f"#{field}", text)

    def sends(self) -> None:
        """Send the form; it must be taken."""
        self.hand.press("main form.form button.primary, main form.form button.danger")
        expect(self.page.locator(".notice.good").first).to_be_visible()

    def goes(self) -> None:
        """Sign out."""
        self.hand.open("details.person > summary")
        self.hand.press("details.person button")
        self.page.wait_for_url("**/login/")

    def order(self, number: str, card: str, amount: str = "", mode: str = "") -> None:
        """Type an order on the order page and send it."""
        self.fills_in(
            amount=amount or self.words["sum"],
            order_number=number,
            card_number=card,
            card_expiry="0730",
            security_code="123",
        )
        if mode:
            self.page.keyboard.press("Alt+r")
            self.hand.choose("#capture_mode", mode)
        self.page.keyboard.press("Alt+v")

    def finds(self, number: str) -> None:
        """Find an order by its number and open it."""
        self.to("/transactions/list/")
        self.hand.write("#filter-q", number)
        self.hand.press(".search-line button")
        self.hand.press(f"#table-TransactionView tbody tr:has-text('{number}') a[href*='/transactions/show/']")
        expect(self.page.locator("main")).to_contain_text(number)

    def looks_right(self) -> None:
        """Nothing for axe to say, nothing the browser complained about."""
        assert self.person.violations() == [], self.page.url
        assert self.person.complaints == [], self.page.url


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Everything, on a fresh folder."""
    with running(tmp_path_factory.mktemp("day") / "var") as found:
        yield found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's browser."""
    with launched() as browser:
        yield browser


@pytest.fixture
def worker(chromium: Browser, product: Product) -> Iterator[Callable[..., Worker]]:
    """Gives a desk in a language, worked with a hand; in the end nothing may have been complained about."""
    desks: list[Worker] = []

    def sit(language: str, hand: Callable[[Page], Hand] = Mouse, **options: object) -> Worker:
        desks.append(Worker(chromium, product, language, hand, **options))
        return desks[-1]

    yield sit
    complaints = [text for desk in desks for text in desk.person.complaints]
    for desk in desks:
        desk.person.close()
    assert complaints == []
