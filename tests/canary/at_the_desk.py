"""Cards typed by a supervisor and a manager at their desk: several sales at once, pasted lists, notes, invitations."""

from __future__ import annotations

import re

from tests.canary.callers import Visitor, inputs, links
from tests.canary.in_forms import texts
from tests.canary.world import World

TOGETHER = ("cancel", "capture", "hold", "move", "release", "validate")
PASTED = ("{plain}", "A-1\n{plain}\nA-2", "{spaced}", "{half}\n{rest}", "A-1 {plain} A-2", "{plain} {code}")


def several_sales(world: World) -> None:
    """In each field of the page that does one verb to several sales, also where a sale's number or a day belongs."""
    world.a_sale()
    manager = world.web["manager"]
    number = _first(r"/transactions/show/(\d+)", manager.get("/transactions/list/").text)
    for verb in TOGETHER:
        page = manager.get(f"/bulk/?verb={verb}&sale={number}")
        assert page.status == 200, (verb, page.status)
        for name in sorted({*inputs(page.text), *texts(page.text), "sale", "capture_date", "reason"} - {"csrf_token"}):
            card = world.deck.draw(f"{name} of {verb}, several sales")
            heard = manager.post("/bulk/", inputs(page.text) | {"sale": number, name: card.number})
            assert card.number not in heard.text, (verb, name)


def shipped(world: World) -> None:
    """Among pasted order numbers: alone, between others, in groups, over two lines, with its code."""
    desk = world.web["supervisor"]
    for pasted in PASTED:
        card = world.deck.draw("pasted as shipped")
        number = card.number
        lines = pasted.format(plain=number, spaced=card.grouped(" "), half=number[:8], rest=number[8:], code=card.code)
        heard = desk.fill_in("/shipped/", numbers=lines)
        assert card.number not in heard.text, pasted


def notes(world: World) -> None:
    """In what is written beside an alarm or a decision, and where their numbers belong."""
    for login in ("supervisor", "manager"):
        desk = world.web[login]
        for path, mark in (("/alarms/", "alarm"), ("/approvals/", "operation")):
            page = desk.get(path)
            assert page.status == 200, path
            hidden = inputs(page.text)
            actions = {f"{path}acknowledge"} if mark == "alarm" else {f"{path}1/approve", f"{path}1/reject"}
            actions |= set(re.findall(rf'action="({path}\d+/\w+)"', page.text))
            for action in sorted(actions):
                for name in ("note", mark):
                    card = world.deck.draw(f"{name} of {action}")
                    numbers = re.findall(rf'name="{mark}" value="(\d+)"', page.text)[:1]
                    heard = desk.post(action, hidden | dict.fromkeys([mark], "".join(numbers)) | {name: card.number})
                    assert card.number not in heard.text, (action, name)


def people(world: World) -> None:
    """In each field of an invitation."""
    page = world.web["manager"].get("/people/invite")
    assert texts(page.text), page.status
    for name in sorted({*inputs(page.text), *texts(page.text)} - {"csrf_token"}):
        card = world.deck.draw(f"{name} of an invitation")
        heard = world.web["manager"].post("/people/invite", inputs(page.text) | {name: card.number})
        assert card.number not in heard.text, name


def searches(world: World) -> None:
    """In each field of each list's search, as a browser puts it into the address."""
    for login in ("manager", "auditor"):
        visitor = world.web[login]
        for path in sorted(link for link in links(visitor.get("/").text) if link.endswith("/list/")):
            for name in _searched(visitor, path):
                card = world.deck.draw(f"{name} of {path}")
                visitor.get(f"{path}?{name}={card.grouped('%20')}")
                visitor.get(f"{path}?{name}={card.number}")


def _searched(visitor: Visitor, path: str) -> list[str]:
    form = re.search(r'<form\b[^>]*method="get".*?</form>', visitor.get(path).text, re.DOTALL)
    return sorted(set(re.findall(r'name="([^"]+)"', form[0]))) if form else []


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text[:500]
    return found[1]
