"""Whose turn it is: what failed goes behind all others, and a merchant whose bank hangs leaves the turn to others."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from plugins.payment_gateway import turns
from plugins.payment_gateway.turns import DueItem, Turns


def oldest_first(*items: DueItem) -> Callable[[int], list[DueItem]]:
    return lambda most: list(items[:most])


A, B, C, D = DueItem(1, 10), DueItem(2, 10), DueItem(3, 10), DueItem(4, 20)
FIND = oldest_first(A, B, C, D)


def test_what_never_failed_comes_first_then_what_failed_longest_ago() -> None:
    order = Turns()
    assert order.take(FIND, 2) == [A, B]
    assert (order.failed(2), order.failed(1)) == (1, 1)
    assert order.take(FIND, 2) == [C, D]
    assert order.take(FIND, 4) == [C, D, B, A]
    assert order.failed(2) == 2
    assert order.take(FIND, 4) == [C, D, A, B]
    order.done(1)
    assert order.take(FIND, 4) == [A, C, D, B]


def test_what_failed_and_is_due_no_more_is_forgotten() -> None:
    order = Turns()
    order.failed(2)
    assert order.take(oldest_first(A), 2) == [A]
    assert order.take(oldest_first(A, B), 2) == [A, B]
    assert order.failed(2) == 1


def test_a_merchant_whose_bank_hangs_leaves_the_turn_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(turns.time, "monotonic", lambda: clock[0])
    order, served = Turns(), []

    def hang(merchant_id: int, number: int) -> None:
        clock[0] += 25 if merchant_id == 10 else 0
        served.append(number)

    assert order.serve(FIND, 4, hang, _never) == 3
    assert served == [1, 2, 4]
    assert order.serve(oldest_first(C, A, D), 2, hang, _never) == 2
    assert served == [1, 2, 4, 1, 4], "the one left out is behind the others"


def test_an_error_is_told_and_the_next_is_done_but_the_database_is_away_for_all() -> None:
    order, served, told = Turns(), [], []

    def fail(_merchant_id: int, number: int) -> None:
        if number == 1:
            raise RuntimeError("an error of ours")
        if number == 3:
            raise OperationalError("SELECT 1", {}, Exception("away"))
        served.append(number)

    def tell(item: DueItem, _error: Exception) -> None:
        told.append(item)
        raise RuntimeError("it cannot be noted either")

    with pytest.raises(OperationalError):
        order.serve(FIND, 4, fail, tell)
    assert (served, told) == ([2], [A])
    assert order.take(FIND, 4) == [B, D, A, C], "nor does one that the database refuses stay in front"


def _never(item: DueItem, error: Exception) -> None:
    raise AssertionError((item, error))


def test_what_waits_for_a_slow_bank_leaves_its_place_in_the_round_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(turns.time, "monotonic", lambda: clock[0])
    hanging = [DueItem(number, 10) for number in range(500)]
    others = [DueItem(number, 20 + number) for number in range(500, 600)]
    order, served = Turns(), []

    def hang(merchant_id: int, number: int) -> None:
        clock[0] += 25 if merchant_id == 10 else 0
        served.append(number)

    assert order.serve(oldest_first(*hanging, *others), 50, hang, _never) == 50
    assert served == [0, 1, *range(500, 548)]
    assert order.serve(oldest_first(*hanging[:4]), 50, hang, _never, slow_most=math.inf) == 4
