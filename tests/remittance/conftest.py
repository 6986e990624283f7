"""The evening's runs: the desk's fixtures, and a merchant whose contract is run as the sweep does."""

from __future__ import annotations

import pytest

from tests.remittance.evening import Evening
from tests.service.conftest import app, bank, clock, new_shop, service, shop
from tests.service.shop import Shop

__all__ = ["app", "bank", "clock", "new_shop", "service", "shop"]


@pytest.fixture
def evening(shop: Shop) -> Evening:
    """The shop's card contract."""
    return Evening(shop)
