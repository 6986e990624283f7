"""What a plug-in is, and the one registry it registers in. A plug-in that fails, fails the start: FAB would only log it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

import click
from flask import Flask, current_app
from flask_appbuilder.basemanager import BaseManager
from sqlalchemy.orm import Session

from config import Settings

from .domain.actor import Actor
from .domain.errors import NoGateway
from .domain.verbs import Verb
from .ports import (
    Blackout,
    Checker,
    DailyTask,
    GatewayMaker,
    OrderDesk,
    RiskAssessor,
    Sweep,
    TransactionAction,
    wrong_shape,
)  # fmt: skip

VERBS = frozenset(Verb)  # what the desk itself answers for
#: Runs in the unit that makes a practice merchant and at every later start: settings, session, Merchant, its Contracts.
PracticeLoader = Callable[[Settings, Session, Any, Sequence[Any]], None]

#: Gives the practice merchants what they lack of a past and says so, a line each; may run at every start.
PracticePast = Callable[[Settings], Iterable[str]]
Examination = Callable[[], Iterable[tuple[str, bool, str]]]
#: The hours without cash operations of the gateways a Contract's sales go through, or would (a Contract not yet stored).
Nights = Callable[[Session, Any], Iterable[Blackout]]


@runtime_checkable
class Gatekeeper(Protocol):
    """What an order desk may say besides: whether it would turn a verb down whatever the request's fields hold."""

    def demand(self, actor: Actor, reference: str, verb: str) -> None:
        """Raise NotFound, NotPermitted, NotAllowedInState or OperationInFlight as `act` would, in this order."""


class PluginError(RuntimeError):
    """A plug-in that cannot be used; the message names it and says why."""


class Registry:
    """Everything plug-ins gave. Names are unique per kind: a second registration under a name is an error."""

    def __init__(self) -> None:
        self._desk: OrderDesk | None = None
        self.gateways: dict[str, GatewayMaker] = {}
        self.actions: dict[str, TransactionAction] = {}
        self.assessors: dict[str, RiskAssessor] = {}
        self.daily_tasks: dict[str, DailyTask] = {}
        self.sweeps: dict[str, Sweep] = {}
        self.jobs: dict[str, Callable[[int], None]] = {}
        self.checkers: dict[str, Checker] = {}
        self.commands: dict[str, click.Command] = {}
        self.examinations: dict[str, Examination] = {}
        self.practice_loaders: list[PracticeLoader] = []
        self.practice_pasts: list[PracticePast] = []
        self.nights: list[Nights] = []
        self.loaded: dict[str, type[Plugin]] = {}

    @property
    def desk(self) -> OrderDesk:
        """The order desk; raises NoGateway where no plug-in gave one."""
        if self._desk is None:
            raise NoGateway()
        return self._desk

    @property
    def has_desk(self) -> bool:
        """Whether orders can be taken at all."""
        return self._desk is not None

    def add_desk(self, desk: OrderDesk) -> None:
        """Register the order desk; there is at most one."""
        if self._desk is not None:
            raise PluginError("two plug-ins want to be the order desk")
        self._desk = desk

    def add_gateway(self, name: str, make: GatewayMaker) -> None:
        """Register a gateway's class under the name its accounts hold; a class without the port's shape is an error."""
        wrong = wrong_shape(name, make)
        if wrong is not None:
            raise PluginError(f"gateway {name!r}: {wrong}")
        self._add(self.gateways, name, make)

    def add_action(self, action: TransactionAction) -> None:
        """Register a verb on transactions."""
        self._add(self.actions, action.name, action)

    def add_assessor(self, assessor: RiskAssessor) -> None:
        """Register a risk assessor; assessors run sorted by name."""
        self._add(self.assessors, assessor.name, assessor)

    def add_daily_task(self, task: DailyTask) -> None:
        """Register work done once a day."""
        self._add(self.daily_tasks, task.name, task)

    def add_sweep(self, sweep: Sweep) -> None:
        """Register work found by query every few seconds."""
        self._add(self.sweeps, sweep.name, sweep)

    def add_job(self, name: str, run: Callable[[int], None]) -> None:
        """Register what a doorbell named `name` runs, given an id; it may run twice."""
        self._add(self.jobs, name, run)

    def add_checker(self, name: str, checker: Checker) -> None:
        """Register invariants for `egestion verify`."""
        self._add(self.checkers, name, checker)

    def add_examination(self, name: str, examine: Examination) -> None:
        """Register what `egestion doctor` looks at too: it yields (what, right, found or what to do)."""
        self._add(self.examinations, name, examine)

    def add_command(self, command: click.Command) -> None:
        """Register a command under `egestion`."""
        self._add(self.commands, cast(str, command.name), command)

    def add_practice_loader(self, load: PracticeLoader) -> None:
        """Register what a practice merchant needs of the plug-in: (settings, session, merchant, contracts); may run again."""
        self.practice_loaders.append(load)

    def add_practice_past(self, give: PracticePast) -> None:
        """Register what gives the practice merchants a past (`egestion demo`, the first practice start of `run`)."""
        self.practice_pasts.append(give)

    def add_nights(self, nights: Nights) -> None:
        """Register what says in which hours a contract's gateways take no cash operation; runs in the caller's session."""
        self.nights.append(nights)

    def nights_of(self, session: Session, contract: Any) -> list[Blackout]:
        """Return the hours in which no remittance of this contract can leave; [] where no plug-in says any."""
        return [each for nights in self.nights for each in nights(session, contract)]

    def action(self, name: str) -> TransactionAction | None:
        """Return the registered action of that name, or None."""
        return self.actions.get(name)

    def possible(self, actor: Actor, sale: Any) -> list[str]:
        """Return the verbs possible now on a loaded transaction: the desk's, then those of plug-ins' own actions."""
        verbs = list(self.desk.allowed(actor, sale)) if self.has_desk else []
        own = (action for action in self.actions.values() if action.name not in VERBS and sale.state in action.states)
        return verbs + [action.name for action in own if actor.may(action.right)]

    def demand(self, actor: Actor, reference: str, verb: str) -> None:
        """Raise what the desk refuses of a verb before it reads the request; a desk that cannot say raises nothing."""
        desk = self.desk
        if isinstance(desk, Gatekeeper):
            desk.demand(actor, reference, verb)

    @staticmethod
    def _add(kind: dict[str, Any], name: str, thing: Any) -> None:
        if name in kind:
            raise PluginError(f"two plug-ins register {name!r}")
        kind[name] = thing


