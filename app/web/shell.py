"""The frame of every page: the menu by task, who is signed in, text size and language, kept without a page reload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.plugin import registry
from app.web.language import choose_language
from app.web.links import safe_path

TEXT_SIZES = ("small", "normal", "large")
TEXT_SIZE_COOKIE = "text_size"
YEAR = 365 * 24 * 3600  # seconds
LAST = ("Administration", "Security")  # registered first, FAB's own group too; daily work and plug-ins come before them

preferences = Blueprint("preferences", __name__)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link; `current` is the value of aria-current: page, true (below that page) or empty."""

    label: str
    url: str
    current: str


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """One task's links; the group of top-level links has no label."""

    label: str
    entries: list[MenuEntry]


def the_appbuilder() -> Any:
    """Return the application's AppBuilder, for pages rendered without FAB's own context."""
    return current_app.extensions["appbuilder"]


def menu_groups() -> list[MenuGroup]:
    """Return FAB's menu as the signed-in person may use it: permitted links only, no empty group."""
    menu = the_appbuilder().menu
    allowed = the_appbuilder().sm.get_user_menu_access(menu.get_flat_name_list())
    top: list[MenuEntry] = []
    groups: list[MenuGroup] = []
    last: list[MenuGroup] = []
    for item in menu.get_list():
        if item.name not in allowed or not item.should_render():
            continue
        if not item.childs:
            top.append(_entry(item))
            continue
        entries = [_entry(c) for c in item.childs if c.name != "-" and c.name in allowed and c.should_render()]
        if entries:
            (last if item.name in LAST else groups).append(MenuGroup(_word(item.label), entries))
    return ([MenuGroup("", top)] if top else []) + groups + last


def _entry(item: Any) -> MenuEntry:
    url = item.get_url()
    base = getattr(item.baseview, "route_base", None)
    below = bool(base) and request.path.startswith(f"{base}/")
    return MenuEntry(_word(item.label), url, "page" if request.path == url else "true" if below else "")


def _word(label: object) -> str:
    return gettext(str(label)) if str(label) else ""


def signed_in() -> bool:
    """Return whether a person is signed in; False where nobody was asked yet (error pages)."""
    return bool(getattr(g.get("user"), "is_authenticated", False))


def gateway_missing() -> bool:
    """Return whether no plug-in gave an order desk: then nothing can be sent to a bank, and every page says so."""
    return not registry().has_desk


def text_size() -> str:
    """Return the text size of the reader's browser: small, normal or large."""
    size = request.cookies.get(TEXT_SIZE_COOKIE, "normal")
    return size if size in TEXT_SIZES else "normal"


def sign_out_by_post() -> bool:
    """Return whether the sign-out route takes a POST: then the frame sends one, so that no link signs anybody out."""
    known = current_app.extensions.setdefault("egestion_shell", {})
    if "sign_out_by_post" not in known:
        rules = current_app.url_map.iter_rules()
        known["sign_out_by_post"] = any(r.rule == "/logout/" and "POST" in (r.methods or ()) for r in rules)
    return bool(known["sign_out_by_post"])


@preferences.post("/preferences")
def keep_preferences() -> ResponseReturnValue:
    """Keep `text_size` and `language`; 204 for our script, else back to the page named by `next`."""
    answer = current_app.make_response(("", 204) if request.headers.get("X-Requested-With") else _back())
    size = request.form.get("text_size")
    if size in TEXT_SIZES:
        answer.set_cookie(TEXT_SIZE_COOKIE, size, max_age=YEAR, secure=request.is_secure, httponly=True, samesite="Lax")
    choose_language(request.form.get("language", ""))
    return answer


def _back() -> ResponseReturnValue:
    return redirect(safe_path(request.form.get("next")), 303)


def init_shell(app: Flask) -> None:
    """Register the preferences route and what the base template calls."""
    app.register_blueprint(preferences)
    app.jinja_env.globals.update(
        menu_groups=menu_groups,
        signed_in=signed_in,
        text_size=text_size,
        sign_out_by_post=sign_out_by_post,
        the_appbuilder=the_appbuilder,
        languages=lambda: current_app.config["LANGUAGES"],
        gateway_missing=gateway_missing,
    )
