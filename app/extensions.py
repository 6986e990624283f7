"""The unbound singletons; create_app binds them. `flask_mail` is imported here and in app.post only, `rq` in app.jobs."""

from __future__ import annotations

from flask_appbuilder import Model
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from . import connections  # noqa: F401 - every pool made from here on asks its rested connections

# One metadata for FAB's tables and ours: otherwise autogenerate would drop FAB's.
db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})
migrate = Migrate()
mail = Mail()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