class Plugin(BaseManager):
    """A plug-in: `register` gives the registry what it has, `register_views` (FAB's hook) adds its screens.

    FAB's ADDON_MANAGERS is the only declaration. `name` is unique; `requires` names core versions it was made for.
    """

    name: ClassVar[str]

    @classmethod
    def register(cls, registry: Registry, app: Flask) -> None:
        """Register desk, assessors, actions, tasks, checks, commands. Runs before any view exists."""

    @classmethod
    def models(cls) -> Iterable[str]:
        """Return the modules whose import adds the plug-in's tables to the metadata."""
        return ()


def registry(app: Flask | None = None) -> Registry:
    """Return the registry of the app (default: the current one)."""
    return cast(Registry, (app or current_app).extensions["egestion"])


def load_plugins(app: Flask, paths: Iterable[str]) -> None:
    """Import every declared plug-in and let it register; raises PluginError naming what is wrong."""
    registry_ = app.extensions["egestion"] = Registry()
    for path in paths:
        module_name, _, class_name = path.rpartition(".")
        try:
            plugin = getattr(importlib.import_module(module_name), class_name)
        except (ImportError, AttributeError, ValueError) as error:
            raise PluginError(f"plug-in {path}: {error}") from error
        if not (isinstance(plugin, type) and issubclass(plugin, Plugin)):
            raise PluginError(f"plug-in {path} is no subclass of app.plugin.Plugin")
        if plugin.name in registry_.loaded:
            raise PluginError(f"plug-in {path}: the name {plugin.name!r} is taken")
        for module in plugin.models():
            importlib.import_module(module)
        plugin.register(registry_, app)
        registry_.loaded[plugin.name] = plugin


def demand_screens(app: Flask, paths: Iterable[str]) -> None:
    """Raise PluginError for a plug-in whose screens FAB could not add (FAB logs and goes on)."""
    managers = app.extensions["appbuilder"].addon_managers
    missing = [path for path in paths if path not in managers]
    if missing:
        raise PluginError(f"screens of {', '.join(missing)} could not be added; the log says why")
