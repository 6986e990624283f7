"""The adapter of the Sips "Office" JSON interface, Société Générale's platform and its relatives (docs/gateways.md).

Sends each request once, under the caller's deadline, and believes a reply only when its seal proves who wrote it and it is
about what was asked. Everything else is UNKNOWN, to be inquired; FAILED is said only when no byte was sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import ClassVar, TypeVar

import structlog

from app.ports import (
    AmountRequest,
    AuthorizeRequest,
    BankAccess,
    BankLine,
    BankView,
    Blackout,
    Capabilities,
    DuplicateRequest,
    ForceRequest,
    GatewayResult,
    Outcome,
    SealWatch,
    Unanswered,
    Unsent,
)

from . import seal, sips_fields, sips_inquiry
from .sips_codes import Asked
from .sips_replies import Expected, Message, result_of, unknown

log = structlog.get_logger(__name__)
Request = TypeVar("Request", AuthorizeRequest, DuplicateRequest, AmountRequest, ForceRequest)
BASE = "/rs-services/v2/"
VERBS = frozenset({"authorize", "capture", "cancel", "refund", "duplicate", "force", "inquire"})
# The live platform takes no cash operation while it remits, 22h to 23h; five minutes of caution on both sides.
BLACKOUT = Blackout(time(21, 55), time(23, 5), "Europe/Paris")


@dataclass(frozen=True, slots=True)
class Service:
    """One address of the platform: its interface version (2.27: what public clients speak on all three), what its codes
    are about, and the statuses an approval cannot leave a sale in.
    """

    path: str
    version: str
    asked: Asked
    impossible: frozenset[str] = frozenset()


_NEVER_APPROVED = frozenset({"REFUSED", "REFERRAL", "CANCELLED", "EXPIRED"})
ORDER = Service(BASE + "checkout/cardOrder", "IR_WS_2.27", Asked.ORDER, _NEVER_APPROVED)
DUPLICATE = Service(BASE + "cashManagement/duplicate", "CR_WS_2.27", Asked.DUPLICATE, _NEVER_APPROVED)
REFERRAL = Service(BASE + "cashManagement/referral", "CR_WS_2.27", Asked.CASH, _NEVER_APPROVED)
VALIDATE = Service(
    BASE + "cashManagement/validate", "CR_WS_2.27", Asked.CASH, _NEVER_APPROVED | {"TO_VALIDATE", "TO_CHALLENGE"}
)
CANCEL = Service(
    BASE + "cashManagement/cancel", "CR_WS_2.27", Asked.CASH, frozenset({"REFUSED", "CAPTURED", "CREDITED"})
)
REFUND = Service(BASE + "cashManagement/refund", "CR_WS_2.27", Asked.CASH, _NEVER_APPROVED | {"TO_VALIDATE"})
INQUIRY = Service(BASE + "diagnostic/getTransactionData", "DR_WS_2.27", Asked.ORDER)


class Sips:
    """One account at a Sips platform. Threads may share it."""

    night: ClassVar[Blackout | None] = BLACKOUT  # of the platform, whether an account's bank keeps it or not

    def __init__(self, access: BankAccess, transport: BankLine, seals: SealWatch) -> None:
        self._access, self._transport, self._seals = access, transport, seals
        self.capabilities = Capabilities(VERBS, blackout=self.night if access.blackout else None)

    def authorize(self, request: AuthorizeRequest, deadline: float) -> GatewayResult:
        """Ask for an authorisation, held for our later capture."""
        return self._do(ORDER, sips_fields.card_order, request, deadline)

    def duplicate(self, request: DuplicateRequest, deadline: float) -> GatewayResult:
        """Ask for a new authorisation on the card of an earlier sale."""
        return self._do(DUPLICATE, sips_fields.duplicate, request, deadline)

    def capture(self, request: AmountRequest, deadline: float) -> GatewayResult:
        """Send the sale to the cardholder's bank for `amount`; the rest of the authorisation is released."""
        return self._do(VALIDATE, sips_fields.operation, request, deadline, amount_after=request.amount)

    def cancel(self, request: AmountRequest, deadline: float) -> GatewayResult:
        """Release `amount` of the authorisation."""
        return self._do(CANCEL, sips_fields.operation, request, deadline)

    def refund(self, request: AmountRequest, deadline: float) -> GatewayResult:
        """Credit the cardholder with `amount` of a captured sale."""
        return self._do(REFUND, sips_fields.operation, request, deadline)

    def force(self, request: ForceRequest, deadline: float) -> GatewayResult:
        """Turn a referral into an authorisation with the number the bank gave on the telephone."""
        return self._do(REFERRAL, sips_fields.referral, request, deadline, amount_after=request.amount)

    def inquire(self, reference: str, deadline: float) -> BankView:
        """Ask what the bank knows of a sale; `found` None means that nobody knows it yet."""
        try:
            message = self._ask(INQUIRY, sips_fields.inquiry(reference), deadline)
        except Unsent as error:
            return sips_inquiry.unusable(error.reason, Outcome.FAILED)
        except Unanswered as error:
            return sips_inquiry.unusable(error.reason)
        return sips_inquiry.view_of(message, Expected(reference, self._access.merchant_id))

    def _do(
        self,
        service: Service,
        write: Callable[[Request], Mapping[str, str]],
        request: Request,
        deadline: float,
        amount_after: int | None = None,
    ) -> GatewayResult:
        try:
            currency = sips_fields.currency_number(request.currency)
            message = self._ask(service, write(request), deadline)
        except Unsent as error:
            return GatewayResult(Outcome.FAILED, reason=error.reason, reference=request.reference)
        except Unanswered as error:
            return unknown(request.reference, error.reason)
        expected = Expected(
            request.reference, self._access.merchant_id, currency, request.amount, amount_after, service.impossible
        )
        return result_of(message, service.asked, expected)

    def _ask(self, service: Service, fields: Mapping[str, str], deadline: float) -> Message:
        """Send sealed fields and return the reply's; raises Unsent or Unanswered, neither with any data in it."""
        access = self._access
        message = {
            **fields,
            "interfaceVersion": service.version,
            "merchantId": access.merchant_id,
            "keyVersion": str(access.key_version),
            "sealAlgorithm": "HMAC-SHA-256",
        }
        try:
            message["seal"] = seal.seal_of(message, access.secret)
        except seal.MalformedMessage:
            raise Unsent("a field is not valid Unicode text") from None
        reply = self._transport.post(service.path, json.dumps(message, ensure_ascii=False).encode(), deadline)
        if reply.status != 200:
            raise Unanswered(f"HTTP {reply.status}")
        return self._believed(reply.body)

    def _believed(self, body: bytes) -> Message:
        """Return the reply when its seal may be relied on, and tell the watch; what is no message is not counted."""
        try:
            reply = seal.read_message(body)
        except seal.MalformedMessage:
            raise Unanswered("the reply is no JSON object") from None
        given = reply.get("seal") not in (None, "")
        try:
            right = given and seal.verify(reply, self._access.secret)
        except (seal.MalformedMessage, RecursionError):
            right = False
        if right:
            self._tell(self._seals.verified)
        elif given or self._access.seal_required:
            self._tell(self._seals.unverified)
            raise Unanswered("the seal is wrong" if given else "the seal is missing")
        return reply

    def _tell(self, event: Callable[[], None]) -> None:
        try:
            event()
        except Exception as error:  # noqa: BLE001 - counting seals must not cost us an answer we have
            log.warning("seal_not_counted", error=type(error).__name__)
