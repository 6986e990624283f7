"""Gateways: one adapter a file, and what they share. Adapters are imported when asked for.

The practice bank, a process of its own, imports `gateways.seal`: importing this package must load nothing else.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.ports import Gateway

    from .access import BankAccess, SealWatch
    from .http import Transport

    AdapterFactory = Callable[[BankAccess, Transport, SealWatch], Gateway]

ADAPTERS: Mapping[str, str] = MappingProxyType({"sips": "plugins.payment_gateway.gateways.sips:Sips"})
"""Adapters by the name a gateway account holds, each as `module:class` (docs/gateways.md says how to add one)."""


def adapter(name: str) -> AdapterFactory:
    """Return what makes a gateway out of an account's access, transport and seal watch. Raises LookupError."""
    module, _, factory = ADAPTERS[name].partition(":")
    return cast("AdapterFactory", getattr(importlib.import_module(module), factory))
