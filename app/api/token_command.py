"""`egestion api-token USERNAME`: prints a bearer token for the API."""

from __future__ import annotations

import click


@click.command("api-token")
@click.argument("username")
def api_token(username: str) -> None:
    """Print a bearer token of USERNAME: 1 hour, dead when the user is disabled or gets other roles."""
    from sqlalchemy import text

    from .. import create_app
    from ..audit import TOKEN_ISSUED, record
    from ..database import Scope, unit_of_work
    from ..security.identity import look_up
    from ..security.names import is_writable
    from .tokens import issue

    if not is_writable(username):
        raise click.UsageError("USERNAME: these bytes are no text (UTF-8)")
    app = create_app()
    with app.app_context():
        with unit_of_work(Scope(admin=True)) as session:
            found = session.scalar(text("SELECT id FROM ab_user WHERE username = :name"), {"name": username})
            identity = look_up(found, session.connection()) if found is not None else None
            if identity is None:
                raise click.ClickException("there is no active user of this name")
            works_for = identity.actor.merchants
            own = works_for[0] if len(works_for) == 1 else None  # whose auditor sees it
            record(session, "command line", TOKEN_ISSUED, f"user {found}", merchant_id=own)
        click.echo(issue(identity))


#: What app/cli.py adds to the root group.
COMMANDS = (api_token,)
