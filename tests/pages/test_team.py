"""A manager's people: invited by mail, disabled at once, let in again; only own, only below manager; all in the audit."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.database import NOTHING, Scope, unit_of_work
from app.domain.clock import real_now
from app.mail import send_due
from app.models import AuditEntry, Membership, OutboxMail
from app.security import invitations
from tests.browsing import sign_in
from tests.factories import PASSWORD, make_merchant, make_user
from tests.pages.shop import FAR, LOGINS, PARIS, Shop
from tests.web_process import together

As = Callable[[str], FlaskClient]
NEW = {
    "first_name": "Nina", "last_name": "Nouvelle", "email": "nina@example.test", "username": "nina", "profile": "Clerk",
    "language": "en",
}  # fmt: skip
LINK = re.compile(r"http://localhost(/activation/\S+)")
CHOSEN = "chosen-by-me-77"


@pytest.fixture(autouse=True)
def _without_csrf(shop: Shop) -> Iterator[None]:
    shop.app.config["WTF_CSRF_ENABLED"] = False
    yield
    shop.app.config["WTF_CSRF_ENABLED"] = True


def form(shop: Shop, **changes: str) -> dict[str, str]:
    return NEW | {"merchant": str(shop.merchants[PARIS])} | changes


def invited(shop: Shop, **changes: str) -> int:
    """Invite somebody and return their number."""
    answer = shop.client("manager").post("/people/invite", data=form(shop, **changes))
    assert answer.status_code == 303, answer.text
    return user(shop, changes.get("username", "nina")).id


def user(shop: Shop, name: str) -> User:
    with shop.app.app_context(), unit_of_work(NOTHING) as session:
        found = session.scalars(select(User).where(User.username == name)).unique().one()
        _ = [role.name for role in found.roles]
        return found


def link(shop: Shop) -> str:
    """The link of the last mail that left."""
    with shop.app.app_context():
        assert send_due() == 1
        folder = shop.app.extensions["settings"].outbox_dir
    last = max(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    message = email.message_from_bytes(last.read_bytes(), policy=email.policy.default)
    found = LINK.search(message.get_content())
    assert found, message.get_content()
    return found[1]


def choose(shop: Shop, path: str, password: str = CHOSEN, again: str | None = None) -> int:
    data = {"password": password, "conf_password": again or password}
    return shop.app.test_client().post(path, data=data).status_code


def told(shop: Shop, number: int) -> list[tuple[str, str]]:
    with shop.books() as session:
        rows = session.execute(
            select(AuditEntry.kind, AuditEntry.actor).where(AuditEntry.object.startswith(f"user {number}")).order_by(AuditEntry.id)
        )  # fmt: skip
        return [(kind, actor) for kind, actor in rows]


def test_an_invited_person_chooses_a_password_and_signs_in(shop: Shop) -> None:
    number = invited(shop)
    before = user(shop, "nina")
    assert not before.active
    assert [role.name for role in before.roles] == ["Clerk"]
    path = link(shop)
    page = shop.app.test_client().get(path)
    assert page.status_code == 200
    assert "nina" in page.text
    assert choose(shop, path, "short") == 422
    assert choose(shop, path, CHOSEN, "another-one-1") == 422
    assert not user(shop, "nina").active
    assert choose(shop, path) == 303
    client = sign_in(shop.app, "nina", CHOSEN)
    assert client.get("/transactions/list/").status_code == 200
    assert choose(shop, path, "somebody-else-1") == 404, "the link works once"
    with shop.app.app_context(), unit_of_work(NOTHING) as session:
        works = session.scalars(select(Membership.merchant_id).where(Membership.user_id == number)).all()
    assert works == [shop.merchants[PARIS]]
    assert told(shop, number) == [("user_created", "manager"), ("credential_changed", "nina")]


def test_the_links_secret_is_in_the_mail_alone(shop: Shop) -> None:
    invited(shop)
    token = link(shop).rsplit("/", 1)[1]
    with shop.books() as session:
        mail = session.scalars(select(OutboxMail)).one()
        assert token not in mail.body
        assert mail.subject == "PARIS SARL: your account on VPC e-gestion"
    for login in ("manager", "auditor"):
        assert token not in shop.client(login).get(f"/mails/show/{mail.id}").text


def test_a_link_dies_after_seven_days_when_withdrawn_and_when_sent_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = invited(shop)
    first = link(shop)
    manager = shop.client("manager")
    assert manager.post(f"/people/{number}/invite-again").status_code == 303
    second = link(shop)
    assert choose(shop, first) == 404
    assert shop.app.test_client().get(second).status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr(invitations, "real_now", lambda: real_now() + timedelta(days=7, minutes=1))
        assert choose(shop, second) == 404
    assert manager.post(f"/people/{number}/disable").status_code == 303
    assert choose(shop, second) == 404
    assert manager.post(f"/people/{number}/enable").status_code == 403, "without a password nobody is let in"
    assert manager.post(f"/people/{number}/invite-again").status_code == 303
    assert choose(shop, link(shop)) == 303
    assert choose(shop, "/activation/WzEsMSwxXQ.forged") == 404


def test_disabling_ends_what_is_open_at_once_and_enabling_gives_it_back(shop: Shop) -> None:
    manager, clerk, number = shop.client("manager"), shop.client("clerk"), shop.users["clerk"]
    assert clerk.get("/counter").status_code == 200
    assert manager.post(f"/people/{number}/disable").status_code == 303
    assert clerk.get("/counter").status_code == 302
    assert 'badge plain">disabled' in manager.get("/people/").text
    assert manager.post(f"/people/{number}/enable").status_code == 303
    assert sign_in(shop.app, "clerk", PASSWORD).get("/counter").status_code == 200
    assert told(shop, number)[:4] == [("user_changed", "manager")] * 4, "once for each merchant, twice"


@pytest.mark.parametrize("login", ["manager", "auditor"])
def test_oneself_and_who_is_not_below_are_left_alone(shop: Shop, login: str) -> None:
    manager = shop.client("manager")
    for change in ("disable", "enable", "invite-again"):
        assert manager.post(f"/people/{shop.users[login]}/{change}").status_code == 403
    assert user(shop, login).active


def test_people_of_other_merchants_do_not_exist(shop: Shop) -> None:
    with shop.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        other = make_merchant(session, "ELSEWHERE")
        stranger = make_user(session, "stranger", "Clerk", [other])
        also = make_user(session, "also", "Clerk", [other])
        session.add(Membership(user_id=also.id, merchant_id=shop.merchants[PARIS]))
        ids = stranger.id, also.id, other.id
    manager = shop.client("manager")
    page = manager.get("/people/").text
    assert "stranger" not in page
    assert ">also<" in page
    assert "ELSEWHERE" not in page
    assert manager.post(f"/people/{ids[0]}/disable").status_code == 404
    assert manager.post(f"/people/{shop.users['admin']}/disable").status_code == 404
    assert manager.post(f"/people/{ids[1]}/disable").status_code == 403, "who also works elsewhere"
    assert manager.post("/people/invite", data=form(shop, merchant=str(ids[2]))).status_code == 404
    assert manager.post("/people/999999/disable").status_code == 404
    assert manager.post(f"/people/{ids[1]}/promote").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "x"), ("username", "CLERK"), ("username", ""), ("email", "nobody"), ("email", "clerk@example.test"),
        ("first_name", ""), ("last_name", "x" * 65), ("profile", ""), ("profile", "Merchant manager"),
        ("profile", "Auditor"), ("profile", "Platform administrator"), ("profile", "Admin"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(shop: Shop, field: str, value: str) -> None:
    answer = shop.client("manager").post("/people/invite", data=form(shop, **{field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "last_name":
        assert 'value="Nouvelle"' in answer.text
    with shop.app.app_context(), unit_of_work(NOTHING) as session:
        assert set(session.scalars(select(User.username))) == set(LOGINS)
    with shop.books() as session:
        assert session.scalars(select(OutboxMail)).all() == []


@pytest.mark.parametrize("login", [login for login in LOGINS if login != "manager"])
def test_only_managers_have_a_team(shop: Shop, login: str) -> None:
    client = shop.client(login)
    looks = login == "auditor"  # who reads everything and changes nothing
    assert ('href="/people/"' in client.get("/").text) == looks
    assert client.get("/people/").status_code == (200 if looks else 403)
    assert client.get("/people/invite").status_code == 403
    assert client.post(f"/people/{shop.users['clerk']}/disable").status_code == 403
    assert user(shop, "clerk").active


def test_the_mail_speaks_the_language_of_who_is_invited(shop: Shop) -> None:
    invited(shop, language="fr", merchant=str(shop.merchants[FAR]))
    with shop.books() as session:
        mail = session.scalars(select(OutboxMail)).one()
    assert "Choisissez votre mot de passe" in mail.body
    assert mail.language == "fr"
    path = link(shop)
    choose(shop, path)
    page = sign_in(shop.app, "nina", CHOSEN).get("/").text
    assert '<html lang="fr"' in page


def test_what_is_wrong_is_listed_as_the_form_stands_and_as_french_writes_it(shop: Shop) -> None:
    wrong = form(shop, first_name="", email="nothing", username="é")
    page = shop.client("manager", "fr").post("/people/invite", data=wrong).text
    listed = re.findall(r'<li><a href="#(\w+)">([^<:]*:)', page)
    assert listed == [("first_name", "Prénom :"), ("email", "Courriel :"), ("username", "Identifiant :")]


@pytest.mark.parametrize("names", [("dora.double",) * 3, ("Carl.Case", "carl.case", "CARL.CASE")])
def test_one_name_is_given_once_however_often_the_form_is_sent(shop: Shop, names: tuple[str, ...]) -> None:
    """Names that differ in case only are one: neither of two could sign in."""
    app = shop.app

    def send(number: int) -> int:
        values = form(shop, username=names[number], email=f"{names[number].lower()}@example.test")
        return int(shop.client("manager").post("/people/invite", data=values).status_code)

    assert sorted(together(len(names), send)) == [303, 422, 422]
    with app.app_context(), unit_of_work(NOTHING) as session:
        same = func.lower(User.username) == names[0].lower()
        assert session.scalar(select(func.count()).select_from(User).where(same)) == 1
