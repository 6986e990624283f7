"""What a password must be (PCI DSS 8.3.6, trust.md "Access"), and its hash by FAB's own setting."""

from __future__ import annotations

from flask import current_app
from werkzeug.security import generate_password_hash

from ..domain.text import N_

SHORTEST, LONGEST = 12, 128  # characters; the longest bounds the work of one hash


def password_problem(password: str, username: str = "") -> str | None:
    """Return what is wrong with a new password as an English msgid, None when it will do."""
    if not SHORTEST <= len(password) <= LONGEST:
        return N_("A password has 12 to 128 characters.")
    if not any(c.isalpha() for c in password) or not any(c.isdigit() for c in password):
        return N_("A password has at least one letter and one digit.")
    if username and username.casefold() in password.casefold():
        return N_("A password does not contain the user name.")
    return None


def password_hash(password: str) -> str:
    """Return the salted hash FAB stores and checks."""
    return generate_password_hash(
        password,
        method=current_app.config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"),
        salt_length=current_app.config.get("FAB_PASSWORD_HASH_SALT_LENGTH", 16),
    )
