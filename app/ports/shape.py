"""Whether a class keeps the shape of the gateway port: told when it is registered, not by the first order."""

from __future__ import annotations

import inspect
import re

from .gateway import Blackout

VERBS = ("authorize", "capture", "cancel", "refund", "inquire")
MORE_VERBS = ("duplicate", "force")  # where its capabilities name them
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")  # as gateway_account.adapter holds it


def wrong_shape(name: object, make: object) -> str | None:
    """Return what keeps this from being a gateway under this name, None where nothing does."""
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        return "its name must be 1 to 32 small letters, digits, - and _, beginning with a letter"
    if not isinstance(make, type):
        return "it must be a class, made with (access, line, seals)"
    if not _takes(make, 3):
        return "it cannot be made with (access, line, seals)"
    for verb in (*VERBS, *(each for each in MORE_VERBS if hasattr(make, each))):
        method = inspect.getattr_static(make, verb, None)
        if not inspect.isfunction(method):
            return f"it has no method {verb}"
        if not _takes(method, 3):
            return f"{verb} must take (self, request, deadline)"
    if not isinstance(getattr(make, "night", None), Blackout | None):
        return "night must be a Blackout or None"
    return None


def _takes(called: object, count: int) -> bool:
    try:
        inspect.signature(called).bind(*range(count))  # type: ignore[arg-type]  # any class or function has one
    except (TypeError, ValueError):
        return False
    return True
