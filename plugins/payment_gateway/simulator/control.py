"""The control endpoint: settings and faults as JSON, for tests, benchmarks and trainers. Loopback only, like the bank."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus

from . import settings
from .bank import Bank
from .faults import FaultError, read_order
from .settings import SettingError
from .wire import Reply, Request


def state(bank: Bank) -> dict[str, object]:
    """Settings in force, faults that wait, and how often each was applied."""
    return {
        **asdict(bank.settings),
        "next": [ordered.as_json() for ordered in bank.faults.waiting],
        "applied": dict(bank.faults.applied),
    }


async def change(bank: Bank, request: Request) -> Reply:
    """Apply `{"night", "latency_ms", "late_ms", "slow_byte_ms", "next": [...], "clear": true}`, all of it or nothing.

    Settings last, faults do not outlive the process; `clear` forgets waiting faults before `next` is added.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _problem("Content-Type: application/json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)  # no form of a web page
    try:
        asked = json.loads(request.body)
        if not isinstance(asked, dict):
            return _problem("the body is not an object")
        orders, clear = asked.pop("next", []), asked.pop("clear", False)
        if not isinstance(orders, list) or not isinstance(clear, bool):
            return _problem("next: a list; clear: true or false")
        ordered, changes = [read_order(entry) for entry in orders], settings.checked(asked)
    except (FaultError, SettingError) as refusal:
        return _problem(str(refusal))
    except (ValueError, RecursionError):
        return _problem("the body is not JSON")
    if changes:
        await bank.store.run(_storing(changes))
    if clear:
        bank.faults.clear()
    bank.faults.waiting.extend(ordered)
    await bank.look()
    return Reply(json.dumps(state(bank)).encode())


def _storing(changes: dict[str, object]) -> Callable[[sqlite3.Connection], None]:
    return lambda database: settings.store(database, changes)


def _problem(text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Reply:
    return Reply(json.dumps({"error": text}).encode(), status)
