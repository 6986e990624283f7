"""The plug-in's declaration: what it registers, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from app.plugin import Plugin, Registry
from app.ports import Sweep


class PaymentGateway(Plugin):
    """Order desk, the Sips gateway, verbs as actions, resolution, waiting operations, checks, commands."""

    name = "payment_gateway"

    @classmethod
    def models(cls) -> Iterable[str]:
        """Return the modules that hold the plug-in's tables."""
        return ("plugins.payment_gateway.accounts",)

    @classmethod
    def register(cls, registry: Registry, app: Flask) -> None:
        """Register everything of the plug-in but its screens."""
        from .actions import actions
        from .blackouts import nights_of
        from .checks import bank_checks
        from .commands import COMMANDS
        from .connection import examination
        from .demo.giving import give_pasts
        from .desk import Desk
        from .gateways.sips import Sips
        from .lapses import expire_due
        from .nightly import TASK
        from .practice import load_practice
        from .remittance.sweep import JOB, begin_due, help_run, remit_due
        from .remittance.warnings import warn_due
        from .resolution import resolve_due
        from .waiting import send_due

        desk = Desk()
        registry.add_desk(desk)
        registry.add_gateway("sips", Sips)
        for action in actions(desk):
            registry.add_action(action)
        registry.add_nights(nights_of)
        registry.add_sweep(Sweep("inquiries", 2, resolve_due))
        registry.add_sweep(Sweep("waiting operations", 5, send_due))
        registry.add_sweep(Sweep("lapsed sales", 60, expire_due))
        registry.add_sweep(Sweep("remittances", 5, remit_due))
        registry.add_sweep(Sweep("late remittances", 15, begin_due))
        registry.add_sweep(Sweep("warnings", 60, warn_due))
        registry.add_job(JOB, help_run)
        registry.add_daily_task(TASK)
        registry.add_practice_loader(load_practice)
        registry.add_practice_past(give_pasts)
        registry.add_checker("bank", bank_checks)
        registry.add_examination("gateway accounts", examination)
        for command in COMMANDS:
            registry.add_command(command)

    def register_views(self) -> None:
        """Add the screens (Flask-AppBuilder's hook)."""
        from .account_screen import GatewayAccountView

        self.appbuilder.add_view(GatewayAccountView, "Gateway accounts", category="Settings")
