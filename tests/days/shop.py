"""How a manager runs the shop: its limits and reasons, its people, and what is not theirs to do."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from app.security.profiles import BELOW_MANAGER
from tests.days.conftest import Worker
from tests.days.mails import invitation
from tools.product import Product

Sit = Callable[..., Worker]
CHOSEN = "chosen-by-me-77"
#: Where others work: never offered, and refused to who types the address.
NOT_THEIRS = (
    "/audit/list/", "/users/list/", "/users/add", "/roles/list/", "/memberships/list/", "/merchants/add", "/contracts/add",
    "/options/add", "/gateway-accounts/add",
)  # fmt: skip
ONLY_TO_LOOK_AT = ("/merchants/list/", "/contracts/list/", "/options/list/", "/gateway-accounts/list/", "/mails/list/")


def sets_a_limit(boss: Worker) -> None:
    boss.to("/limits/list/")
    boss.looks_right()
    boss.hand.press(".page-actions a.primary")
    boss.looks_right()
    boss.hand.choose("#verb", "refund")
    boss.hand.write("#amount", boss.words["limit"])
    boss.sends()


def lifts_the_limit(boss: Worker) -> None:
    boss.to("/limits/list/")
    boss.hand.press("#table-LimitView tbody a")
    boss.hand.open(".record-actions details.confirm > summary")
    boss.looks_right()
    boss.hand.press("form[action*='/limits/delete/'] button")
    expect(boss.page.locator(".notice").first).to_be_visible()
    expect(boss.page.locator("#table-LimitView")).to_have_count(0)


def adds_a_reason(boss: Worker) -> None:
    code = f"LATE_{boss.language.upper()}"
    boss.to("/reasons/list/")
    boss.looks_right()
    boss.hand.press(".page-actions a.primary")
    boss.looks_right()
    boss.fills_in(code=code, label_fr="Retard", label_en="Late")
    boss.sends()
    expect(boss.page.locator("#table-ReasonView")).to_contain_text(code)


def changes_the_team(boss: Worker, worker: Sit, product: Product) -> None:
    """Somebody is invited, works, and is disabled: at once and everywhere."""
    name = f"nina-{boss.language}"
    boss.to("/people/")
    boss.looks_right()
    for colleague in ("manager", "auditor"):  # the administrator's to change
        expect(boss.page.locator("#people tr", has_text=f"{colleague}@").locator("form")).to_have_count(0)
    boss.hand.press(".page-actions a.primary")
    offered = boss.page.locator("#profile option").evaluate_all("all => all.map(one => one.value)")
    assert tuple(offered) == BELOW_MANAGER
    boss.fills_in(first_name="Nina", last_name="Nouvelle", email=f"{name}@shop.example", username=name)
    boss.hand.choose("#profile", "Supervisor")
    boss.hand.choose("#language", boss.language)
    boss.looks_right()
    boss.sends()
    boss.looks_right()

    new = worker(boss.language)
    new.page.goto(invitation(product, f"{name}@shop.example"))
    new.fills_in(password=CHOSEN, conf_password=CHOSEN)
    new.hand.press("main form button.primary")
    new.comes(name, CHOSEN)
    new.to("/approvals/")

    row = f"#people tr:has-text('{name}')"
    boss.to("/people/")
    boss.hand.open(f"{row} summary")
    boss.looks_right()
    boss.hand.press(f"{row} form[action$='/disable'] button")
    expect(boss.page.locator(".notice.good").first).to_be_visible()
    new.page.goto("/approvals/")
    expect(new.page.locator("#username")).to_be_visible()


def does_no_others_work(boss: Worker) -> None:
    """What is the administrator's or the auditor's is not offered, and refused to who knows the address."""
    menu = boss.menu()
    assert not set(menu) & set(NOT_THEIRS)
    for path in NOT_THEIRS:
        assert boss.page.request.get(path, max_redirects=0).status == 403, path
    for path in ONLY_TO_LOOK_AT:
        assert path in menu
        boss.to(path)
        boss.looks_right()
        expect(boss.page.locator("main a[href$='/add'], main a[href*='/edit/']")).to_have_count(0)
        boss.hand.press("main tbody a")
        boss.looks_right()
        expect(boss.page.locator("main a[href*='/edit/'], main form[action*='/delete/']")).to_have_count(0)
