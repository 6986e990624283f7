"""Every way a request can be turned down, typed; caught in one place by API and screens.

`code` is stable and public (interface.md), `status` the HTTP status the API answers, `message` an English
msgid with `%(name)s` placeholders filled from `params`. None of them ever holds a card number or code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .text import N_


class FieldError(NamedTuple):
    """One wrong field: its API name, a stable code, an English msgid and its parameters."""

    field: str
    code: str
    message: str
    params: Mapping[str, Any] = {}


class DomainError(Exception):
    """A request refused for a reason its sender can understand."""

    status = 400
    code = "refused"
    message = N_("The request was refused.")

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code)


class InvalidInput(DomainError):
    """One or more fields are wrong; nothing was stored."""

    status = 422
    code = "invalid_input"
    message = N_("Some fields are not right.")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__()

    @classmethod
    def of(cls, field: str, code: str, message: str, **params: Any) -> InvalidInput:
        """Return the refusal of one field."""
        return cls([FieldError(field, code, message, params)])


class MalformedRequest(DomainError):
    """What could not be read; `because` is the msgid of what is wrong with it, where that is known."""

    code = "malformed_request"
    message = N_("The request could not be read.")

    def __init__(self, because: str | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.message = because or type(self).message


class IdempotencyKeyMissing(DomainError):
    code = "idempotency_key_missing"
    message = N_("The header Idempotency-Key is missing, or is not 1 to 255 visible ASCII characters without blanks.")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    message = N_("There is no such thing here.")


class NotPermitted(DomainError):
    status = 403
    code = "not_permitted"
    message = N_("Your profile does not allow this.")


class OptionNotSubscribed(DomainError):
    status = 403
    code = "option_not_subscribed"
    message = N_("The merchant has not subscribed to the option %(option)s.")


class NotAllowedInState(DomainError):
    """Not possible as things stand; `because` is the msgid of the reason where it is not the state alone."""

    status = 409
    code = "not_allowed_in_state"
    message = N_("This cannot be done while the transaction is %(state)s.")

    def __init__(self, because: str | None = None, **params: Any) -> None:
        super().__init__(**params)
        self.message = because or type(self).message


class NotCapable(DomainError):
    status = 409
    code = "not_capable"
    message = N_("The payment gateway cannot do this.")


class OperationInFlight(DomainError):
    status = 409
    code = "operation_in_flight"
    message = N_("Another operation on this transaction is under way; try again in a moment.")


class IdempotencyMismatch(DomainError):
    status = 409
    code = "idempotency_mismatch"
    message = N_("This Idempotency-Key was used for another request.")


class UnpaidWarning(DomainError):
    status = 409
    code = "unpaid_warning"
    message = N_("This sale came back unpaid; confirm to refund it all the same.")


class OrderWarning(DomainError):
    """Something about an order a person must see once before it is sent; nothing was written."""

    status = 409
    code = "order_warning"
    message = N_("Look at this before the order is sent.")

    def __init__(self, hits: Sequence[Any]) -> None:
        self.hits = tuple(hits)  # ports.Hit, informative ones
        super().__init__()


class AmountTooHigh(InvalidInput):
    """More than may still be cancelled, validated or refunded."""

    code = "amount_too_high"

    def __init__(self, most: int) -> None:
        text = N_("At most %(most)s is possible (minor units).")
        super().__init__([FieldError("amount", "amount_too_high", text, {"most": most})])
        self.most = most


class NotSent(DomainError):
    """Refused before anything was written, or the connection failed before the first byte left."""

    status = 503
    code = "not_sent"
    message = N_("Nothing was sent to the bank; it may be tried again. %(why)s")


class GatewayStopped(DomainError):
    status = 503
    code = "gateway_stopped"
    message = N_("New orders are stopped: the bank's answers cannot be verified. Call the administrator.")


class NoGateway(DomainError):
    status = 503
    code = "no_gateway"
    message = N_("No payment gateway is installed.")


class IllegalTransition(AssertionError):
    """A programming error: the table of transitions does not know this event in this state."""
