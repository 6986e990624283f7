"""What the bank prints of a run's days, held against our remittances: whatever was killed, the account gets what we remitted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from plugins.payment_gateway.simulator.statement import cfonb120
from plugins.payment_gateway.simulator.statement.accounts import account_of
from plugins.payment_gateway.simulator.statement.statement import statement_of
from tests.bank.statement_reader import Read, read_cfonb120

BOOKED_WITHIN = timedelta(days=10)
LEAST_THAT_COSTS = 100  # half a percent of it is half a cent, rounded up
SALES, REFUNDS, COSTS = "30", "36", ("62", "67")
BY_TRANSFER = "9123456"  # the practice merchant's American Express contract: paid apart, net


def printed(data: Path, first: date, last: date) -> list[Read]:
    """The card account's statements, day by day, until all of it is booked."""
    days = ((last + BOOKED_WITHIN) - first).days
    return [
        read_cfonb120(cfonb120.render(statement_of(data, account_of(), first + timedelta(days=each))))
        for each in range(days)
    ]


def judge_statements(remittances: Iterable[Mapping[str, Any]], statements: Sequence[Read]) -> list[str]:
    """What differs between remittances (by contract and number, gross) and the lines that name them."""
    wrong = [
        f"the statement of {after.closed} does not chain"
        for before, after in itertools.pairwise(statements)
        if not before.adds_up or not after.adds_up or before.closing != after.opening
    ]
    sums: dict[str, Counter[str]] = {}
    for line in (line for each in statements for line in each.lines):
        sums.setdefault(line.reference, Counter())[line.code] += line.amount
    for each in remittances:
        name = f"{each['contract']}-{each['number']}"
        there = sums.pop(name, Counter())
        if there[SALES] + there[REFUNDS] != each["net_amount"]:
            wrong.append(
                f"remittance {name}: {each['net_amount']} remitted, {there[SALES] + there[REFUNDS]} on the account"
            )
        paid = any(there[code] for code in COSTS)
        if paid != bool(each["debit_amount"]) and (paid or each["debit_amount"] >= LEAST_THAT_COSTS):
            wrong.append(f"remittance {name}: sales of {each['debit_amount']}, costs {dict(there)}")
    wrong += [f"on the account for {name or 'nobody'}, unknown here: {dict(codes)}" for name, codes in sums.items()]
    return wrong
