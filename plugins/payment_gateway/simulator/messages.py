"""What a message must look like: the envelope every message has, and the body of each verb.

Field names, and the codes 03, 24, 25, 30, 34, 40, 51, 94 with their meanings, are those of public Sips clients and of
the read-me of Worldline's .NET library. Field lengths are those of domain.md section 2 (Sogenactif's data dictionary).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from plugins.payment_gateway.gateways import seal
from plugins.payment_gateway.gateways.seal import FieldValue

from .cards import BRANDS
from .merchants import MERCHANTS, Merchant

Message = Mapping[str, FieldValue]

REFERENCE = r"[A-Za-z0-9]{1,35}"
AMOUNT = r"0*[1-9][0-9]{0,11}"
CURRENCY = r"[0-9]{3}"
NUMBER = r"[0-9]{1,12}"
_VERSION = re.compile(r"[A-Z]{2,3}_WS_2\.[0-9]{1,3}")
_FORBIDDEN = str.maketrans('|;:"', "    ")


class Unacceptable(Exception):
    """A message the bank does not act upon: the platform's code, and the field it is about."""

    def __init__(self, code: str, field_name: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field_name = field_name


def merchant_of(message: Message) -> Merchant:
    """Who sent it. Raises Unacceptable: 30 for a merchantId that is none, 03 for one without a contract here."""
    merchant = MERCHANTS.get(text(message, "merchantId", r"[0-9]{15}"))
    if merchant is None:
        raise Unacceptable("03", "merchantId")
    return merchant


def check_envelope(message: Message, merchant: Merchant) -> None:
    """Check version, key and seal. Raises Unacceptable: 30 for a format, 34 for an unknown key or a wrong seal."""
    if not _VERSION.fullmatch(text(message, "interfaceVersion", r".{1,20}")):
        raise Unacceptable("30", "interfaceVersion")
    if text(message, "sealAlgorithm", r".{1,40}", default="HMAC-SHA-256") != "HMAC-SHA-256":
        raise Unacceptable("30", "sealAlgorithm")
    secret = merchant.keys.get(int(text(message, "keyVersion", r"[0-9]{1,9}")))
    if secret is None:
        raise Unacceptable("34", "keyVersion")
    if not seal.verify(message, secret):
        raise Unacceptable("34", "seal")


@dataclass(frozen=True)
class Order:
    """A cardOrder. The card's number and code live in this object only, and its text does not show them."""

    reference: str
    amount: int
    currency: str
    card_number: str = field(repr=False)
    expiry: str
    code: str | None = field(repr=False)
    brand: str | None
    terms: "Terms"


@dataclass(frozen=True)
class Terms:
    """What an order and a duplicate say beside the card: when to capture, and whose order it is."""

    mode: str
    day: int
    channel: str
    pattern: str
    order_id: str | None
    customer_id: str | None
    return_context: str | None
    origin: str | None


@dataclass(frozen=True)
class Duplicate:
    """A new sale on the card of an older one."""

    reference: str
    from_reference: str
    amount: int
    currency: str
    terms: Terms


@dataclass(frozen=True)
class CashOperation:
    """Any later operation on a sale; `amount` and `currency` are None where the verb has none."""

    reference: str
    amount: int | None
    currency: str | None
    origin: str | None
    authorisation_id: str | None = None


def read_order(message: Message) -> Order:
    """Read a cardOrder. Raises Unacceptable 30 naming the field, 40 for a channel the contract does not cover."""
    return Order(
        reference=text(message, "transactionReference", REFERENCE),
        amount=int(text(message, "amount", AMOUNT)),
        currency=text(message, "currencyCode", CURRENCY),
        card_number=text(message, "cardNumber", r"[0-9]{12,19}"),
        expiry=text(message, "cardExpiryDate", r"[0-9]{4}(0[1-9]|1[0-2])"),
        code=optional(message, "cardCSCValue", r"[0-9]{3,4}"),
        brand=optional(message, "paymentMeanBrand", "|".join(BRANDS)),
        terms=_terms(message),
    )


def read_duplicate(message: Message, merchant: Merchant) -> Duplicate:
    """Read a duplicate. Raises Unacceptable 30 naming the field, 40 for a sale of another merchant."""
    if optional(message, "fromMerchantId", r"[0-9]{15}") not in (None, merchant.merchant_id):
        raise Unacceptable("40", "fromMerchantId")
    return Duplicate(
        reference=text(message, "transactionReference", REFERENCE),
        from_reference=text(message, "fromTransactionReference", REFERENCE),
        amount=int(text(message, "amount", AMOUNT)),
        currency=text(message, "currencyCode", CURRENCY),
        terms=_terms(message),
    )


def read_cash(message: Message) -> CashOperation:
    """Read a validate, cancel or refund. Raises Unacceptable 30 naming the field."""
    return CashOperation(
        reference=text(message, "transactionReference", REFERENCE),
        amount=int(text(message, "operationAmount", AMOUNT)),
        currency=text(message, "currencyCode", CURRENCY),
        origin=optional(message, "operationOrigin", r".{0,20}"),
    )


def read_decision(message: Message) -> CashOperation:
    """Read an acceptChallenge, refuseChallenge or referral. Raises Unacceptable 30 naming the field."""
    return CashOperation(
        reference=text(message, "transactionReference", REFERENCE),
        amount=None,
        currency=None,
        origin=optional(message, "operationOrigin", r".{0,20}"),
        authorisation_id=optional(message, "authorisationId", r"[A-Za-z0-9]{1,10}"),
    )


def _terms(message: Message) -> Terms:
    channel = text(message, "orderChannel", r"MOTO|TELEPHONE_ORDER|MAIL_ORDER|INTERNET|INAPP", default="INTERNET")
    if channel in ("INTERNET", "INAPP"):
        raise Unacceptable("40", "orderChannel")  # both contracts are for remote sale without the cardholder online
    return Terms(
        mode=text(message, "captureMode", r"AUTHOR_CAPTURE|VALIDATION|IMMEDIATE", default="AUTHOR_CAPTURE"),
        day=int(text(message, "captureDay", r"0?[0-6]", default="0")),
        channel=channel,
        pattern=text(message, "paymentPattern", r"ONE_SHOT|RECURRING_1|RECURRING_N|INSTALMENT", default="ONE_SHOT"),
        order_id=_free(message, "orderId", 32),
        customer_id=_free(message, "customerId", 19),
        return_context=_free(message, "returnContext", 256),
        origin=optional(message, "operationOrigin", r".{0,20}"),
    )


def text(message: Message, name: str, pattern: str, *, default: str | None = None) -> str:
    """The text of a field that fits `pattern` whole; `default` where it is absent. Raises Unacceptable 30."""
    value = message.get(name, default)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise Unacceptable("30", name)
    return value


def optional(message: Message, name: str, pattern: str) -> str | None:
    """Like `text`, but None where the field is absent, null or empty."""
    return None if message.get(name) in (None, "") else text(message, name, pattern)


def _free(message: Message, name: str, length: int) -> str | None:
    value = optional(message, name, rf"[^\x00-\x1f]{{0,{length}}}")
    return None if value is None else value.translate(_FORBIDDEN)  # as the platform does in production
