"""The remittances of the past: one per contract and day on which something left, numbered without a gap, with its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.states import OperationName, OperationStatus
from app.models import Contract, Operation, Remittance

from .life import Life
from .place import Place

CREDITED_AFTER = timedelta(days=7)  # what is older was compared with the account long ago


@dataclass(frozen=True, slots=True)
class Evening:
    """A remittance with what joined it: its lines in order, then what the bank refused, which takes none."""

    remittance: Remittance
    operations: Sequence[Operation]

    def number_lines(self) -> None:
        """Tell the operations which remittance they are in; to be called once it has its id."""
        for operation in self.operations:
            operation.remittance_id = self.remittance.id


def evenings(place: Place, lives: Sequence[Life], last_numbers: Mapping[int, int]) -> list[Evening]:
    """Return the remittances of all lives by contract and day; numbers go on from the contract's last one."""
    joined: dict[tuple[int, date], list[Operation]] = defaultdict(list)
    for life in lives:
        for operation in life.remitted:
            joined[life.sale.contract_id, place.day(operation.created_at)].append(operation)
    contracts = {contract.id: contract for contract, _ in place.doors.values()}
    numbers = dict(last_numbers)
    found = []
    for (contract_id, day), operations in sorted(joined.items(), key=lambda item: item[0]):
        done = sorted((each for each in operations if each.status == OperationStatus.DONE), key=_settled)
        if not done:
            continue
        numbers[contract_id] = numbers.get(contract_id, 0) + 1
        refused = [each for each in operations if each.status != OperationStatus.DONE]
        remittance = _remittance(place, contracts[contract_id], day, numbers[contract_id], done)
        for line, operation in enumerate(done, 1):
            operation.remittance_line = line
        for operation in operations:
            operation.origin = f"{contracts[contract_id].number}-{remittance.number}"
        found.append(Evening(remittance, [*done, *refused]))
    return found


def _settled(operation: Operation) -> tuple[object, object]:
    return operation.settled_at, operation.created_at


def _remittance(place: Place, contract: Contract, day: date, number: int, done: Sequence[Operation]) -> Remittance:
    ended = max(each.settled_at or each.created_at for each in done)
    sums = {
        name: sum(each.amount for each in done if each.name == name)
        for name in (OperationName.CAPTURE, OperationName.CREDIT)
    }
    return Remittance(
        merchant_id=contract.merchant_id,
        contract_id=contract.id,
        number=number,
        day=day,
        state="SETTLED" if day + CREDITED_AFTER <= place.today else "SENT",
        last_line=len(done),
        lines=len(done),
        debit_amount=sums[OperationName.CAPTURE],
        credit_amount=sums[OperationName.CREDIT],
        opened_at=min(each.created_at for each in done),
        sent_at=ended + timedelta(seconds=2),
    )
