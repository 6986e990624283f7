"""Every table of the core; importing this package completes the metadata."""

from .card import Card, CardFingerprint
from .customer import Customer
from .ended_session import EndedSession
from .merchant import Contract, Membership, Merchant, MerchantLimit, MerchantOption, Reason, UserSetting
from .operation import Operation, Submission, TransactionEvent
from .remittance import Remittance
from .trace import Alarm, AuditEntry, OutboxMail, RiskHit
from .transaction import Transaction
from .unpaid import Unpaid

__all__ = [
    "Alarm",
    "AuditEntry",
    "Card",
    "CardFingerprint",
    "Contract",
    "Customer",
    "EndedSession",
    "Membership",
    "Merchant",
    "MerchantLimit",
    "MerchantOption",
    "Operation",
    "OutboxMail",
    "Reason",
    "Remittance",
    "RiskHit",
    "Submission",
    "Transaction",
    "TransactionEvent",
    "Unpaid",
    "UserSetting",
]
