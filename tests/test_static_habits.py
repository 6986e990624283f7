"""House rules that can be read off the source (architecture.md "Habits", trust.md "Card data"); each is tried on what breaks it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
Finding = tuple[int, str]
Rule = Callable[[str, ast.Module], Iterator[Finding]]

BANK = "plugins/payment_gateway/simulator/"  # somebody else's computer: its own clock, its own store
CLOCKS = ("app/domain/clock.py", "app/supervisor/", BANK)
COMMITS = "app/database.py"
# Where a card may be in memory: no traceback with its values, no text of an exception goes into a log there.
CARD_PATH = (
    "app/api/", "app/views/", "app/forms/", "app/web/", "app/domain/", "plugins/payment_gateway/gateways/",
    *(f"plugins/payment_gateway/{name}.py" for name in (
        "terminal", "runner", "desk", "cards", "orders", "submissions", "risk", "shop", "people", "ledger", "settle",
    )),
)  # fmt: skip
REVEALS = {
    "reveal_number": (
        "app/domain/card.py", "plugins/payment_gateway/terminal.py", "plugins/payment_gateway/cards.py",
        "plugins/payment_gateway/gateways/",
    ),
    "reveal_security_code": (
        "app/domain/card.py", "plugins/payment_gateway/orders.py", "plugins/payment_gateway/gateways/",
    ),
}  # fmt: skip
IMPORTS = {
    "rq": ("app/extensions.py", "app/jobs.py", "app/supervisor/worker.py"),
    "flask_mail": ("app/extensions.py", "app/mail.py", "app/post/"),
    "smtplib": ("app/post/",),
    "urllib3": ("plugins/payment_gateway/gateways/",),
    "requests": (),
    "httpx": (),
    "http.client": ("plugins/payment_gateway/gateways/", "app/supervisor/probe.py"),
    # The judge reads the practice bank's journal, as a test would; it calls no verb.
    "urllib.request": ("plugins/payment_gateway/bank_journal.py",),
    "sqlite3": (BANK,),
    "pickle": (),
    "shelve": (),
    "marshal": (),
}
GATEWAY_VERBS = {"authorize", "capture", "cancel", "refund", "duplicate", "force"}
SAID = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "msg"}
# What a log line is never made of: a card's parts, and what a caller sent.
CARD_PARTS = {
    "card", "card_number", "pan", "security_code", "cvv", "csc", "code_text", "number_text", "reveal_number",
    "reveal_security_code", "body", "form", "values",
}  # fmt: skip
OF_A_REQUEST = {
    "args", "data", "json", "path", "full_path", "url", "base_url", "query_string", "headers", "cookies", "get_data",
    "get_json", "environ",
}  # fmt: skip


def _sent(node: ast.AST) -> str:
    """The word for a card's part or something of a request that this node is; nothing for another."""
    head, _, word = _dotted(node).rpartition(".")
    return word if word in CARD_PARTS or (word in OF_A_REQUEST and head.endswith("request")) else ""


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, _dotted(node.func)


