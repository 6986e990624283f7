"""The protocols plug-ins fulfil, and the typed requests and results that pass through them."""

from .actions import TransactionAction
from .bank import BankAccess, BankLine, GatewayMaker, Reply, SealWatch, Unanswered, Unsent
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
from .shape import wrong_shape
from .work import Checker, DailyTask, Evidence, Sweep

__all__ = [
    "ActionRequest",
    "AmountRequest",
    "Answer",
    "AuthorizeRequest",
    "BankAccess",
    "BankLine",
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
    "GatewayMaker",
    "GatewayResult",
    "Hit",
    "NewOrder",
    "OrderDesk",
    "Outcome",
    "Reply",
    "RiskAssessor",
    "SealWatch",
    "Sweep",
    "TransactionAction",
    "Unanswered",
    "Unsent",
    "wrong_shape",
]
