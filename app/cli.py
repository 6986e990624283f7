"""`egestion`: one command with all others below it; what plug-ins offer is found by building the application."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping

import click

from config import ConfigError, load

# Modules of the core that offer COMMANDS; importing them is cheap, so `--help` and `bank` start at once.
OFFERING = ("app.supervisor.commands", "app.security.commands", "app.api.token_command", "app.verify")


class Root(click.Group):
    """The core's commands first; for any other name, and for the list of names, the plug-ins'."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every name; a broken installation still lists the core's."""
        names = set(core_commands())
        try:
            names |= set(plugin_commands(ctx))
        except (ConfigError, RuntimeError) as error:
            click.echo(f"egestion: {error}", err=True)
        return sorted(names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command. A plug-in's runs inside the application's context."""
        for module in OFFERING:  # one by one: the supervisor's commands start without the others' imports
            found = commands_of(module).get(cmd_name)
            if found is not None:
                return found
        return plugin_commands(ctx).get(cmd_name)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """VPC e-gestion. Exit codes: 0 ok, 1 found something wrong, 2 usage."""


def core_commands() -> dict[str, click.Command]:
    """Return the commands of the core by name."""
    found: dict[str, click.Command] = {}
    for module in OFFERING:
        found |= commands_of(module)
    return found


def commands_of(module: str) -> dict[str, click.Command]:
    """Return what one module of the core offers, by name."""
    commands: Iterable[click.Command] = importlib.import_module(module).COMMANDS
    return {str(command.name): command for command in commands}


def plugin_commands(ctx: click.Context) -> Mapping[str, click.Command]:
    """Return the plug-ins' commands; builds the application once and enters its context for the rest of the run."""
    root = ctx.find_root()
    if root.obj is None:
        from . import create_app

        root.obj = create_app(load())
        root.with_resource(root.obj.app_context())
    from .plugin import registry

    return registry(root.obj).commands


def main() -> None:
    """Run the command line; a setting or plug-in that cannot be used is one line and exit 1."""
    try:
        cli.main(prog_name="egestion")
    except (ConfigError, RuntimeError) as error:
        from .plugin import PluginError  # here: its import takes a second that most commands need not wait

        if not isinstance(error, ConfigError | PluginError):
            raise
        click.echo(f"egestion: {error}", err=True)
        sys.exit(1)
