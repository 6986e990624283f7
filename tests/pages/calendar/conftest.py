"""It is the eve of Good Friday."""

from __future__ import annotations

import pytest

from tests.pages.shop import Shop
from tests.service.clock import BusinessClock


@pytest.fixture
def clock(shop: Shop) -> BusinessClock:
    """It is 14:00 in Paris."""
    found = BusinessClock(shop.app.extensions["settings"].clock_file)
    found.at("2027-03-25 14:00")
    return found
