"""How somebody works a page: with the mouse, or with the keyboard alone. Both can do the same."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from playwright.sync_api import ElementHandle, Page, expect

STOPS = 600  # more than any page has
HERE = "element => element === document.activeElement"


class Hand(Protocol):
    """Selectors are Playwright's; the first that matches is meant."""

    def write(self, selector: str, text: str) -> None:
        """Put a text in place of what a field holds."""

    def day(self, selector: str, day: date) -> None:
        """Fill in a day."""

    def choose(self, selector: str, value: str) -> None:
        """Choose of a drop-down."""

    def tick(self, selector: str) -> None:
        """Tick a box."""

    def open(self, selector: str) -> None:
        """Press something that stays on the page."""

    def press(self, selector: str) -> None:
        """Press something that leads to another page, and wait for it."""


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def write(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)

    def day(self, selector: str, day: date) -> None:
        self.page.fill(selector, day.isoformat())

    def choose(self, selector: str, value: str) -> None:
        self.page.select_option(selector, value)

    def tick(self, selector: str) -> None:
        self.page.locator(selector).first.check()

    def open(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.open(selector)


class Keys:
    """Reaches everything by Tab, as far as it takes, and never touches the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, selector: str) -> ElementHandle:
        """Press Tab until the element has the focus."""
        found = self.page.locator(selector).first
        expect(found).to_be_visible()
        handle = found.element_handle()
        for _ in range(STOPS):
            if handle.evaluate(HERE):
                return handle
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector} of {self.page.url}")

    def write(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def day(self, selector: str, day: date) -> None:
        field = self.reach(selector)
        for order in ("%m%d%Y", "%d%m%Y", "%Y%m%d"):  # of the browser's own language, which a page cannot ask for
            self.page.keyboard.type(day.strftime(order))
            if field.input_value() == day.isoformat():
                return
            for _ in range(2):
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"no way to type {day} into {selector}")

    def choose(self, selector: str, value: str) -> None:
        field = self.reach(selector)
        self.page.keyboard.press("Home")
        for _ in range(STOPS):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no {value} in {selector}")

    def tick(self, selector: str) -> None:
        field = self.reach(selector)
        if not field.is_checked():
            self.page.keyboard.press("Space")
        assert field.is_checked(), selector

    def open(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def press(self, selector: str) -> None:
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
