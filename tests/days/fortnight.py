"""A practice fortnight from commands and API alone: orders by day, remittances by evening, refunds over the bank's night,
and the bank's own statements at the end. `make fortnight` prints it; test_fortnight.py holds it to the cent."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import sys
import tempfile
import time as clocks
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from plugins.payment_gateway.simulator.statement import camt053, cfonb120
from plugins.payment_gateway.simulator.statement.accounts import account_of
from plugins.payment_gateway.simulator.statement.statement import statement_of
from tests.bank.statement_reader import Read, read_camt053, read_cfonb120
from tools.product import Product, running

DAYS, NET_FROM, UNPAID_ON = 14, 9, 6
PARIS = ZoneInfo("Europe/Paris")
APPROVED, NO_MONEY, AMEX = "4970100000000006", "4970100000000519", "378282246310005"
CARD_ACCOUNT, AMEX_ACCOUNT = "00020001001", "00020001002"
PATIENCE = 120.0  # seconds for what workers and scheduler have to do


@dataclass
class Fortnight:
    """What was done each day, what came back unpaid, and what the bank printed."""

    product: Product
    first: date
    days: list[dict[str, Any]] = field(default_factory=list)
    unpaid: int = 0
    statements: dict[str, list[Read]] = field(default_factory=dict)
    net_from: date | None = None

    @property
    def remittances(self) -> list[dict[str, Any]]:
        """All remittances of the fortnight's days."""
        last = self.first + timedelta(days=DAYS)
        query = f"/remittances?date_from={self.first}&date_to={last}&page_size=100"
        found = self.ask("GET", query)
        assert found["next_cursor"] is None
        return list(found["items"])

    def ask(self, method: str, path: str, body: object = None, *, allowed: tuple[int, ...] = ()) -> dict[str, Any]:
        """Call the API as the supervisor. Raises AssertionError for an answer that is neither good nor allowed."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        data = None if body is None else json.dumps(body).encode()
        line = http.client.HTTPConnection(self.product.address.removeprefix("http://"), timeout=60)
        line.request(method, f"/api/v1{path}", data, headers)
        answer = line.getresponse()
        found = dict(json.load(answer))
        line.close()
        assert answer.status < 300 or answer.status in allowed, (method, path, body, found)
        return found

    def __post_init__(self) -> None:
        self._token = self.product.command("api-token", "supervisor").strip()
        self._numbers = itertools.count(1)
        self._chance = random.Random(self.first.toordinal())
        self._captured: list[str] = []

    def moves(self, day: date, hour: int, minute: int = 0) -> None:
        """Set the business clock by Paris wall time."""
        at = datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)
        self.product.command("clock", "set", at.isoformat())

    def sells(self, amount: int, number: str = APPROVED, **more: Any) -> str:
        """Take an order; its reference."""
        body = {
            "merchant": "PRACTICE", "order_number": f"F-{next(self._numbers)}", "channel": "MAIL_ORDER",
            "amount": amount, "currency": "EUR", "card": {"number": number, "expiry": "07/31", "security_code": "123"},
        }  # fmt: skip
        if number == AMEX:
            body["card"] = {"number": number, "expiry": "07/31", "security_code": "1234"}
        taken = self.ask("POST", "/transactions", {**body, **more})
        assert taken["state"] in ("TO_CAPTURE", "TO_VALIDATE", "REFUSED"), taken
        return str(taken["reference"])

    def acts(self, reference: str, verb: str, *, allowed: tuple[int, ...] = (), **body: Any) -> dict[str, Any]:
        """Do an operation on a sale."""
        return self.ask("POST", f"/transactions/{reference}/{verb}", body, allowed=allowed)

    def until(self, true: Any) -> None:
        """Wait for what workers and scheduler do by themselves."""
        limit = clocks.monotonic() + PATIENCE
        while not true():
            assert clocks.monotonic() < limit, "it did not happen in time"
            clocks.sleep(0.5)

    def due(self, day: date) -> int:
        """How many sales should have left by a day's evening, and remittances still being sent."""
        waiting = self.ask("GET", "/transactions?state=TO_CAPTURE&page_size=200")["items"]
        late = [
            each for each in waiting
            if not each["held"] and not each["capture_error"] and each["capture_date"] <= day.isoformat()
        ]  # fmt: skip
        return len(late) + sum(each["state"] == "SENDING" for each in self.remittances)

    def waiting_refunds(self) -> int:
        """How many refunds wait for the bank's night."""
        return len(self.ask("GET", "/operations?name=CREDIT&status=WAITING&page_size=100")["items"])

    def live_one(self, number: int) -> None:
        """One day: sell, repair, remit in the evening (by scheduler and workers, every other day by command), let the
        bank close its day."""
        day = self.first + timedelta(days=number)
        self.moves(day, 9)
        amounts = [self._chance.randrange(500, 40_000) for _ in range(7)]
        today = [self.sells(amount, capture_day=at) for amount, at in zip(amounts[:4], (0, 0, 1, 3), strict=True)]
        today.append(self.sells(amounts[4], AMEX, capture_day=0))
        parcel = self.sells(amounts[5], capture_mode="VALIDATION", capture_day=6)
        self.sells(amounts[6], NO_MONEY)
        self.acts(parcel, "validate", amount=amounts[5] - 100)  # the rest is not shipped
        self.acts(self.sells(1_000), "cancel", reason="RETURNED")
        moved = self.sells(2_000, capture_day=0)
        self.ask("PATCH", f"/transactions/{moved}", {"capture_date": (day + timedelta(days=2)).isoformat()})
        refunded = 0
        for reference in self._captured[:2]:
            refunded += 1
            self.acts(reference, "refund", amount=300, reason="RETURNED")
        if number == UNPAID_ON:
            self.product.command("bank", "chargeback", self._captured[2], "--reason", "10.4")
            self.unpaid += 1
        if number == NET_FROM:
            self.product.command("bank", "set", "statement", "net")
            self.net_from = day
        self.moves(day, 21, 1)
        if number % 2:
            self.product.command("remit")
        self.until(lambda: self.due(day) == 0)
        self.moves(day, 22, 10)  # the gateway takes no refund now: it waits, or is not sent at all
        self.acts(today[0], "refund", amount=200, reason="RETURNED", allowed=(503,))
        self.moves(day, 23, 30)
        self.until(lambda: self.waiting_refunds() == 0)
        self._captured = [today[0], today[1], *self._captured][:8]
        mine = [each for each in self.remittances if each["date"] == day.isoformat()]
        self.days.append({"day": day, "orders": 10, "refunds": refunded, "remittances": mine})

    def read_statements(self, folder: Path) -> None:
        """Let the bank print every day up to a week after, both accounts, in both formats."""
        last = self.first + timedelta(days=DAYS + 6)
        self.moves(last, 12)
        for number in (CARD_ACCOUNT, AMEX_ACCOUNT):
            days = [self.first + timedelta(days=each) for each in range((last - self.first).days)]
            self.statements[number] = [self._statement(folder, number, day) for day in days]

    def _statement(self, folder: Path, number: str, day: date) -> Read:
        """One day of one account, the same in both formats; Mondays' are printed by the command."""
        if day.weekday() == 0:
            files = []
            for kind in ("cfonb120", "camt053"):
                out = folder / f"{number}-{day}.{kind}"
                words = ("--date", day.isoformat(), "--account", number, "--format", kind, "--out", str(out))
                self.product.command("bank", "statement", *words)
                files.append(out.read_bytes())
        else:
            found = statement_of(self.product.folder, account_of(number=number), day)
            files = [cfonb120.render(found), camt053.render(found, datetime.now(UTC))]
        one, other = read_cfonb120(files[0]), read_camt053(files[1])
        assert [line.amount for line in one.lines] == [line.amount for line in other.lines]
        assert (one.opening, one.closing) == (other.opening, other.closing)
        return one


