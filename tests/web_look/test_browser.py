"""Every page in Chromium: no axe violation, no console error, no refusal by the policy, nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web_look.pages import PAGES
from tests.web_look.sample_app import PASSWORD

TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def open_page(browser: Browser, address: str, **options: object) -> tuple[Page, list[str]]:
    """Return a signed-in page and the list its console errors go to."""
    context = browser.new_context(base_url=address, **options)  # type: ignore[arg-type]
    page, errors = context.new_page(), list[str]()
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/login/")
    page.fill("#username", "vera")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address + "/")
    return page, errors


def judge(page: Page, where: str) -> list[str]:
    """Return what is wrong with the page as it stands."""
    found = Axe().run(page, options=TAGS).response["violations"]
    wrong = [f"{where}: {v['id']} at {[node['target'] for node in v['nodes']][:3]}" for v in found]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wrong + ([f"{where}: {wider} px wider than the screen"] if wider > 0 else [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "width", "size", "scheme"),
    [("fr-FR", 1280, "normal", "light"), ("en-GB", 320, "normal", "light"), ("fr-FR", 1280, "large", "dark")],
)
def test_every_page_is_accessible_and_quiet(
    browser: Browser, address: str, language: str, width: int, size: str, scheme: str
) -> None:
    page, errors = open_page(
        browser, address, viewport={"width": width, "height": 800}, locale=language, color_scheme=scheme
    )
    page.context.add_cookies([{"name": "text_size", "value": size, "url": address}])
    wrong: list[str] = []
    for path in PAGES:
        page.goto(path)
        wrong += judge(page, path)
    assert wrong == []
    assert errors == []
    page.goto("/try/fail/404")
    assert judge(page, "error page") == []
    page.context.close()


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Page]:
    page, errors = open_page(browser, address, viewport={"width": 1280, "height": 800}, locale="en-GB")
    yield page
    assert errors == []
    page.context.close()


def test_the_sign_in_and_a_form_with_errors_are_accessible_and_focus_the_summary(desk: Page) -> None:
    desk.goto("/try/order")
    desk.fill("#amount", "1.234")
    with desk.expect_navigation():
        desk.keyboard.press("Alt+v")  # the shortcut written on the button
    expect(desk.locator(".error-summary")).to_be_focused()
    assert judge(desk, "form with errors") == []
    assert desk.input_value("#amount") == "1.234"
    desk.context.clear_cookies()
    desk.goto("/login/")
    assert judge(desk, "sign-in") == []


def test_a_larger_text_keeps_the_half_typed_order(desk: Page) -> None:
    desk.goto("/try/order")
    desk.fill("#order_number", "A-1001")
    with desk.expect_response("**/preferences") as kept:
        desk.click(".text-size-large")
    assert kept.value.status == 204
    assert desk.input_value("#order_number") == "A-1001"
    expect(desk.locator("html")).to_have_class("js text-large")
    desk.reload()
    expect(desk.locator("html")).to_have_class("text-large js")


def test_the_keyboard_skips_to_the_content_and_sees_where_it_is(desk: Page) -> None:
    desk.goto("/sales/list/")
    desk.keyboard.press("Tab")
    skip = desk.locator(".skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    inside = desk.evaluate("document.getElementById('content').contains(document.activeElement)")
    assert inside
    assert desk.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_question_comes_before_a_bulk_action_and_its_answer_is_told(desk: Page) -> None:
    desk.goto("/sales/list/")
    desk.check(".tick-all")
    expect(desk.locator(".bulk-count")).to_have_text("25")
    question = desk.locator(".bulk .confirm-body")
    expect(question).to_be_hidden()
    desk.click(".bulk .confirm summary")
    expect(question).to_be_visible()
    desk.keyboard.press("Escape")
    expect(question).to_be_hidden()
    desk.click(".bulk .confirm summary")
    question.get_by_role("button").click()
    expect(desk.get_by_role("alert")).to_contain_text("refused the cancellation")


def test_a_second_press_is_not_sent(desk: Page) -> None:
    desk.goto("/try/order")
    sent: list[str] = []
    desk.route("**/try/order", lambda route: sent.append(route.request.method))  # never answered
    desk.evaluate("""() => {
        const form = document.querySelector('form[data-once]');
        form.requestSubmit(); form.requestSubmit();
    }""")
    desk.wait_for_timeout(300)
    assert sent == ["POST"]
    desk.unroute_all()


def test_targets_are_at_least_24_pixels_also_at_a_minus(desk: Page, address: str) -> None:
    desk.context.add_cookies([{"name": "text_size", "value": "small", "url": address}])
    desk.goto("/sales/list/")
    small = desk.evaluate("""() => Array.from(document.querySelectorAll('a, button, summary, select, .control'))
        .filter(e => e.getClientRects().length && !e.matches('.skip-link'))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([_, box]) => Math.min(box.width, box.height) < 23.5).map(([html]) => html)""")
    assert small == []
