"""The mail server takes a mail and drops the line, refuses it for now, or dawdles."""

from __future__ import annotations

from collections.abc import Callable

from .. import post_office
from .kinds import Site, Trouble


def _arm(trouble: str) -> Callable[[Site], None]:
    return lambda site: site.house.post.arm(trouble)


TROUBLES = tuple(Trouble(f"mail server: {trouble}", _arm(trouble)) for trouble in post_office.TROUBLES)