def live(product: Product, folder: Path, days: int = DAYS) -> Fortnight:
    """Live the fortnight that begins tomorrow, with the bank's night on, and read what the bank printed."""
    product.command("bank", "set", "night", "on")
    fortnight = Fortnight(product, datetime.now(PARIS).date() + timedelta(days=1))
    for number in range(days):
        fortnight.live_one(number)
    fortnight.read_statements(folder)
    return fortnight


def check(fortnight: Fortnight) -> list[str]:
    """What does not add up; nothing, if all is well."""
    wrong = []
    for account, statements in fortnight.statements.items():
        for before, after in itertools.pairwise(statements):
            if not after.adds_up or before.closing != after.opening:
                wrong.append(f"account {account}: {after.closed} does not chain")
    lines = [line for each in fortnight.statements[CARD_ACCOUNT] for line in each.lines]
    for remittance in fortnight.remittances:
        name = f"{remittance['contract']}-{remittance['number']}"
        mine = [line for line in lines if line.reference == name]
        if remittance["state"] != "SENT" and remittance["lines"]:
            wrong.append(f"remittance {name} is {remittance['state']}")
        if not mine and remittance["net_amount"] and remittance["contract"] in _contracts(lines):
            wrong.append(f"remittance {name} has no line at the bank")
        net = fortnight.net_from is not None and remittance["date"] >= fortnight.net_from.isoformat()
        costs = sum(line.amount for line in mine if line.code in ("62", "67"))
        total = sum(line.amount for line in mine) - costs
        gross = remittance["net_amount"]
        if mine and ((total != gross) if not net else not 0 <= gross - total <= remittance["debit_amount"] * 0.02):
            wrong.append(f"remittance {name}: the bank says {total}, we say {gross}")
        kinds = [line.code for line in mine]
        if len(kinds) != len(set(kinds)) or (net and len(set(kinds) & {"30", "36"}) > 1):
            wrong.append(f"remittance {name} is more than one credit: {kinds}")
    if sum(line.code == "38" for line in lines) != fortnight.unpaid:
        wrong.append("an unpaid sale is not among the debits")
    return wrong


def _contracts(lines: list[Any]) -> set[str]:
    return {line.reference.rpartition("-")[0] for line in lines}


def main() -> int:
    """Live it in a folder of its own and print each day; exit code 1 when something does not add up."""
    with tempfile.TemporaryDirectory(prefix="egestion-fortnight-") as name, running(Path(name) / "var") as product:
        fortnight = live(product, Path(name))
        for each in fortnight.days:
            sums = ", ".join(
                f"{one['contract']}-{one['number']} {one['state']} {one['net_amount'] / 100:.2f}"
                for one in each["remittances"]
            )
            sys.stdout.write(
                f"{each['day']}: {each['orders']} orders, {each['refunds']} refunds; remittances {sums or 'none'}\n"
            )
        wrong = check(fortnight)
        sys.stdout.write(product.command("verify"))
    sys.stdout.write(
        "\n".join(wrong or ["every remittance is at the bank to the cent, and the statements chain"]) + "\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
