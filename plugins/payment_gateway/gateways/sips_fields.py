"""What we tell the platform: requests as the fields of its interface (domain.md section 8).

Every sale is authorised in VALIDATION mode for six days, whatever its own mode and day: we hold the deferral. orderChannel
is always MOTO. Amounts travel as text, which the platform takes as well as numbers and which seals as it is written.
"""

from __future__ import annotations

from app.domain.brands import BrandChoice
from app.domain.currencies import CURRENCIES
from app.ports import AmountRequest, AuthorizeRequest, DuplicateRequest, ForceRequest, Unsent

CAPTURE = {"captureMode": "VALIDATION", "captureDay": "6", "orderChannel": "MOTO"}
ORDER_ID, CUSTOMER_ID, RETURN_CONTEXT, ORIGIN = 32, 19, 256, 20  # characters (Sogenactif's data dictionary)

# How the brand of a co-badged card was chosen; of a card with one brand there is nothing to say.
_CHOSEN: dict[str, str] = {BrandChoice.DEFAULT: "APPLIED_DEFAULT", BrandChoice.CUSTOMER: "APPLIED_HOLDER"}

# The platform makes `| ; : "` blanks by itself; control characters it refuses.
_BLANKED = str.maketrans(dict.fromkeys('|;:"' + "".join(map(chr, (*range(32), 127))), " "))


def card_order(request: AuthorizeRequest) -> dict[str, str]:
    """Return the fields of a cardOrder; they hold the card's number and code. Raises Unsent for a text too long."""
    card = request.card
    fields = {
        "transactionReference": request.reference,
        "amount": str(request.amount),
        "currencyCode": currency_number(request.currency),
        "cardNumber": card.reveal_number(),
        "cardExpiryDate": card.expiry_yyyymm,
        "paymentMeanBrand": request.brand,
        **_chosen(request.brand_choice),
        "paymentPattern": "ONE_SHOT",
        **CAPTURE,
        **_free("orderId", request.order_number, ORDER_ID),
        **_free("customerId", request.customer_id, CUSTOMER_ID),
        **_free("returnContext", request.return_context, RETURN_CONTEXT),
    }
    code = card.reveal_security_code()
    return fields if code is None else fields | {"cardCSCValue": code}


def _chosen(how: str) -> dict[str, str]:
    status = _CHOSEN.get(how)
    return {} if status is None else {"paymentMeanBrandSelectionStatus": status}


def duplicate(request: DuplicateRequest) -> dict[str, str]:
    """Return the fields of a duplicate. Raises Unsent for a text too long."""
    return {
        "transactionReference": request.reference,
        "fromTransactionReference": request.from_reference,
        "amount": str(request.amount),
        "currencyCode": currency_number(request.currency),
        **CAPTURE,
        **_free("orderId", request.order_number, ORDER_ID),
    }


def operation(request: AmountRequest) -> dict[str, str]:
    """Return the fields of a validate, cancel or refund; of a longer origin the end is sent, which holds the number."""
    fields = {
        "transactionReference": request.reference,
        "operationAmount": str(request.amount),
        "currencyCode": currency_number(request.currency),
    }
    if request.origin:
        fields["operationOrigin"] = request.origin.translate(_BLANKED)[-ORIGIN:]
    return fields


def referral(request: ForceRequest) -> dict[str, str]:
    """Return the fields of a referral: the sale and the number the bank gave (unverified against the live platform)."""
    return {"transactionReference": request.reference, "authorisationId": request.authorisation_number}


def inquiry(reference: str) -> dict[str, str]:
    """Return the fields of a getTransactionData."""
    return {"transactionReference": reference}


def currency_number(code: str) -> str:
    """Return the ISO 4217 number, three digits, of a currency's letters. Raises Unsent for one that is unknown."""
    currency = CURRENCIES.get(code)
    if currency is None:
        raise Unsent("unknown currency")
    return currency.number


def _free(name: str, value: str | None, longest: int) -> dict[str, str]:
    if not value:
        return {}
    if len(value) > longest:  # cutting it would tell the bank something else than the merchant wrote
        raise Unsent(f"{name} is longer than {longest} characters")
    return {name: value.translate(_BLANKED)}
