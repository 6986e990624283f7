"""Named places where a practice process can be made to die, raise or wait: what fault tests stand on.

`EGESTION_FAILPOINT="runner.after_intent:kill"` kills the process the first time it passes there (`:kill:3` the third
time), `:raise` raises. `EGESTION_FAILPOINT_DIR` names a folder of orders for many processes at once: a file called as the
point holds `kill`, `raise` or `wait:SECONDS`, and the one process that takes the file away obeys it. Both in practice
only; with nothing set the cost is one look into an empty dict.
"""

from __future__ import annotations

import os
import signal
import time


class FailPoint(RuntimeError):
    """Raised where a test asked for it."""


def _parse(text: str) -> dict[str, list[str | int]]:
    points: dict[str, list[str | int]] = {}
    for part in filter(None, text.split(",")):
        name, action, *nth = part.split(":")
        points[name] = [action, int(nth[0]) if nth else 1]
    return points


def _wanted(variable: str) -> str:
    return os.environ.get(variable, "") if os.environ.get("EGESTION_ENV") != "production" else ""


_points = _parse(_wanted("EGESTION_FAILPOINT"))
_orders = _wanted("EGESTION_FAILPOINT_DIR")


def fail_point(name: str) -> None:
    """Die, raise or wait here when a test asked for it."""
    if _orders:
        _obey(name, _order(name))
    point = _points.get(name) if _points else None
    if point is None:
        return
    point[1] = int(point[1]) - 1
    if point[1] == 0:
        _obey(name, str(point[0]))


def _order(name: str) -> str:
    """Take the folder's order for this place; of several processes that read it only one can take it away."""
    file = os.path.join(_orders, name)
    try:
        with open(file) as order:
            action = order.read()
        os.unlink(file)
    except FileNotFoundError:
        return ""
    return action


def _obey(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action.startswith("wait:"):
        time.sleep(int(action.removeprefix("wait:")))
    elif action:
        raise FailPoint(name)
