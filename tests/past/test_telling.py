"""The months as they are told, at full size and without a database: who, what, when, in which state."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from app.domain.actor import Actor, machine
from app.domain.card_search import mask_card_numbers
from app.domain.states import OPEN_STATUSES, State
from app.models import Contract, Merchant
from plugins.payment_gateway.accounts import GatewayAccount
from plugins.payment_gateway.demo import authorising, season
from plugins.payment_gateway.demo.cards import ISSUED, Wallet
from plugins.payment_gateway.demo.life import Life
from plugins.payment_gateway.demo.past import SIZES, live
from plugins.payment_gateway.demo.people import made_up
from plugins.payment_gateway.demo.place import Place, Staff
from plugins.payment_gateway.demo.stories import sold

TODAY = date(2026, 11, 24)
PARIS = ZoneInfo("Europe/Paris")
LAPSING = (State.TO_CAPTURE, State.TO_VALIDATE, State.TO_CHALLENGE)


def place_of(name: str = "PRACTICE", today: date = TODAY, seed: str = "two") -> Place:
    merchant = Merchant(id=1, short_name=name, zone="Europe/Paris", default_brand="CB", forcing_allowed=True)
    account = GatewayAccount(id=1, bank_merchant_id="002001000000001")
    doors = {
        scheme: (
            Contract(id=number, number=f"100000{number}", scheme=scheme, currency="EUR", cut_off=time(21)),
            account,
        )
        for number, scheme in enumerate(("CARD", "AMEX") if name == "PRACTICE" else ("CARD",), 1)
    }
    people = [
        Actor(number, login, (1,), frozenset()) for number, login in enumerate(("clerk", "amelie", "boss", "sub"), 1)
    ]
    staff = Staff({people[0]: 50, people[1]: 26}, people[2:], people[2], machine(1))
    return Place(merchant, doors, staff, today, Random(seed), rules=name == "PRACTICE")


def lives_of(name: str = "PRACTICE", today: date = TODAY, seed: str = "two") -> list[Life]:
    return live(place_of(name, today, seed), SIZES[name])


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return lives_of()


def day(life: Life) -> date:
    return life.sale.created_at.astimezone(PARIS).date()


def test_five_thousand_sales_of_fifteen_months_end_yesterday(lives: list[Life]) -> None:
    assert len(lives) >= 5_000
    days = sorted(map(day, lives))
    assert days[0] >= date(2025, 8, 24)
    assert days[0] <= date(2025, 8, 28)
    assert days[-1] == TODAY - timedelta(days=1)
    for life in lives:
        for operation in life.operations:
            assert (operation.settled_at or operation.created_at).astimezone(PARIS).date() < TODAY
            assert operation.created_at >= life.sale.created_at
        assert [event.at for event, _ in life.events] == sorted(event.at for event, _ in life.events)


def test_the_same_seed_tells_the_same() -> None:
    lives, again = lives_of("OTHER"), lives_of("OTHER")
    assert [(life.sale.reference, life.sale.state, life.sale.amount) for life in lives] == [
        (life.sale.reference, life.sale.state, life.sale.amount) for life in again
    ]
    assert len({life.sale.reference for life in lives}) == len(lives)
    assert {life.sale.reference for life in lives_of("OTHER", seed="another")}.isdisjoint(
        life.sale.reference for life in lives
    )


class _Amends(Random):
    """Chance, but for what is tossed between nought and one: the slip of every order is found and mended."""

    getrandbits = Random.getrandbits  # what is drawn from many stays by chance

    def random(self) -> float:
        return 0.045


def test_nobody_changes_a_sale_once_its_evening_has_begun() -> None:
    place = replace(place_of(), rng=_Amends("one"))
    person = made_up(place.rng, 1, Wallet("late", [card for card in ISSUED if card[0] != "374290"]))
    at = place.at(TODAY - timedelta(days=30), 20, 55)
    for _ in range(500):
        life = authorising.order(place, at, person, person.wallet.card(place.rng, place.day(at)), 5_000)
        authorising.number(life, "VP12345")
        sold(life)
        moments = [event.at for event, _ in life.events]
        assert moments == sorted(moments), [(event.at, event.kind) for event, _ in life.events]


def test_the_last_orders_are_numbered_in_their_order(lives: list[Life]) -> None:
    given = [life.sale for life in lives if life.sale.order_number and life.source is None]
    given.sort(key=lambda sale: sale.created_at)
    numbers = [int(text[2:]) for text in dict.fromkeys(str(sale.order_number) for sale in given[-30:])]
    assert numbers == sorted(numbers)
    assert max(numbers) == max(
        int(str(sale.order_number)[2:]) for sale in given if str(sale.order_number)[2:].isdecimal()
    )


def test_weekdays_and_the_weeks_before_christmas_are_busiest(lives: list[Life]) -> None:
    by_weekday = Counter(day(life).weekday() for life in lives)
    assert min(by_weekday[number] for number in range(5)) > 2 * by_weekday[5] > 4 * by_weekday[6] > 0
    in_december = sum(date(2025, 12, 1) <= day(life) <= date(2025, 12, 20) for life in lives)
    in_august = sum(date(2026, 8, 1) <= day(life) <= date(2026, 8, 20) for life in lives)
    assert in_december > 2 * in_august > 0


def test_every_state_scheme_channel_and_refusal_occurs(lives: list[Life]) -> None:
    sales = [life.sale for life in lives]
    assert {sale.state for sale in sales} >= {
        *LAPSING,
        State.CAPTURED,
        State.CREDITED,
        State.CANCELLED,
        State.REFUSED,
        State.EXPIRED,
    }
    assert {sale.brand for sale in sales} == {"CB", "VISA", "MASTERCARD", "AMEX"}
    assert all((sale.brand == "AMEX") == (sale.contract_id == 2) for sale in sales)
    assert {sale.channel for sale in sales} == {"TELEPHONE_ORDER", "MAIL_ORDER", "FAX_ORDER"}
    refusals = {(sale.response_code, sale.acquirer_response_code) for sale in sales if sale.state == State.REFUSED}
    assert refusals >= {("05", "51"), ("05", "05"), ("14", "14"), ("54", "54"), ("34", None), ("90", None)}
    names = Counter((operation.name, operation.status) for life in lives for operation in life.operations)
    for name in (
        "ADVICE",
        "VALIDATE",
        "DUPLICATE",
        "AMEND",
        "ACCEPT_CHALLENGE",
        "REFUSE_CHALLENGE",
        "EXPIRED",
        "CHARGEBACK",
    ):
        assert names[name, "DONE"] > 0, name
    assert names["CREDIT", "DONE"] > 200
    assert {unpaid.stage for life in lives for unpaid in life.unpaid} >= {
        "NOTIFIED",
        "CONTESTED",
        "WON",
        "LOST",
        "ACCEPTED",
    }


def test_amounts_are_those_of_a_mail_order_shop(lives: list[Life]) -> None:
    amounts = sorted(life.sale.original_amount for life in lives)
    assert amounts[0] >= 100  # the rest of a parcel
    assert 4_000 < amounts[len(amounts) // 2] < 12_000
    assert amounts[-1] < 150_000


def test_a_few_things_wait_for_people_and_nothing_for_the_bank(lives: list[Life]) -> None:
    open_ = [life.sale for life in lives if life.sale.state in LAPSING]
    for sale in open_:
        assert sale.limit_date is not None
        assert TODAY <= sale.limit_date <= TODAY + timedelta(days=6)
        if sale.state == State.TO_CAPTURE and not sale.capture_error:
            assert sale.capture_date is not None
            assert TODAY <= sale.capture_date <= sale.limit_date
    states = Counter(sale.state for sale in open_)
    assert 3 <= states[State.TO_CHALLENGE] <= 8
    assert 5 <= states[State.TO_VALIDATE] <= 25
    assert states[State.TO_CAPTURE] >= 3
    assert sum(1 for sale in open_ if sale.capture_error) == 1
    assert not [life for life in lives if life.sale.state in (State.PENDING, State.REFERRAL)]
    statuses = Counter(operation.status for life in lives for operation in life.operations)
    asked = [each for life in lives for each in life.operations if each.status == "REQUESTED"]
    assert len(asked) == 2
    assert len({each.created_by for each in asked}) == 2, "each of two people may approve the other's"
    assert statuses["WAITING"] == 1
    assert not set(statuses) & OPEN_STATUSES


def test_other_is_smaller_and_has_no_option() -> None:
    lives = lives_of("OTHER")
    assert 500 < len(lives) < 1_000
    assert not [
        life for life in lives if life.hits or life.sale.brand == "AMEX" or life.sale.state == State.TO_CHALLENGE
    ]


def test_customers_can_be_called_and_nothing_looks_like_a_card(lives: list[Life]) -> None:
    named = [life.person.data for life in lives if life.person is not None]
    assert len({data.name for data in named}) > 1_000
    assert all((data.telephone or "").startswith("+33") and len(data.telephone or "") == 12 for data in named)
    for life in lives:
        data, sale = life.person.data if life.person is not None else None, life.sale
        texts = [sale.order_number, sale.note, sale.customer_id, sale.reference, data and data.telephone, data and data.email,
                 data and data.address, *(operation.note for operation in life.operations)]  # fmt: skip
        assert all(mask_card_numbers(text) == text for text in texts if text)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 24), date(2025, 8, 24)),
        (date(2026, 5, 31), date(2025, 2, 28)),
        (date(2027, 2, 28), date(2025, 11, 28)),
    ],
)
def test_fifteen_months_begin_on_the_same_day_of_the_month(today: date, first: date) -> None:
    assert season.beginning(today) == first


@pytest.mark.parametrize("today", [date(2026, 3, 30), date(2026, 10, 26), date(2027, 1, 1), date(2028, 2, 29)])
def test_any_day_may_be_the_first(today: date) -> None:
    """Mondays, the days after a change of the clock, New Year, a leap day."""
    lives = lives_of("OTHER", today)
    assert max(day(life) for life in lives) <= today - timedelta(days=1)
    assert all(
        life.sale.limit_date is None or life.sale.limit_date >= today for life in lives if life.sale.state in LAPSING
    )
