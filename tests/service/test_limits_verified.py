"""I11 of `verify`: an authorisation is captured in time, cancelled, or people are told before it is let go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
from flask import Flask

from app.checks import core_invariants, limits
from app.checks.reading import snapshot
from app.domain.clock import real_now
from app.domain.errors import NotAllowedInState
from config import Settings
from plugins.payment_gateway.remittance.warnings import warn_due
from plugins.payment_gateway.verbs import capture
from tests.post.planting import plant
from tests.service.clock import BusinessClock
from tests.service.shop import CAPTURE_REFUSED, Shop


def wrong(reference: str) -> list[str]:
    """What I11 says of one sale."""
    found = next(each for each in core_invariants() if each.invariant == "I11")
    return [text.removeprefix(f"{reference}: ") for text in found.wrong if reference in text]


def wrong_in_production(settings: Settings, references: Sequence[str]) -> set[str]:
    """What I11 says of these sales where no days are skipped."""
    with snapshot(settings) as connection:
        found = limits.check(connection, replace(settings, env="production"))
    return {text for text in found.wrong if text.partition(":")[0] in references}


def some_time_ago(settings: Settings) -> None:
    """As if the clock had not just been moved."""
    before = real_now().timestamp() - 3600
    os.utime(settings.clock_file, (before, before))


def test_what_is_left_lying_after_its_limit_is_seen(shop: Shop, clock: BusinessClock, servers: Settings) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_mode="VALIDATION")
    clock.at("2027-03-17 00:14")
    some_time_ago(servers)
    assert wrong(reference) == []  # the sweep comes by every minute
    clock.at("2027-03-17 00:20")
    assert wrong(reference) == []  # nobody lived through the days that practice skipped
    some_time_ago(servers)
    assert wrong(reference) == ["TO_VALIDATE, and nothing is under way since its limit, 2027-03-16, is over"]
    shop.lapse()
    assert wrong(reference) == []
    shop.send_waiting()
    assert (shop.sale(reference).state, wrong(reference)) == ("EXPIRED", [])


def test_a_sale_that_lapsed_and_nobody_was_told_is_seen(shop: Shop, app: Flask, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold(capture_mode="VALIDATION")
    clock.at("2027-03-17 00:01")
    shop.lapse()
    shop.send_waiting()
    assert wrong(reference) == []
    sale = shop.sale(reference)
    plant(app, "UPDATE alarm SET at = at + interval '1 day' WHERE transaction_id = %s", sale.id)
    assert wrong(reference) == ["EXPIRED, and nobody was told before"]
    plant(app, "UPDATE alarm SET at = at - interval '1 day' WHERE transaction_id = %s", sale.id)


def test_in_production_the_alarm_of_the_release_is_no_warning(
    shop: Shop, clock: BusinessClock, servers: Settings
) -> None:
    clock.at("2027-03-10 12:00")
    undecided, held, refused = (
        shop.sold(capture_mode="VALIDATION"), shop.sold(), shop.take(CAPTURE_REFUSED).reference
    )  # fmt: skip
    shop.act(held, "hold")
    assert shop.act(refused, "capture").status == 409
    clock.at("2027-03-16 23:50")
    late, kept = shop.sold(capture_mode="VALIDATION", capture_day=0), shop.sold(capture_day=6)
    clock.at("2027-03-17 00:01")
    shop.lapse()
    shop.send_waiting()
    sales = (undecided, held, refused, late)
    assert {shop.sale(each).state for each in sales} == {"EXPIRED"}
    unwarned = {f"{each}: EXPIRED, and nobody was warned by the end of 2027-03-16" for each in (undecided, held)}
    assert wrong_in_production(servers, (*sales, kept)) == unwarned
    assert [text for each in sales for text in wrong(each)] == []  # practice skipped the days between


@pytest.mark.parametrize("warned", ["2027-03-15 08:00", "2027-03-16 23:59"])
def test_who_was_warned_the_day_before_or_on_the_day_was_told(
    shop: Shop, clock: BusinessClock, servers: Settings, warned: str
) -> None:
    clock.at("2027-03-10 12:00")
    undecided, held = shop.sold(capture_mode="VALIDATION"), shop.sold()
    shop.act(held, "hold")
    clock.at(warned)
    warn_due()
    clock.at("2027-03-17 00:01")
    shop.lapse()
    shop.send_waiting()
    assert {shop.sale(each).state for each in (undecided, held)} == {"EXPIRED"}
    assert wrong_in_production(servers, (undecided, held)) == set()


def test_a_capture_beyond_its_limit_is_seen(shop: Shop, app: Flask, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    clock.at("2027-03-16 23:58")
    assert shop.act(reference, "capture").status == 200
    assert wrong(reference) == []
    plant(app, "UPDATE transaction SET limit_date = '2027-03-15' WHERE reference = %s", reference)
    assert wrong(reference) == ["captured on 2027-03-16, its limit was 2027-03-15"]
    plant(app, "UPDATE transaction SET limit_date = '2027-03-16' WHERE reference = %s", reference)


def test_a_capture_asked_for_in_time_and_sent_beyond_its_limit_is_seen(
    shop: Shop, app: Flask, clock: BusinessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.limit("capture", 0)
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    clock.at("2027-03-15 12:00")
    asked = shop.act(reference, "capture")
    assert (asked.status, asked.code) == (202, "approval_required")
    plant(app, "UPDATE transaction SET limit_date = '2027-03-15' WHERE reference = %s", reference)
    clock.at("2027-03-16 00:10")
    with pytest.raises(NotAllowedInState):
        shop.decide(asked.operation_id, True)
    monkeypatch.setattr(capture, "demand_not_lapsed", lambda _case: None)  # as if the verb did not look
    assert shop.decide(asked.operation_id, True).status == 200
    assert wrong(reference) == ["captured on 2027-03-16, its limit was 2027-03-15"]
    plant(app, "UPDATE transaction SET limit_date = '2027-03-16' WHERE reference = %s", reference)
    assert wrong(reference) == []


def test_before_the_sweep_comes_by_nobody_captures_what_has_lapsed(shop: Shop, clock: BusinessClock) -> None:
    clock.at("2027-03-10 12:00")
    reference = shop.sold()
    clock.at("2027-03-17 00:00:01")
    with pytest.raises(NotAllowedInState):
        shop.act(reference, "capture")
    assert shop.done(reference)[1:] == []
    shop.lapse()
    shop.send_waiting()
    assert shop.sale(reference).state == "EXPIRED"