def business_time(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Business time comes from app.domain.clock; the machine's clock is read in few places."""
    if not file.startswith(CLOCKS):
        for call, name in _calls(tree):
            if name.endswith(("datetime.now", ".utcnow", "datetime.today", "date.today")) or name == "time.time":
                yield call.lineno, f"{name}() is no business time"


def whole_money(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Money is integer minor units: nothing is made a float, and nothing called an amount is divided."""
    for call, name in _calls(tree):
        infinity = bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value in ("inf", "-inf")
        if name == "float" and not infinity:
            yield call.lineno, "float()"
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            for side in (node.left, node.right):
                word = _dotted(side).rpartition(".")[2]
                if "amount" in word or word in ("minor", "cents", "total", "remaining"):
                    yield node.lineno, f"{word} divided"


def quiet_logs(file: str, tree: ast.Module) -> Iterator[Finding]:
    """No log line is made of a card, or of anything a caller sent; on a card's path none shows an exception's text."""
    for call, name in _calls(tree):
        head, _, verb = name.rpartition(".")
        if verb not in SAID or head.rpartition(".")[2].lstrip("_").lower() not in ("log", "logger", "logging"):
            continue
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        for node in (each for value in given for each in ast.walk(value)):
            if word := _sent(node):
                yield call.lineno, f"{word} in a log line"
        if file.startswith(CARD_PATH):
            if verb == "exception" or any(keyword.arg in ("exc_info", "stack_info") for keyword in call.keywords):
                yield call.lineno, "a traceback in a log where a card may be"
            for value in given:
                bare = value.value if isinstance(value, ast.FormattedValue) else value
                told = isinstance(bare, ast.Call) and _dotted(bare.func) in ("str", "repr") and bare.args
                word = _dotted(bare.args[0] if told and isinstance(bare, ast.Call) else bare)
                if word in ("error", "exc", "exception", "failure", "e"):
                    yield call.lineno, "an exception's text in a log where a card may be"


def few_commits(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Only app/database.py commits and rolls back (the practice bank its own store)."""
    if file != COMMITS and not file.startswith(BANK):
        for call, name in _calls(tree):
            if name.endswith((".commit", ".rollback", "engine.begin")):
                yield call.lineno, f"{name}()"


def few_revealers(file: str, tree: ast.Module) -> Iterator[Finding]:
    """The whole number is taken for a fingerprint and a gateway's request, the code for a gateway's request."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in REVEALS and not file.startswith(REVEALS[node.attr]):
            yield node.lineno, node.attr


def imports_in_place(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Queue, mail, HTTP and foreign stores are each known in one place."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            for package, places in IMPORTS.items():
                if (name == package or name.startswith(f"{package}.")) and not file.startswith(places):
                    yield node.lineno, f"imports {package}"


def no_answered_values(file: str, tree: ast.Module) -> Iterator[Finding]:
    """No exception on a card's path is raised with a card's part or a caller's text in it."""
    if file.startswith(CARD_PATH):
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for inner in (each for value in node.exc.args for each in ast.walk(value)):
                    if isinstance(inner, ast.FormattedValue):
                        word = _sent(inner.value) or _dotted(inner.value).rpartition(".")[2]
                        if _sent(inner.value) or word in ("number", "code", "text", "value", "digits"):
                            yield node.lineno, f"{word} in an exception"


def one_runner(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Only the runner calls a gateway's verbs: one intent, one call, one result."""
    if file != "plugins/payment_gateway/runner.py":
        for call, name in _calls(tree):
            holder, _, verb = name.rpartition(".")
            if verb in GATEWAY_VERBS and holder.rpartition(".")[2].lstrip("_") in ("gateway", "adapter"):
                yield call.lineno, f"{name}()"
            made = call.func.value if isinstance(call.func, ast.Attribute) else None
            if verb in GATEWAY_VERBS and isinstance(made, ast.Call) and _dotted(made.func).endswith("gateway_for"):
                yield call.lineno, f"gateway_for().{verb}()"


RULES: tuple[Rule, ...] = (
    business_time, whole_money, quiet_logs, few_commits, few_revealers, imports_in_place, no_answered_values,
    one_runner,
)  # fmt: skip
BROKEN: tuple[tuple[Rule, str, str], ...] = (
    (business_time, "app/x.py", "from datetime import datetime\nat = datetime.now(UTC)"),
    (business_time, "app/x.py", "import datetime\nat = datetime.datetime.utcnow()"),
    (business_time, "plugins/x.py", "import time\nat = time.time()"),
    (business_time, "app/x.py", "day = date.today()"),
    (whole_money, "app/x.py", "amount = float(text)"),
    (whole_money, "app/x.py", "half = sale.amount / 2"),
    (quiet_logs, "app/x.py", "log.info('taken', card=card)"),
    (quiet_logs, "app/x.py", "logger.warning('x %s', request.form['a'])"),
    (quiet_logs, "app/x.py", "self.log.error(f'{request.path}')"),
    (quiet_logs, "app/api/x.py", "log.exception('failed')"),
    (quiet_logs, "plugins/payment_gateway/runner.py", "log.error('failed', exc_info=error)"),
    (quiet_logs, "app/views/x.py", "log.error('failed', error=str(error))"),
    (quiet_logs, "app/views/x.py", "log.error('failed %s', error)"),
    (few_commits, "plugins/x.py", "session.commit()"),
    (few_commits, "app/views/x.py", "session.rollback()"),
    (few_commits, "app/x.py", "with db.engine.begin() as connection: pass"),
    (few_revealers, "app/views/x.py", "order.card.reveal_number()"),
    (few_revealers, "plugins/payment_gateway/terminal.py", "order.card.reveal_security_code()"),
    (imports_in_place, "app/views/x.py", "from rq import Queue"),
    (imports_in_place, "plugins/journals/x.py", "from flask_mail import Message"),
    (imports_in_place, "plugins/payment_gateway/verbs/x.py", "import urllib3"),
    (imports_in_place, "app/x.py", "from urllib import request"),
    (imports_in_place, "app/x.py", "import pickle"),
    (one_runner, "plugins/payment_gateway/verbs/x.py", "gateway.refund(request, deadline)"),
    (one_runner, "app/jobs.py", "gateway_for(account).capture(request, deadline)"),
    (no_answered_values, "app/domain/x.py", "raise ValueError(f'no card: {number}')"),
)


def sources() -> dict[str, ast.Module]:
    """Every module of ours by its path."""
    files = [ROOT / "config.py", *ROOT.glob("app/**/*.py"), *ROOT.glob("plugins/**/*.py")]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8")) for file in files}


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    found = sources()
    assert len(found) > 200
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Rule, modules: dict[str, ast.Module]) -> None:
    found = [f"{file}:{line} {what}" for file, tree in sorted(modules.items()) for line, what in rule(file, tree)]
    assert found == [], rule.__doc__


@pytest.mark.parametrize(("rule", "file", "source"), BROKEN)
def test_a_broken_rule_is_seen(rule: Rule, file: str, source: str) -> None:
    assert list(rule(file, ast.parse(source))) != []


def test_every_rule_was_broken_once() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_migrations_write_no_business_time() -> None:
    """Business times are written by the application's clock, never by the server's defaults (architecture.md)."""
    for file in ROOT.glob("migrations/versions/*.py"):
        text = file.read_text("utf-8").lower()
        assert not [word for word in ("now()", "current_timestamp", "clock_timestamp", "func.now") if word in text], (
            file
        )
