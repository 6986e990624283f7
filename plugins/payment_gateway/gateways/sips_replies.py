"""What the platform tells us: a verified reply as a GatewayResult, with nothing in it that we did not expect there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.ports import GatewayResult, Outcome

from .seal import FieldValue
from .sips_codes import Asked, judge

Message = Mapping[str, FieldValue]

_CODE = re.compile(r"[0-9A-Z]{2}")
_NUMBER = re.compile(r"[0-9]{1,12}")
_NAME = re.compile(r"[A-Z][A-Z_]{0,31}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,12}(Z|[+-][0-9:]{2,6})?")
_DATE = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_AUTHORISATION = re.compile(r"[0-9A-Za-z]{1,10}")
# The fields kept of a reply and what each may look like: no card number fits any of them.
KEPT: Mapping[str, re.Pattern[str]] = {
    "responseCode": _CODE,
    "getTransDataResponseCode": _CODE,
    "acquirerResponseCode": re.compile(r"[0-9A-Z]{1,4}"),
    "authorisationId": _AUTHORISATION,
    "cardCSCResultCode": _CODE,
    "complementaryCode": _CODE,
    "transactionStatus": _NAME,
    "newStatus": _NAME,
    "paymentMeanBrand": _NAME,
    "captureMode": _NAME,
    "captureDay": re.compile(r"[0-9]{1,2}"),
    "captureLimitDate": _DATE,
    "currencyCode": re.compile(r"[0-9]{3}"),
    "amount": _NUMBER,
    "operationAmount": _NUMBER,
    "newAmount": _NUMBER,
    "originAmount": _NUMBER,
    "currentAmount": _NUMBER,
    "remainingAmount": _NUMBER,
    "lastOperationName": _NAME,
    "lastOperationDateTime": _TIME,
    "operationDateTime": _TIME,
    "transactionDateTime": _TIME,
    "errorFieldName": _FIELD,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reply must not contradict: our reference, merchant, currency (its number), the amount asked for.

    `impossible` are statuses in which a sale cannot be after the request was approved; `amount_after` is what then is
    left of it, where that is known.
    """

    reference: str
    merchant_id: str
    currency: str | None = None
    amount: int | None = None
    amount_after: int | None = None
    impossible: frozenset[str] = field(default_factory=frozenset)

    def contradiction(self, message: Message) -> str | None:
        """Return the name of the first field that speaks of something else; a field left out contradicts nothing."""
        wanted = {"transactionReference": self.reference, "merchantId": self.merchant_id, "currencyCode": self.currency}
        for name, value in wanted.items():
            if value is not None and message.get(name) not in (None, "", value):
                return name
        for name in ("amount", "operationAmount"):
            if self.amount is not None and differs(message, name, self.amount):
                return name
        return None

    def denial(self, message: Message) -> str | None:
        """Return the name of the first field an approval cannot have."""
        if status(message) in self.impossible:
            return "status"
        if self.amount_after is not None and differs(message, "newAmount", self.amount_after):
            return "newAmount"
        return None


def result_of(message: Message, asked: Asked, expected: Expected) -> GatewayResult:
    """Return what a reply says, its seal already verified; anything that cannot be relied on is UNKNOWN."""
    code, raw = kept(message, "responseCode"), scrubbed(message)
    if code is None:
        return unknown(expected.reference, "no response code", raw)
    wrong = expected.contradiction(message)
    if wrong is not None:
        return unknown(expected.reference, f"the reply is about another {wrong}", raw)
    judged = judge(code, kept(message, "acquirerResponseCode"), asked)
    if judged.outcome == Outcome.APPROVED:
        wrong = expected.denial(message)
        if wrong is not None:
            return unknown(expected.reference, f"approved with an impossible {wrong}", raw)
    new_amount = kept(message, "newAmount")
    return GatewayResult(
        judged.outcome,
        reason=" ".join(filter(None, (code, kept(message, "errorFieldName")))),
        reference=expected.reference,
        authorisation_id=kept(message, "authorisationId"),
        response_code=judged.response_code,
        acquirer_response_code=judged.acquirer_code,
        csc_result=kept(message, "cardCSCResultCode"),
        new_amount=None if new_amount is None else int(new_amount),
        new_status=status(message),
        limit_date=limit_date(message),
        raw=raw,
    )


def unknown(reference: str, reason: str, raw: Mapping[str, str] | None = None) -> GatewayResult:
    """Return the result of a call whose outcome only an inquiry can tell."""
    return GatewayResult(Outcome.UNKNOWN, reason=reason, reference=reference, raw=raw or {})


def kept(message: Message, name: str) -> str | None:
    """Return the text of a field of KEPT, or None where it is absent or not what such a field looks like."""
    value = message.get(name)
    return value if isinstance(value, str) and KEPT[name].fullmatch(value) else None


def scrubbed(message: Message) -> dict[str, str]:
    """Return the fields of KEPT a reply has: what may be stored and shown of it."""
    return {name: value for name in KEPT if name in message and (value := kept(message, name)) is not None}


def status(message: Message) -> str | None:
    """Return the sale's status at the bank after the request."""
    return kept(message, "newStatus") or kept(message, "transactionStatus")


def limit_date(message: Message) -> date | None:
    """Return the last day on which the bank lets the sale be captured, or None."""
    text = kept(message, "captureLimitDate")
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def differs(message: Message, name: str, amount: int) -> bool:
    """Whether the reply names another amount (minor units); text and number, with leading zeros or not, are the same."""
    value = message.get(name)
    if value in (None, ""):
        return False
    return not (isinstance(value, str) and _NUMBER.fullmatch(value) and int(value) == amount)
