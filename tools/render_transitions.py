"""`python -m tools.render_transitions`: the table of transitions and of verbs as docs/transitions.md.

A test fails while the committed page differs from what the code says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.domain.states import TRANSITIONS, Event, State
from app.domain.verbs import PART_ALLOWED, STATES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "transitions.md"
HEAD = """# What may happen to a transaction

Made by `python -m tools.render_transitions` from `app/domain/states.py` and `app/domain/verbs.py`; a test compares.
What is not in the table cannot happen: `next_state` raises IllegalTransition. The French labels and what each state means
are in the domain's vocabulary; every row that happened is an event of the transaction, under the event's name.
"""


def render() -> str:
    """Return the page."""
    return "\n".join((HEAD, *_transitions(), "", *_verbs(), ""))


def _transitions() -> Iterator[str]:
    yield "## Events"
    yield ""
    yield "| from | event | name | to |"
    yield "|---|---|---|---|"
    for state in State:
        for event in Event:
            to = TRANSITIONS.get((state, event))
            if to is not None:
                yield f"| {'new' if state is State.NEW else state} | {event} | {event.name} | {to} |"


def _verbs() -> Iterator[str]:
    yield "## Verbs a person may ask for"
    yield ""
    yield "| verb | in state | a part in |"
    yield "|---|---|---|"
    for verb, states in STATES.items():
        parts = PART_ALLOWED.get(verb, frozenset())
        yield f"| {verb} | {_listed(states)} | {_listed(parts) or '-'} |"


def _listed(states: frozenset[State]) -> str:
    return ", ".join(state for state in State if state in states)


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
