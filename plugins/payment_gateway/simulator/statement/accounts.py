"""The merchants' accounts at this bank, and what a card movement costs. Invented numbers: no such bank exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

BANK, BRANCH = "19999", "00042"
OPENING = 1_000_000
"""What stood on every account before its first movement, in cents."""
AMEX_DELAY, CARD_DELAY = 3, 1
"""Bank days from the processing day to the booking."""
RATES: Mapping[str, int] = MappingProxyType({"CB": 50, "VISA": 80, "MASTERCARD": 80, "AMEX": 250})
"""Commission by brand, in hundredths of a percent of the sales; refunds cost nothing."""
VAT = 2_000
"""On the commission, in hundredths of a percent."""


@dataclass(frozen=True)
class Account:
    """One account in EUR. `amex` accounts take American Express's transfers, the others all other cards."""

    number: str
    merchant_id: str
    holder: str
    amex: bool = False

    @property
    def iban(self) -> str:
        """The account's IBAN with its check digits, of the bank's own numbers and the French key."""
        key = 97 - (89 * int(BANK) + 15 * int(BRANCH) + 3 * int(self.number)) % 97
        basic = f"{BANK}{BRANCH}{self.number}{key:02d}"
        check = 98 - int(f"{basic}152700") % 97  # FR as digits: F = 15, R = 27
        return f"FR{check:02d}{basic}"


ACCOUNTS: tuple[Account, ...] = (
    Account("00020001001", "002001000000001", "PRACTICE"),
    Account("00020001002", "002001000000001", "PRACTICE", amex=True),
    Account("00020002001", "002001000000002", "OTHER"),
)


def account_of(merchant: str | None = None, number: str | None = None) -> Account:
    """Return the account of that number, else the card account of the merchant of that name (PRACTICE if none).

    Raises LookupError naming what does not exist, or a number that is not the merchant's.
    """
    holder = merchant or (None if number else "PRACTICE")
    for account in ACCOUNTS:
        if holder is not None and account.holder != holder:
            continue
        if account.number == number or (number is None and not account.amex):
            return account
    known = ", ".join(f"{each.number} ({each.holder}{', American Express' if each.amex else ''})" for each in ACCOUNTS)
    raise LookupError(f"no such account; there are {known}")
