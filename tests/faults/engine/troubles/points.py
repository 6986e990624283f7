"""Named fail points in runner, resolution, remittance and outbox: whoever passes there next dies, raises or dawdles."""

from __future__ import annotations

from collections.abc import Callable

from .kinds import Site, Trouble

RUNNER = ("before_intent", "after_intent", "after_call", "before_result", "after_result")
RESOLUTION = ("after_lease", "after_inquiry")
EVENING = ("before_begun", "after_begun", "before_sending", "before_closed", "after_closed")
OUTBOX = ("before_lease", "after_lease", "after_sending")


def arm(site: Site, name: str, action: str) -> None:
    """Put the order there, in one step."""
    file = site.house.points / name
    site.collect()
    if file in site.armed:
        return  # one waits there already
    draft = site.house.folder / f"{name}.order"
    draft.write_text(action)
    site.armed[file] = action.partition(":")[0]
    draft.rename(file)


def _arm(name: str, *actions: str) -> Callable[[Site], None]:
    return lambda site: arm(site, name, site.chance.choice(actions))


def evening(site: Site) -> None:
    """Before an evening: two troubles on its way."""
    for name in site.chance.sample(EVENING, 2):
        arm(site, f"remittance.{name}", site.chance.choice(("kill", "raise", "wait:2")))


# Longer than the gateway's deadline and the grace after it: whoever wakes up there has been overtaken.
TROUBLES = (
    *(Trouble(f"fail point runner.{name}", _arm(f"runner.{name}", "kill", "kill", "raise"), 2, kills=True)
      for name in RUNNER),
    *(Trouble(f"dawdles at runner.{name}", _arm(f"runner.{name}", "wait:20")) for name in RUNNER[1:4]),
    *(Trouble(f"fail point resolution.{name}", _arm(f"resolution.{name}", "kill", "raise", "wait:3")) for name in RESOLUTION),
    *(Trouble(f"fail point mail.{name}", _arm(f"mail.{name}", "kill", "kill", "raise"), 2, kills=True) for name in OUTBOX),
    Trouble("fail point doorbell.before_ringing", _arm("doorbell.before_ringing", "kill", "wait:1")),
)  # fmt: skip
