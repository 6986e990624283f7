"""Named places where a practice process can be made to die or raise: what fault tests stand on.

`EGESTION_FAILPOINT="runner.after_intent:kill"` kills the process the first time it passes there (`:kill:3` the third
time), `:raise` raises. Obeyed in practice only; with nothing set the cost is one look into an empty dict.
"""

from __future__ import annotations

import os
import signal


class FailPoint(RuntimeError):
    """Raised where a test asked for it."""


def _parse(text: str) -> dict[str, list[str | int]]:
    points: dict[str, list[str | int]] = {}
    for part in filter(None, text.split(",")):
        name, action, *nth = part.split(":")
        points[name] = [action, int(nth[0]) if nth else 1]
    return points


_points = _parse(os.environ.get("EGESTION_FAILPOINT", "")) if os.environ.get("EGESTION_ENV") != "production" else {}


def fail_point(name: str) -> None:
    """Die or raise here when a test asked for it."""
    point = _points.get(name) if _points else None
    if point is None:
        return
    point[1] = int(point[1]) - 1
    if point[1] != 0:
        return
    if point[0] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailPoint(name)
