"""What may stand in a mail: addresses and headers without a line break to smuggle more of them in, no card number."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..domain.card_search import find_card_number, mask_card_numbers

LONGEST_ADDRESS, LONGEST_SUBJECT = 254, 200  # characters (RFC 5321 4.5.3.1.3; the column)
MOST_RECIPIENTS = 50
# A dot-atom before one @, a domain of labels or one label (a house's own server) after it; ASCII only: the sender asks
# no server for SMTPUTF8.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_OF_BODY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class MailRefused(ValueError):
    """A mail that must not be written: a programming or configuration error. Holds nothing of its content."""


def usable_address(address: str | None) -> bool:
    """Return whether a mail may be sent to the address: one plain mailbox, no name, no control character."""
    return (
        address is not None
        and len(address) <= LONGEST_ADDRESS
        and len(address.partition("@")[0]) <= 64
        and _ADDRESS.fullmatch(address) is not None
        and find_card_number(address.partition("@")[0]) is None
    )


def recipients_of(addresses: Iterable[str]) -> list[str]:
    """Return the addresses, each once, in order. Raises MailRefused when there is none, too many, or a bad one."""
    found = list(dict.fromkeys(addresses))
    if not 1 <= len(found) <= MOST_RECIPIENTS:
        raise MailRefused(f"a mail has 1 to {MOST_RECIPIENTS} recipients")
    if not all(map(usable_address, found)):
        raise MailRefused("a recipient is no usable address")
    return found


def header_text(text: str) -> str:
    """Return a subject, card numbers masked, clipped. Raises MailRefused on CR, LF, NUL or any other control."""
    if _CONTROL.search(text):
        raise MailRefused("a control character in a header")
    masked = mask_card_numbers(text)
    return masked if len(masked) <= LONGEST_SUBJECT else masked[: LONGEST_SUBJECT - 1] + "…"


def body_text(text: str) -> str:
    """Return a body with plain line ends, controls removed and card numbers masked."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return mask_card_numbers(_CONTROL_OF_BODY.sub("", lines))
