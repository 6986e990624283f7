"""A clerk in Chromium, whose profile is kept on the disk: what a browser remembers of the order page is hunted too.

Run as a program, since Playwright's loop would meet that of other tests: reads the cards as JSON on its standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys

from playwright.sync_api import Page, sync_playwright

from tests.canary.service import PASSWORD, ROOT
from tests.canary.world import World
from tests.chromium import CHROMIUM

SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

KEPT = "() => [{...localStorage}, {...sessionStorage}, history.state, document.cookie, location.href]"
TYPED = "() => [...document.querySelectorAll('input, textarea')].map(control => [control.name, control.value])"


def orders(world: World) -> None:
    """Type orders: taken, refused, with a wrong expiry, and one that is never sent."""
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: make test installs it"
    profile = world.service.folder / "browser"
    cards = [[card.number, card.code] for card in world.deck.several("Chromium", 5)]
    world.service.bank(clear=True)
    words = [sys.executable, "-m", "tests.canary.in_a_browser", f"http://127.0.0.1:{world.service.web}", str(profile)]
    done = subprocess.run(
        words,
        input=json.dumps(cards),
        cwd=ROOT,
        env=world.service.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    world.service.keep("Chromium", (done.stdout + done.stderr).encode(), -1)
    assert done.returncode == 0, done.stderr
    assert any(profile.rglob("History")), "the browser kept no profile"


def main(address: str, profile: str) -> None:
    """Type them, look at the pages where they are shown, and leave."""
    cards: list[list[str]] = json.load(sys.stdin)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=SWITCHES, base_url=address
        )
        page = context.new_page()
        page.goto("/login/")
        page.fill("[name=username]", "clerk")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(address + "/")
        for (number, code), expiry in zip(cards, ("0731", "0731", "0120", "0731", "0731"), strict=True):
            page.goto("/counter")
            _type(page, number, code, expiry)
            if number == cards[-1][0]:
                continue  # half typed
            with page.expect_response(lambda response: response.request.method == "POST" or response.status == 422):
                page.keyboard.press("Enter")
            page.wait_for_timeout(200)
            _tell(page)
        _tell(page)
        page.goto("/transactions/list/")
        page.go_back()
        page.wait_for_timeout(200)
        _tell(page)
        typed = page.evaluate(TYPED)  # on leaving, card and code were forgotten
        assert any(name == "card_number" for name, _ in typed), page.url
        sys.stdout.write(json.dumps([typed, context.storage_state(indexed_db=True)]))
        context.close()


def _tell(page: Page) -> None:
    """Print what the browser holds of a page: it is hunted with the answers."""
    sys.stdout.write(page.content())
    sys.stdout.write(json.dumps(page.evaluate(KEPT)))


def _type(page: Page, number: str, code: str, expiry: str) -> None:
    page.fill("[name=amount]", "12,00")  # no digits that look like a code
    page.fill("[name=card_number]", number)
    page.fill("[name=card_expiry]", expiry)
    page.fill("[name=security_code]", code)


if __name__ == "__main__":
    main(*sys.argv[1:])
