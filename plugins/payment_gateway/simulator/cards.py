"""What a card number tells: scheme, check digit, what may be kept of it."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

BRANDS = ("CB", "VISA", "MASTERCARD", "AMEX")
# French issuers' ranges whose cards carry CB beside the international scheme. Practice data, not the scheme's table.
CB_VISA = ("4970", "4971", "4972", "4973", "4974", "4975", "4976", "4977", "4978", "4979")
CB_MASTERCARD = ("5131", "5132", "5133", "5134", "5135", "5136")
VALIDITY_DAYS = {"CB": 7, "VISA": 7, "MASTERCARD": 7, "AMEX": 7}
DUPLICATE_VALIDITY_DAYS = {**VALIDITY_DAYS, "VISA": 5}  # merchant-initiated (domain.md section 2, Dates)


def brands_of(number: str) -> tuple[str, ...]:
    """The schemes a number may be taken as, the preferred one first; empty where this bank takes none."""
    length, prefix = len(number), number[:4]
    if length in (16, 19) and number.startswith("4"):
        return ("CB", "VISA") if prefix in CB_VISA else ("VISA",)
    if length == 16 and ("51" <= number[:2] <= "55" or "2221" <= prefix <= "2720"):
        return ("CB", "MASTERCARD") if prefix in CB_MASTERCARD else ("MASTERCARD",)
    if length == 15 and number[:2] in ("34", "37"):
        return ("AMEX",)
    return ()


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the right check digit (ISO/IEC 7812-1, annex B)."""
    odd = [int(digit) for digit in number[-1::-2]]
    even = [int(digit) * 2 for digit in number[-2::-2]]
    return (sum(odd) + sum(digit - 9 if digit > 9 else digit for digit in even)) % 10 == 0


def masked(number: str) -> str:
    """First six and last four digits, the rest as #: all that is kept in clear."""
    return f"{number[:6]}{'#' * (len(number) - 10)}{number[-4:]}"


class CardKey:
    """The key of the card fingerprints: a file of the bank's own folder, readable by its owner only."""

    def __init__(self, file: Path) -> None:
        self._key = _read_or_make(file)

    def fingerprint(self, number: str) -> str:
        """Hex HMAC-SHA-256 of the whole number: tells that two orders used one card, and nothing else."""
        return hmac.new(self._key, number.encode(), hashlib.sha256).hexdigest()


def _read_or_make(file: Path) -> bytes:
    if not file.exists():
        made = file.with_suffix(f".{os.getpid()}.new")  # whole or not at all, also when killed in between
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(32))
            handle.flush()
            os.fsync(handle.fileno())
        made.replace(file)
    return file.read_bytes()
