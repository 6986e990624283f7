"""Behind nginx with the recipe of deploy/: TLS alone, HSTS, Secure cookies, true addresses, nothing typed in a log."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from playwright.sync_api import expect
from sqlalchemy import select

from app.audit import LOGIN
from app.database import Scope, unit_of_work
from app.models import AuditEntry
from tests.deploy.conftest import NAME, RECIPE, Front
from tests.web.browser import launched

ELSEWHERE = "127.0.0.2"  # another address of this machine: a client that is not the proxy


def ask(
    front: Front, method: str, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, str]:
    """One request over TLS from ELSEWHERE, certificate and name verified."""
    context = ssl.create_default_context(cafile=str(front.certificate))
    raw = socket.create_connection(("127.0.0.1", front.https), 20, (ELSEWHERE, 0))
    connection = http.client.HTTPConnection(NAME, front.https)
    connection.sock = context.wrap_socket(raw, server_hostname=NAME)
    typed = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    own = {"Host": f"{NAME}:{front.https}"}
    connection.request(method, path, urlencode(form) if form is not None else None, own | typed | (headers or {}))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def sign_in(front: Front, headers: dict[str, str]) -> http.client.HTTPResponse:
    """As a browser: cookie, token, referrer."""
    page, text = ask(front, "GET", "/login/")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert token is not None
    cookie = (page.getheader("Set-Cookie") or "").split(";")[0]
    form = {"username": "clerk", "password": front.password, "csrf_token": token[1]}
    said = {"Cookie": cookie, "Referer": f"https://{NAME}:{front.https}/login/"} | headers
    return ask(front, "POST", "/login/", form, said)[0]


def test_without_tls_there_is_only_the_way_to_it(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.http, timeout=20)
    connection.request("GET", "/transactions/list/?q=x", headers={"Host": NAME})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.getheader("Location") == f"https://{NAME}/transactions/list/?q=x"
    assert answer.getheader("Set-Cookie") is None
    connection.close()


def test_every_answer_says_https_for_good_and_cookies_are_secure(front: Front) -> None:
    page, _ = ask(front, "GET", "/login/")
    assert page.status == 200
    assert page.msg.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert "nginx/" not in (page.getheader("Server") or "")
    answer = sign_in(front, {})
    assert answer.status == 302
    assert (answer.getheader("Location") or "").startswith(("/", f"https://{NAME}"))
    cookies = answer.msg.get_all("Set-Cookie") or []
    assert len(cookies) >= 2
    for line in cookies:
        for name, morsel in SimpleCookie(line).items():
            assert morsel["secure"], name
            assert morsel["httponly"], name
            assert morsel["samesite"] == "Lax", name


def test_the_audit_holds_the_clients_own_address(front: Front) -> None:
    spoofed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Forwarded-Proto": "http"}
    assert sign_in(front, spoofed).status == 302
    with front.app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            from app.models import Merchant

            merchants = tuple(session.scalars(select(Merchant.id)))
        with unit_of_work(Scope(merchants)) as session:
            origins = set(session.scalars(select(AuditEntry.origin).where(AuditEntry.kind == LOGIN)))
    assert origins == {f"WEB {ELSEWHERE}"}


def test_a_forged_host_is_refused(front: Front) -> None:
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        answer, text = ask(front, "GET", "/login/", headers=headers)
        assert "evil.example" not in text
        assert answer.status == (400 if "Host" in headers else 200)


def test_metrics_stay_inside(front: Front) -> None:
    assert ask(front, "GET", "/metrics")[0].status == 404
    assert ask(front, "GET", "/health")[0].status == 200


def test_logs_hold_nothing_that_was_typed(front: Front) -> None:
    ask(front, "GET", "/transactions/list/?q=PLANTED-QUERY", headers={"Referer": "https://x/PLANTED-REFERRER"})
    ask(front, "GET", "/PLANTED-PATH")
    log = (front.folder / "egestion.log").read_text()
    assert f"{ELSEWHERE} [" in log
    for file in front.folder.glob("*.log"):
        assert "PLANTED" not in file.read_text(), file.name
    assert "proxy_next_upstream off" in RECIPE.read_text("utf-8")


def test_a_person_signs_in_and_works_over_https(front: Front) -> None:
    """In Chromium: what a browser sends by itself (referrer, origin) is enough for every form."""
    rules = [f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    with launched(rules) as browser:
        context = browser.new_context(
            base_url=f"https://{NAME}:{front.https}", ignore_https_errors=True, locale="en-GB"
        )
        page = context.new_page()
        page.goto("/login/")
        page.fill("#username", "clerk")
        page.fill("#password", front.password)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Start page")
        page.click("[name=language][value=fr]")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        for cookie in context.cookies():
            assert cookie["secure"], cookie["name"]
        page.click("summary:has-text('Clerk')")
        page.click(".person button")
        expect(page.locator("#username")).to_be_visible()
