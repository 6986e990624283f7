"""What Flask, Flask-AppBuilder and the other extensions are told, made of the settings and of nothing else."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_appbuilder.const import AUTH_DB

from config import Settings

# PostgreSQL gives up by itself rather than hold a desk: waiting for a lock, a statement, an abandoned transaction.
DATABASE_LIMITS = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}
UPLOAD_LIMIT = 16 * 1024 * 1024  # bytes; a bank statement of a large day is below 10 MB


def flask_config(settings: Settings) -> dict[str, Any]:
    """The configuration of one process. FAB creates and synchronises nothing by itself: `egestion init` does."""
    return {
        "APP_NAME": "VPC e-gestion",
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(),
        "SQLALCHEMY_TRACK_MODIFICATIONS": False,
        "ADDON_MANAGERS": list(settings.plugins),
        # Identity: passwords in our database; FAB's own API, Swagger page and registration stay off (recipes.md).
        "AUTH_TYPE": AUTH_DB,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": True,
        # A whole desk may share one address; the lock of one account after 10 failures is the real guard (trust.md).
        "AUTH_RATE_LIMIT": "60 per minute",
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_API_MAX_PAGE_SIZE": 200,
        "FAB_PASSWORD_COMPLEXITY_ENABLED": False,  # the rule of trust.md (8.3.6) is our own
        # Languages: French and English, everything through gettext.
        "BABEL_DEFAULT_LOCALE": "fr",
        "BABEL_DEFAULT_TIMEZONE": "UTC",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "LANGUAGES": {"fr": {"flag": "fr", "name": "Français"}, "en": {"flag": "gb", "name": "English"}},
        # Sessions and forms.
        "SESSION_COOKIE_NAME": "egestion",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.tls_proxy,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.tls_proxy,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "PREFERRED_URL_SCHEME": "https" if settings.tls_proxy else "http",
        "WTF_CSRF_ENABLED": True,
        "WTF_CSRF_SSL_STRICT": settings.tls_proxy,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a half-typed order must not die of its form's age
        "MAX_CONTENT_LENGTH": UPLOAD_LIMIT,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 500,
        # Limits are counted in Valkey by all workers; while it is away each worker counts alone.
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": limits_uri(settings.redis_url),
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
        "RATELIMIT_HEADERS_ENABLED": False,
        **mail_config(settings),
    }


def mail_config(settings: Settings) -> dict[str, Any]:
    """Flask-Mail's server, from EGESTION_SMTP_URL; without it nothing is asked of Flask-Mail but the mail's bytes."""
    url = urlsplit(settings.smtp_url or "smtp://127.0.0.1")
    secure = url.scheme == "smtps"
    return {
        "MAIL_SERVER": url.hostname,
        "MAIL_PORT": url.port or (465 if secure else 25),
        "MAIL_USE_SSL": secure,
        "MAIL_USERNAME": unquote(url.username) if url.username else None,
        "MAIL_PASSWORD": unquote(url.password) if url.password else None,
        "MAIL_DEFAULT_SENDER": settings.mail_from,
        "MAIL_SUPPRESS_SEND": False,  # a test that sends, sends
    }


def engine_options() -> dict[str, Any]:
    """SQLAlchemy's engine: 8 threads a worker, each at most one unit and one FAB session at a time."""
    options = " ".join(f"-c {name}={value}" for name, value in DATABASE_LIMITS.items())
    return {
        "pool_size": 8,
        "pool_use_lifo": True,  # the connection used last knows the statements and has its caches warm
        "max_overflow": 8,
        "pool_timeout": 10,
        # app/connections.py asks a connection that rested whether it lives; asking every time costs a round trip each.
        "pool_recycle": 1800,
        "hide_parameters": True,  # values of a failed statement never reach a traceback or a log
        "connect_args": {"options": options, "application_name": "egestion", "connect_timeout": 5},
    }


def limits_uri(redis_url: str) -> str:
    """The queue's URL as Flask-Limiter's library spells it (`redis+unix:` for a socket)."""
    return f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
