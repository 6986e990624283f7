"""A plug-in whose screen cannot be added."""

from __future__ import annotations

from app.plugin import Plugin


class BrokenScreen(Plugin):
    """Fails in Flask-AppBuilder's hook, which Flask-AppBuilder itself would only log."""

    name = "broken"

    def register_views(self) -> None:
        """Fail."""
        raise RuntimeError("no such screen")
