"""What moves money: the order desk, the runner, the gateways, the practice bank.

The practice bank is a process of its own that imports nothing of the application: the plug-in is loaded when asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plugin import PaymentGateway

__all__ = ["PaymentGateway"]


def __getattr__(name: str) -> Any:
    if name == "PaymentGateway":
        from .plugin import PaymentGateway

        return PaymentGateway
    raise AttributeError(name)
