"""Ending an application a test built: every connection it kept is closed, so that no warning is left for the next."""

from __future__ import annotations

from flask import Flask

from app.extensions import db
from plugins.payment_gateway import account_access


def close(app: Flask) -> None:
    """Close the application's database connections and the gateways' kept connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    for _url, transport in account_access._transports.values():
        transport.close()
    account_access._transports.clear()
