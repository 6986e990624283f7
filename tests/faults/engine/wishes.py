"""What a client wants next: a new order, or something on a sale as it last saw it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from app.domain.brands import luhn

from .history import Call
from .shelf import Shelf

# The table of the practice bank (interface.md): what each card makes it do.
TROUBLED = {
    "4970100000000022": 4, "4970100000000055": 2, "4970100000000519": 1, "4970100000000600": 1, "4970100000000618": 1,
    "4970100000000634": 2, "4970100000000642": 2, "4970100000000659": 2, "4970100000000667": 2, "4970100000000675": 2,
}  # fmt: skip
SCHEMES = (("4970", 16), ("5132", 16), ("3742", 15))  # prefix and length; the last leaves by a contract of its own
# By the state a client saw: (verb, weight).
ON = {
    "TO_CAPTURE": (("capture", 10), ("cancel", 3), ("cancel part", 4), ("move", 3), ("hold", 1), ("release", 1),
                   ("duplicate", 1)),
    "TO_VALIDATE": (("validate", 6), ("cancel part", 2), ("cancel", 1), ("duplicate", 1)),
    "TO_CHALLENGE": (("accept-challenge", 3), ("refuse-challenge", 2)),
    "REFERRAL": (("force", 4), ("cancel", 1)),
    "CAPTURED": (("refund", 10), ("duplicate", 1), ("withdraw", 1), ("cancel", 1)),
}  # fmt: skip


class Wishes:
    """One client's own chance; the shelf is everybody's."""

    def __init__(self, chance: random.Random, shelf: Shelf, name: str) -> None:
        self.chance, self.shelf, self.name = chance, shelf, name
        self._orders = 0
        self._cards = [self._card() for _ in range(8)]

    def next(self) -> Call:
        """Choose."""
        sale = self.shelf.pick(self.chance) if self.chance.random() < 0.72 else None
        wanted = self._on(sale) if sale is not None else None
        return wanted or self._take()

    def _card(self) -> str:
        prefix, length = self.chance.choices(SCHEMES, [5, 2, 2])[0]
        digits = prefix + "".join(str(self.chance.randrange(10)) for _ in range(length - len(prefix) - 1))
        return next(digits + last for last in "0123456789" if luhn(digits + last))

    def _order(self) -> str:
        self._orders += 1
        return f"{self.name}-{self._orders}"

    def _take(self) -> Call:
        chance, order, amount = self.chance, self._order(), self.chance.randint(100, 90_000)
        number = chance.choice(self._cards)
        if chance.random() < 0.12:
            number = chance.choices(list(TROUBLED), list(TROUBLED.values()))[0]
        mode = chance.choices(["AUTHOR_CAPTURE", "VALIDATION", "IMMEDIATE"], [7, 2, 1])[0]
        body = {
            "merchant": "PRACTICE", "order_number": order, "channel": "TELEPHONE_ORDER", "amount": amount,
            "currency": "EUR", "card": {"number": number, "expiry": "07/34", "security_code": "1234" if number.startswith("37") else "123"},
            "capture_mode": mode, "capture_day": 0 if mode == "IMMEDIATE" else chance.choice([0, 0, 0, 1, 2, 6]),
        }  # fmt: skip
        return Call("take", body, order=order, amount=amount)

    def _on(self, sale: Mapping[str, Any]) -> Call | None:
        choices = ON.get(sale["state"])
        if choices is None:
            return None
        verb = self.chance.choices([verb for verb, _ in choices], [weight for _, weight in choices])[0]
        reference = sale["reference"]
        if verb == "nothing":
            return None
        if verb == "cancel part":
            return self._of_amount("cancel", reference, sale["amount"] - 1)
        if verb == "refund":
            return self._of_amount("refund", reference, sale["refundable_amount"])
        if verb == "validate":
            return self._of_amount("validate", reference, sale["amount"])
        if verb == "duplicate":
            order, amount = self._order(), self.chance.randint(100, 90_000)
            body = {"order_number": order, "amount": amount, "capture_mode": "AUTHOR_CAPTURE", "capture_day": 0}
            return Call(verb, body, reference, order, amount)
        if verb == "move":
            days = [day for day in (sale["capture_date"], sale["limit_date"]) if day]
            return Call(verb, {"capture_date": self.chance.choice(days)}, reference) if days else None
        return Call(verb, {"authorisation_number": "123456"} if verb == "force" else {}, reference)

    def _of_amount(self, verb: str, reference: str, most: int) -> Call | None:
        amount = self.shelf.amount(self.chance, reference, most)
        return None if amount is None else Call(verb, {"amount": amount}, reference, amount=amount)
