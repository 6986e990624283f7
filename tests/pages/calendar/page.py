"""How the calendar is read, and sales to stand on it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.database import now
from app.domain.states import State
from app.models import Contract, Transaction
from tests.factories import make_contract, make_transaction
from tests.pages.shop import FAR, PARIS, Shop

As = Callable[[str], FlaskClient]
NUMBER = re.compile(
    r'<a class="plan \w+" href="([^"]+)"><strong>([\d,]+)</strong> ([^<]+)<span class="unseen">[^<]*</span></a>'
    r' <span class="plan-sum">([^<]*)</span>'
)
SHOWN = re.compile(r'<th role="rowheader"[^>]*><a href="/transactions/show/(\d+)"')
# Thursday, the eve of Good Friday: the bank books nothing until Tuesday. In Auckland it is Friday already.
THURSDAY = date(2027, 3, 25)


def numbers(page: TestResponse) -> list[tuple[str, int, str, str]]:
    """(address, how many, of what, sums) of every number of the calendar."""
    assert page.status_code == 200
    found = NUMBER.findall(page.text)
    return [(url.replace("&amp;", "&"), int(count.replace(",", "")), words, sums) for url, count, words, sums in found]


def rows(client: FlaskClient, url: str) -> list[int]:
    """The sales a page of a day lists, all pages of it."""
    found: list[int] = []
    while url:
        page = client.get(url)
        assert page.status_code == 200, url
        found += map(int, SHOWN.findall(page.text))
        following = re.search(r'<a[^>]* href="([^"]+)"[^>]* rel="next"', page.text.partition("</table>")[2])
        url = following[1].replace("&amp;", "&") if following else ""
    return found


def some_sales(shop: Shop, count: int) -> list[Transaction]:
    """Sales of every state, merchant and contract, of days before, on and after today."""
    chance = random.Random(7)
    found = []
    with shop.books() as session:
        contracts = []
        for name in (PARIS, FAR):
            merchant = shop.merchant(session, name)
            make_contract(session, merchant, "AMEX")
            own = session.scalars(select(Contract).where(Contract.merchant_id == merchant.id)).all()
            contracts += [(merchant, contract) for contract in own]
        for _ in range(count):
            merchant, contract = chance.choice(contracts)
            state = chance.choice([*State][1:] + [State.TO_CAPTURE] * 8)
            day = THURSDAY + timedelta(days=chance.randint(-2, 7))
            planned = {"capture_date": day - timedelta(days=chance.randint(0, 3))} if state == State.TO_CAPTURE else {}
            values = {
                "limit_date": day,
                "held": state == State.TO_CAPTURE and chance.random() < 0.2,
                "capture_error": "05" if state == State.TO_CAPTURE and chance.random() < 0.1 else None,
            }
            found.append(
                make_transaction(
                    session,
                    merchant,
                    state,
                    chance.randint(1, 99_999),
                    contract=contract,
                    at=now(),
                    **planned,
                    **values,
                )
            )
    return found
