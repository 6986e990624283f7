"""Cards typed by people into everything else that takes a text: notes, searches, settings, the sign-in, passwords."""

from __future__ import annotations

import re

from tests.canary.callers import Visitor, inputs, links
from tests.canary.world import LOGINS, World, together

VERBS = (
    "cancel",
    "refund",
    "validate",
    "capture",
    "amend",
    "duplicate",
    "hold",
    "release",
    "resolve",
    "force",
    "withdraw",
)
OWN_NAME = "/own-name/form"
NEVER_TYPED = ("csrf_token", "key", "back", "operation", "capture_date", "g-recaptcha-response")


def verbs(world: World) -> None:
    """In each text of each verb, through the API and on its form."""
    reference = world.a_sale()
    shown = world.web["manager"].get("/transactions/list/").text
    numbers = re.findall(r"/transactions/show/(\d+)", shown)
    assert numbers, shown[:2000]
    for verb in VERBS:
        card = world.deck.draw(f"note of {verb}")
        heard = world.act(reference, verb, note=f"customer's card {card.grouped(' ')} code {card.code}")
        assert heard.status in (403, 409, 422), (verb, heard.status)  # rights and state come before the text
        for field in ("reason", "authorisation_number", "order_number", "customer_id", card.number):
            world.act(reference, verb, **{field: card.number})
        world.act(reference, verb, customer={"name": card.number, "address": card.grouped("-")})
        for number in numbers[:6]:
            page = world.web["manager"].get(f"/transactions/{number}/{verb}")
            for name in texts(page.text):
                card = world.deck.draw(f"{name} of {verb}, page")
                form = inputs(page.text) | {name: f"{card.grouped(' ')} {card.code}"}
                heard = world.web["manager"].post(f"/transactions/{number}/{verb}", form)
                assert card.grouped(" ") not in heard.text, (verb, name)
            if page.status == 200:
                break
    for login in ("supervisor", "manager"):
        card = world.deck.draw("note of an approval")
        world.api[login].call("POST", "/approvals/1/approve", f'{{"note": "{card.number}"}}'.encode())


def settings(world: World) -> None:
    """In each text of each generated form that changes a row, one at a time: a right form but for the card."""
    for login in ("manager", "admin"):
        visitor = world.web[login]
        for path in forms_of(visitor):
            page = visitor.get(path).text
            assert path != OWN_NAME or texts(page), "one's own name is typed into"
            for name in texts(page):
                card = world.deck.draw(f"{path} {name}")
                visitor.post(path, inputs(page) | {name: card.number})


def signing_in(world: World) -> None:
    """As user name, as password, in both, and as where to go afterwards."""
    stranger = Visitor(world.service, "nobody", "nothing-1")
    for name, password, after in (("{}", "x", ""), ("clerk", "{}", ""), ("{}", "{}", ""), ("clerk", "x", "?next=/{}")):
        for separator in ("", " "):
            card = world.deck.draw("sign-in")
            number = card.grouped(separator)
            path = "/login/" + after.format(card.number)
            heard = stranger.fill_in(path, username=name.format(number), password=password.format(number))
            assert heard.status in (200, 302, 400, 422, 429)
    card = world.deck.draw("a new password that is a card")
    world.web["risk"].fill_in(
        "/resetmypassword/form", current=card.number, password=card.number, conf_password=card.number
    )
    for field in ("language", "text_size"):
        card = world.deck.draw("preferences")
        token = inputs(world.web["clerk"].get("/").text)["csrf_token"]
        world.web["clerk"].post("/preferences", {field: card.number, "csrf_token": token})


def look_round(world: World) -> None:
    """Every page everybody can reach in two steps, after all of it was typed: what they show is hunted too."""

    def walk(login: str) -> None:
        seen: set[str] = set()
        wanted = {"/", "/transactions/list/", "/operations/list/", "/audit/list/", "/alarms/list/", "/mails/list/"}
        for most in (6, 40):
            pages = {path: world.web[login].get(path).text for path in sorted(wanted - seen)[:most]}
            seen |= set(pages)
            wanted = {link for page in pages.values() for link in links(page)}
        for path in ("/transactions?page_size=200", "/operations?page_size=200", "/remittances", "/unpaid"):
            world.api[login].call("GET", path)

    together(LOGINS, walk, 4)


def forms_of(visitor: Visitor) -> list[str]:
    """One form to change a row of each kind this person may change."""
    lists = {link for link in links(visitor.get("/").text) if link.endswith("/list/")}
    found: dict[str, str] = {}
    for path in sorted(lists | {OWN_NAME}):
        page = visitor.get(path)
        assert page.status == 200, path
        for link in links(page.text) | {path}:
            if re.search(r"/(?:add|edit/\d+|form)\b", link):
                found.setdefault(re.sub(r"\d+", "", link), link)
    return sorted(found.values())


def texts(page: str) -> list[str]:
    """The names of the inputs of a page that take a text."""
    tags = re.findall(r"<(?:input|textarea)\b[^>]*>", page)
    plain = [tag for tag in tags if not re.search(r'type="(?:hidden|radio|checkbox|submit|search)"', tag)]
    names = [found[1] for tag in plain if (found := re.search(r'name="([^"]*)"', tag))]
    return [name for name in dict.fromkeys(names) if name not in NEVER_TYPED and not name.startswith("_flt")]
