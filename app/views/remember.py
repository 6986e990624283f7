"""Language and text size follow the user: what the frame's switches keep for the browser is kept for the person too."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_login import current_user
from sqlalchemy.dialects.postgresql import insert

from ..database import NOTHING, unit_of_work
from ..models import UserSetting
from ..web.shell import TEXT_SIZES

CHOOSING = "preferences.keep_preferences"


def init_remember(app: Flask) -> None:
    """Keep the choice after the answer to it was made."""
    app.after_request(remember)


def remember(response: Response) -> Response:
    """Write the chosen language and text size to the signed-in person's settings."""
    if request.endpoint != CHOOSING or response.status_code >= 400 or not current_user.is_authenticated:
        return response
    chosen = {
        name: value
        for name, known in (("language", ("fr", "en")), ("text_size", TEXT_SIZES))
        if (value := request.form.get(name, "")) in known
    }
    if chosen:
        row = {"language": "", "text_size": "normal", "token_version": 0} | chosen | {"user_id": g.actor.id}
        statement = insert(UserSetting).values(**row).on_conflict_do_update(index_elements=["user_id"], set_=chosen)
        with unit_of_work(NOTHING) as unit:
            unit.execute(statement)
    return response
