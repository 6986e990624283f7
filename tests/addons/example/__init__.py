"""A complete plug-in: customers who are called back. A gateway, an assessor, an action, a screen, a command, a check, a task."""

from __future__ import annotations

from datetime import time

from flask import Flask

from app.domain.states import State
from app.plugin import Plugin, Registry
from app.ports import DailyTask, Sweep, TransactionAction
from app.security.profiles import VALIDATE

from . import calls
from .assessor import LargeOrders
from .commands import waiting
from .ledger_bank import LedgerBank
from .screen import CallBackView


class Example(Plugin):
    """What the plug-in has; the core never imports it."""

    name = "example"

    @classmethod
    def register(cls, registry: Registry, app: Flask) -> None:
        """Register everything but the screen."""
        registry.add_gateway("ledger-bank", LedgerBank)
        registry.add_assessor(LargeOrders())
        states = frozenset({State.TO_CAPTURE, State.TO_VALIDATE})
        registry.add_action(
            TransactionAction("call-back", "Call back", VALIDATE, states, calls.ask_for_call, form=("note",))
        )
        registry.add_command(waiting)
        registry.add_checker("example", calls.check)
        registry.add_sweep(Sweep("old calls", 3600, calls.forget_old))
        registry.add_daily_task(DailyTask("calls of the day", time(8, 0), "Europe/Paris", calls.tell_day))

    def register_views(self) -> None:
        """Add the screen (Flask-AppBuilder's hook)."""
        self.appbuilder.add_view(CallBackView, "Calls", category="Care")
