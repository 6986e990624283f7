"""The keyboard alone: Tab reaches everything that does something, shows where it is, and leaves again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.states import State
from tests.pages.shop import Shop
from tests.web.browser import Person

Sit = Callable[..., Person]
MARK = """() => {
  const able = 'a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary';
  const radios = new Set();
  let count = 0;
  for (const element of document.querySelectorAll(able)) {
    if (!element.getClientRects().length || element.closest('details:not([open]) > :not(summary)')) continue;
    if (element.type === 'radio') {
      if (radios.has(element.name)) continue;
      radios.add(element.name);
      const chosen = document.querySelector(`input[type=radio][name="${element.name}"]:checked`);
      (chosen || element).dataset.stop = String(count++);
    } else element.dataset.stop = String(count++);
  }
  return count;
}"""
HERE = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {stop: element.dataset.stop, ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          name: element.outerHTML.slice(0, 90), size: Math.min(box.width, box.height)};
}"""


@pytest.mark.parametrize(
    "path",
    ["/", "/counter", "/transactions/list/", "/transactions/show/{sale}", "/calendar/", "/people/", "/help"],
)
def test_tab_reaches_everything_and_shows_where_it_is(shop: Shop, sit: Sit, path: str) -> None:
    sale = shop.sale(State.CAPTURED)
    shop.sale(State.TO_VALIDATE)
    page = sit("manager").page
    page.goto(path.format(sale=sale.id))
    page.evaluate("document.activeElement.blur()")
    wanted = page.evaluate(MARK)
    assert wanted > 10
    reached = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            continue  # once around, the browser's own
        assert here["ring"], f"no ring around {here['name']}"
        reached.add(here["stop"])
    missing = {str(number) for number in range(wanted)} - reached
    assert not missing, [
        page.locator(f'[data-stop="{number}"]').first.evaluate("e => e.outerHTML") for number in missing
    ]


def test_the_first_stop_leads_past_the_menu(shop: Shop, sit: Sit) -> None:
    page = sit("clerk").page
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_the_menu_of_a_narrow_screen_opens_by_key(shop: Shop, sit: Sit) -> None:
    page = sit("supervisor", viewport={"width": 360, "height": 740}).page
    toggle = page.locator(".menu-toggle")
    expect(page.locator("#menu-groups")).to_be_hidden()
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(page.locator("#menu-groups a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


def test_each_profile_has_only_its_tasks(shop: Shop) -> None:
    tasks = {
        "clerk": {"/counter"},
        "accountant": {"/calendar/", "/remittances/list/", "/unpaid/list/"},
        "auditor": {"/audit/list/"},
        "admin": {"/merchants/list/", "/users/list/"},
        "manager": {"/counter", "/people/", "/limits/list/", "/approvals/"},
    }
    for login, wanted in tasks.items():
        page = shop.client(login).get("/").text
        menu = page[page.index('class="menu"') : page.index("</nav>")]
        for url in set().union(*tasks.values()):
            opens = shop.client(login).get(url).status_code == 200
            assert (f'href="{url}"' in menu) == opens, (login, url)
            assert opens or url not in wanted, (login, url)
