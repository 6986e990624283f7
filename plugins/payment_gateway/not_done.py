"""What somebody was told is under way, and the bank did not do: nobody waits for that answer, so an alarm tells it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.alarms import NOT_DONE, raise_alarm
from app.domain.money import format_amount
from app.domain.states import OperationName, OperationStatus
from app.domain.text import N_
from app.models import Operation
from app.ports import GatewayResult

from .cases import Case
from .ledger import promised

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        OperationName.CREDIT: N_(
            "The refund of %(amount)s on %(reference)s that was under way was not done (%(code)s): "
            "the customer has not been credited."
        ),
        OperationName.CANCEL: N_(
            "The cancellation of %(amount)s on %(reference)s that was under way was not done (%(code)s): the sale goes on."
        ),
        OperationName.REFUSE_CHALLENGE: N_(
            "The check of %(reference)s was refused, but the bank did not release %(amount)s (%(code)s): ask again."
        ),
    }
)


def answered_late(operation: Operation) -> bool:
    """Return whether who asked was told 202: it waited for the bank's night, or its outcome was not known."""
    return promised(operation) or operation.status == OperationStatus.UNKNOWN


def tell_not_done(case: Case, operation: Operation, result: GatewayResult) -> None:
    """Raise the alarm where the answer comes after who asked has gone; called before the operation is finished."""
    text = _TEXTS.get(operation.name)
    if text is None or not answered_late(operation):
        return
    sale = case.transaction
    amount = format_amount(operation.amount, sale.currency, sale.merchant.language)
    params = {"amount": amount, "reference": sale.reference, "code": result.response_code or "–"}
    raise_alarm(case.session, sale.merchant_id, NOT_DONE, text, params, sale.id)
