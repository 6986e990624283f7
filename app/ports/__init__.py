"""The protocols plug-ins fulfil, and the typed requests and results that pass through them."""

from .actions import TransactionAction
from .desk import ActionRequest, Answer, CustomerData, NewOrder, OrderDesk
from .gateway import (
    AmountRequest,
    AuthorizeRequest,
    BankView,
    Blackout,
    Capabilities,
    DuplicateRequest,
    ForceRequest,
    Gateway,
    GatewayResult,
    Outcome,
)
from .risk import Decision, Hit, RiskAssessor
from .work import Checker, DailyTask, Evidence, Sweep

__all__ = [
    "ActionRequest",
    "AmountRequest",
    "Answer",
    "AuthorizeRequest",
    "BankView",
    "Blackout",
    "Capabilities",
    "Checker",
    "CustomerData",
    "DailyTask",
    "Decision",
    "DuplicateRequest",
    "Evidence",
    "ForceRequest",
    "Gateway",
    "GatewayResult",
    "Hit",
    "NewOrder",
    "OrderDesk",
    "Outcome",
    "RiskAssessor",
    "Sweep",
    "TransactionAction",
]
