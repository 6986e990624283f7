"""A gateway of the plug-in's own: a house bank that answers in plain JSON, without seals, codes or a night."""

from __future__ import annotations

import json
from typing import Any

from app.ports import (
    AmountRequest,
    AuthorizeRequest,
    BankAccess,
    BankLine,
    BankView,
    Capabilities,
    GatewayResult,
    Outcome,
    SealWatch,
    Unanswered,
    Unsent,
)

VERBS = frozenset({"authorize", "capture", "cancel", "refund", "inquire"})


class LedgerBank:
    """One account at the house bank. What is not understood is UNKNOWN; FAILED is said where nothing was sent."""

    def __init__(self, access: BankAccess, line: BankLine, seals: SealWatch) -> None:
        self._access, self._line = access, line
        self.capabilities = Capabilities(VERBS)

    def authorize(self, request: AuthorizeRequest, deadline: float) -> GatewayResult:
        """Ask for an authorisation."""
        card = {"card": request.card.reveal_number()}
        return self._ask("authorize", request.reference, request.amount, deadline, card)

    def capture(self, request: AmountRequest, deadline: float) -> GatewayResult:
        """Have the amount paid out."""
        return self._ask("capture", request.reference, request.amount, deadline)

    def cancel(self, request: AmountRequest, deadline: float) -> GatewayResult:
        """Give the amount up."""
        return self._ask("cancel", request.reference, request.amount, deadline)

    def refund(self, request: AmountRequest, deadline: float) -> GatewayResult:
        """Give the amount back."""
        return self._ask("refund", request.reference, request.amount, deadline)

    def inquire(self, reference: str, deadline: float) -> BankView:
        """Ask what became of a sale."""
        found = self._post("inquire", {"reference": reference}, deadline)
        return BankView(None) if not isinstance(found, dict) else BankView(bool(found["found"]), found.get("status"))

    def _ask(
        self, verb: str, reference: str, amount: int, deadline: float, more: dict[str, Any] | None = None
    ) -> GatewayResult:
        try:
            answer = self._post(verb, {"reference": reference, "amount": amount} | (more or {}), deadline)
        except Unsent as error:
            return GatewayResult(Outcome.FAILED, error.reason, reference)
        except Unanswered as error:
            return GatewayResult(Outcome.UNKNOWN, error.reason, reference)
        if not isinstance(answer, dict) or answer.get("ok") not in (True, False):
            return GatewayResult(Outcome.UNKNOWN, "no answer of the house bank", reference)
        if not answer["ok"]:
            return GatewayResult(Outcome.DECLINED, "declined", reference, response_code="05")
        return GatewayResult(Outcome.APPROVED, "", reference, authorisation_id=answer.get("number"), response_code="00")

    def _post(self, verb: str, fields: dict[str, Any], deadline: float) -> Any:
        who = {"merchant": self._access.merchant_id, "secret": self._access.secret}
        reply = self._line.post(f"/{verb}", json.dumps(fields | who).encode(), deadline)
        try:
            return json.loads(reply.body) if reply.status == 200 else None
        except ValueError:
            return None
