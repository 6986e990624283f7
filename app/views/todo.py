"""What waits for a person: its words, its links, and the list that shows exactly what the start page counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import abort, has_request_context, request
from flask_babel import gettext
from sqlalchemy import ColumnElement

from ..database import now
from ..domain.actor import Actor
from ..domain.text import N_
from ..extensions import db
from ..models.queries import todo
from ..security.profiles import ALARMS, APPROVE, READ, RESOLVE
from .merchants_seen import merchants_seen

ARGUMENT = "todo"  # of the list's address


@dataclass(frozen=True, slots=True)
class Task:
    """How a name of models.queries.todo is said, to whom, how urgent it is, and where its rows are."""

    label: str
    right: str = READ
    tone: str = "info"
    url: str = ""
    unless: str = ""  # a right with which another entry says more

    def link(self, name: str) -> str:
        """Return the address of exactly its rows."""
        return self.url or f"/transactions/list/?{ARGUMENT}={name}"


#: In the order in which they are looked after.
TASKS: Mapping[str, Task] = MappingProxyType(
    {
        todo.ALARMS: Task(N_("Alarms"), ALARMS, "bad", "/alarms/"),
        todo.LAPSING_TODAY: Task(N_("Lapse tonight"), tone="bad"),
        todo.LAPSING: Task(N_("Lapse tomorrow"), tone="bad"),
        todo.INBOX: Task(N_("Uncertain outcomes"), RESOLVE, "alert", "/uncertain/"),
        todo.UNCERTAIN: Task(N_("Outcome not known yet"), tone="alert", unless=RESOLVE),
        todo.CALL: Task(N_("Call the bank"), tone="alert"),
        todo.CHALLENGE: Task(N_("To check"), tone="alert"),
        todo.APPROVALS: Task(N_("To approve"), APPROVE, "alert", "/approvals/"),
        todo.VALIDATE: Task(N_("To validate")),
        todo.REMIT: Task(N_("To remit")),
        todo.TAKEN: Task(N_("Taken today"), tone="good"),
    }
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows wait (`exact`: that is all of them), what they are, and the list that shows exactly these."""

    label: str
    count: int
    exact: bool
    url: str
    tone: str


def waiting_for(actor: Actor) -> list[Waiting]:
    """Return what waits in the person's scope, of what they may open; two statements, counts bounded."""
    if not actor.may(READ):
        return []
    names = [name for name, task in TASKS.items() if actor.may(task.right) and not actor.may(task.unless)]
    found = todo.counts(db.session(), names, merchants_seen(), now())
    return [
        Waiting(gettext(task.label), *found[name], task.link(name), task.tone if found[name][0] else "none")
        for name, task in TASKS.items()
        if name in found
    ]


class ByTask:
    """Mixin of the list of sales: `?todo=` narrows it to what the start page counted."""

    @property
    def list_intro(self) -> str:
        """Say which rows these are when the start page led here."""
        name = request.args.get(ARGUMENT, "") if has_request_context() else ""  # FAB looks at every member once
        return gettext("Only: %(what)s", what=gettext(TASKS[name].label)) if name in todo.SALES else ""

    def narrowed(self) -> list[ColumnElement[bool]]:
        """Return the condition of the task that the address names."""
        name = request.args.get(ARGUMENT)
        if name is None:
            return []
        if name not in todo.SALES:
            abort(400)
        return [todo.condition(name, merchants_seen(), now())]
