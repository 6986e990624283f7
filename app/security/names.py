"""What people may be called: user names that fit in logs, files and addresses, e-mail addresses, names without tricks.

Each function returns what is wrong as an English msgid, None when the value will do.
"""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from ..domain.card_search import NOT_HERE, find_card_number
from ..domain.field_kinds import is_plain
from ..domain.text import N_

LONGEST_NAME, LONGEST_EMAIL = 64, 254  # characters: FAB's column; RFC 5321 4.5.3.1.3
_USER_NAME = re.compile(r"[A-Za-z0-9._-]{2,64}")


def user_name_problem(name: str) -> str | None:
    """A user name: 2 to 64 of letters without accents, digits, dot, hyphen and underscore."""
    if find_card_number(name) is not None:
        return NOT_HERE
    if _USER_NAME.fullmatch(name):
        return None
    return N_("A user name has 2 to 64 letters (without accents), digits, dots, hyphens or underscores.")


def email_problem(address: str) -> str | None:
    """One plain address of at most 254 characters, as the sender takes it (ASCII, no name); no server is asked."""
    if find_card_number(address) is not None:
        return NOT_HERE
    try:
        found = validate_email(
            address, allow_smtputf8=False, allow_quoted_local=False, check_deliverability=False,
            globally_deliverable=False, test_environment=True,  # .test of RFC 2606 may be written: it only goes nowhere
        )  # fmt: skip
    except EmailNotValidError:
        return N_("This is not an e-mail address.")
    # What the validator would have tidied up (blanks, other letter forms) is not what was typed.
    tidy = found.normalized.casefold() == address.casefold() and len(address) <= LONGEST_EMAIL and address.isascii()
    return None if tidy else N_("This is not an e-mail address.")


def name_problem(name: str) -> str | None:
    """A first or last name: at most 64 characters, none of them a control character."""
    if len(name) > LONGEST_NAME:
        return N_("A name has at most 64 characters.")
    if not is_plain(name):
        return N_("A name holds no control characters.")
    if find_card_number(name) is not None:
        return NOT_HERE
    return None


def is_writable(text: str) -> bool:
    """Whether the database can hold it: bytes of a command line that are no UTF-8, and NUL, it cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
