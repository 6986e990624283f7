"""Remittances, newest first, and one with its lines (interface.md `GET /remittances`).

`debit_amount` are the sales (the cardholder is debited), `credit_amount` the refunds. While a remittance is not closed
its sums are those of its operations that the bank has done; then they are the ones written when it closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from ...domain.errors import NotFound
from ...domain.field_kinds import choice
from ...domain.fields import Field
from ...domain.states import OperationName, OperationStatus
from ..merchant import Contract
from ..operation import Operation
from ..remittance import STATES, Remittance
from .keyset import Sort, of_merchants
from .listing import ListFilter
from .merchants import MerchantFacts
from .parameters import CONTRACT, DAYS, MERCHANT, PAGING

NEWEST = Sort("-date", Remittance.day, date, True)
SORTS: Mapping[str, Sort] = MappingProxyType({NEWEST.name: NEWEST})
PARAMETERS = (
    MERCHANT,
    CONTRACT,
    Field("state", choice(STATES)),
    *DAYS,
    *PAGING,
)
LARGEST_NUMBER = 2**31 - 1
UNCLOSED = ("OPEN", "SENDING")


@dataclass(frozen=True, slots=True)
class Sums:
    """Sales, refunds (minor units) and how many lines they are."""

    debit_amount: int = 0
    credit_amount: int = 0
    lines: int = 0

    @property
    def net_amount(self) -> int:
        """Sales less refunds, before commission: what the account is credited (or, below 0, debited)."""
        return self.debit_amount - self.credit_amount


class RemittanceFilter(ListFilter):
    """Which remittances, of which merchants, from where on; their sums come from `sums_of`."""

    model: ClassVar[Any] = Remittance
    fields = PARAMETERS
    sorts = SORTS

    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Any]:
        """Return the remittances of these ids (one statement)."""
        statement = select(Remittance).where(of_merchants(Remittance, self.merchants), Remittance.id.in_(ids))
        return session.scalars(statement.options(joinedload(Remittance.contract))).unique()

    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""
        values = self.values
        conditions = [of_merchants(Remittance, group)]
        if values.get("state") is not None:
            conditions.append(Remittance.state == values["state"])
        if values.get("contract") is not None:
            mine = select(Contract.id).where(of_merchants(Contract, group), Contract.number == values["contract"])
            conditions.append(Remittance.contract_id.in_(mine))
        if values.get("date_from") is not None:
            conditions.append(Remittance.day >= values["date_from"])
        if values.get("date_to") is not None:
            conditions.append(Remittance.day <= values["date_to"])
        return conditions


def sums_of(session: Session, remittances: Sequence[Remittance]) -> dict[int, Sums]:
    """Return the sums of remittances by id: one statement for all that are not closed, none without such."""
    closed = {
        each.id: Sums(each.debit_amount, each.credit_amount, each.lines)
        for each in remittances
        if each.state not in UNCLOSED
    }
    unclosed = [each for each in remittances if each.state in UNCLOSED]
    if not unclosed:
        return closed
    done = Operation.status == OperationStatus.DONE
    sale, refund = Operation.name == OperationName.CAPTURE, Operation.name == OperationName.CREDIT
    rows = session.execute(
        select(
            Operation.remittance_id,
            func.coalesce(func.sum(Operation.amount).filter(done, sale), 0),
            func.coalesce(func.sum(Operation.amount).filter(done, refund), 0),
            func.count().filter(done),
        )
        .where(
            Operation.merchant_id.in_({each.merchant_id for each in unclosed}),
            Operation.remittance_id.in_([each.id for each in unclosed]),
        )
        .group_by(Operation.remittance_id)
    )
    sums = {row[0]: Sums(int(row[1]), int(row[2]), row[3]) for row in rows}
    return closed | {each.id: sums.get(each.id, Sums()) for each in unclosed}


def remittance_of(session: Session, contract: str, number: int) -> Remittance:
    """Return the remittance in scope of this contract number and number; raises NotFound."""
    if not 0 < number <= LARGEST_NUMBER:
        raise NotFound()
    found = session.scalar(
        select(Remittance)
        .join(Contract, (Contract.merchant_id == Remittance.merchant_id) & (Contract.id == Remittance.contract_id))
        .where(Contract.number == contract, Remittance.number == number)
        .order_by(Remittance.id)
        .limit(1)
        .options(joinedload(Remittance.contract))
    )
    if found is None:
        raise NotFound()
    return found


def lines_of(session: Session, remittance: Remittance) -> Sequence[Operation]:
    """Return the lines of a remittance, each with its transaction: what the bank did, as `sums_of` counts and adds up."""
    statement = (
        select(Operation)
        .where(
            Operation.merchant_id == remittance.merchant_id,
            Operation.remittance_id == remittance.id,
            Operation.status == OperationStatus.DONE,
        )
        .order_by(Operation.remittance_line)
        .options(joinedload(Operation.transaction))
    )
    return session.scalars(statement).unique().all()
