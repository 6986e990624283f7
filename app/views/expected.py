"""What is expected on the account, and when: remittances sent but not credited, and the deferred sales to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ..domain.credits import Credit
from ..domain.days import local_day
from ..models.merchant import Contract
from ..models.queries.calendar import REMIT, Cell
from ..models.queries.merchants import MerchantFacts
from ..models.queries.remittances import Sums
from ..models.remittance import Remittance
from .calendar_days import Run


@dataclass(frozen=True, slots=True)
class Expected:
    """A credit before commission: of a remittance, or (None) of the sales planned for a day."""

    credit: Credit
    contract: Contract
    remitted: date
    remittance: Remittance | None
    amount: int
    currency: str


def expected(
    cells: Iterable[Cell],
    sent: Iterable[tuple[Remittance, Sums]],
    runs: Sequence[Run],
    merchants: Sequence[MerchantFacts],
    at: datetime,
) -> list[Expected]:
    """Return the credits of today and later, in the order they are expected. What is late leaves with the next run."""
    today = {each.id: local_day(at, each.zone_info) for each in merchants}
    found = []
    for row, sums in sent:
        credit = row.contract.credit_of(row.day)
        net = sums.net_amount
        if net and credit.day >= today[row.merchant_id]:
            found.append(Expected(credit, row.contract, row.day, row, net, row.contract.currency))
    planned: dict[tuple[int, date, str], int] = {}
    by_contract = {run.contract.id: run for run in runs}
    for cell in cells:
        run = by_contract.get(cell.contract_id)
        if cell.kind != REMIT or run is None:
            continue
        key = (cell.contract_id, cell.day or run.next, cell.currency)
        planned[key] = planned.get(key, 0) + cell.amount
    for (contract_id, day, currency), amount in planned.items():
        contract = by_contract[contract_id].contract
        found.append(Expected(contract.credit_of(day), contract, day, None, amount, currency))
    return sorted(found, key=lambda each: (each.credit.day, each.contract.number, each.remitted))
