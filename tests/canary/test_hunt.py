"""A whole run, then the hunt: no card number and no code rests anywhere."""

from __future__ import annotations

import pytest

from tests.canary.conftest import Hunted, tell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("when", ["while it runs", "stopped", "under a new key"])
def test_no_card_number_and_no_code_is_found(hunted: Hunted, when: str) -> None:
    typed = hunted.world.deck.typed
    found = sorted(f"{each}, typed as: {typed.get(each.card.number)}" for each in hunted.found[when])
    assert found == []


def test_enough_cards_went_every_way(hunted: Hunted) -> None:
    typed, statuses = hunted.world.deck.typed, hunted.world.service.statuses
    tell(f"{len(typed)} cards typed; answers {dict(sorted(statuses.items()))}")
    assert len(typed) >= 500
    assert sum(len(number) == 16 for number in typed) >= 300
    assert sum(len(number) == 15 for number in typed) >= 100
    assert statuses[201] >= 150  # approved and refused
    assert statuses[202] >= 40  # uncertain
    assert statuses[422] >= 100
    assert statuses[500] >= 5  # a fail point raised
    assert statuses[0] >= 5  # a worker was killed under it, or a line broke
    for status in (303, 400, 401, 403, 404, 409, 413, 415, 503):
        assert statuses[status], status
