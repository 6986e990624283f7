"""`make screenshot`: docs/counter.png for the README, made from the practice merchant of a product started for it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from .product import PASSWORD, running

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "counter.png"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
SIZE = {"width": 1280, "height": 860}
ORDERS = (("84,90", "A-1041"), ("129,00", "A-1042"))
APPROVED, NO_MONEY = "4970100000000006", "4970100000000519"


def main() -> int:
    """Take the picture: a clerk, an order refused, another card one key away."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("screenshot: the system package chromium is missing", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "var") as product,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        context = browser.new_context(base_url=product.address, locale="fr-FR", viewport=SIZE)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/login/")
        page.fill("#username", "clerk")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(product.address + "/")
        for amount, number in ORDERS:
            page.goto("/counter")
            _order(page, amount, number, APPROVED)
        page.goto("/counter")
        _order(page, "59,00", "A-1043", NO_MONEY)
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.name}: {PICTURE.stat().st_size // 1024} kB")
    return 0


def _order(page: Page, amount: str, number: str, card: str) -> None:
    page.fill("#amount", amount)
    page.fill("#order_number", number)
    page.fill("#card_number", card)
    page.fill("#card_expiry", "0730")
    page.fill("#security_code", "123")
    page.press("#security_code", "Enter")
    page.locator(".answer").wait_for()


if __name__ == "__main__":
    sys.exit(main())
