"""A merchant with its people at the desk, and what tests ask of them: take, act, look, and the bank's own books."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import text, update

from app.database import Scope, now, unit_of_work
from app.domain.actor import Actor
from app.domain.card import parse_card
from app.domain.states import OPEN_STATUSES
from app.models import Merchant, MerchantLimit, Reason, Transaction
from app.plugin import registry
from app.ports import ActionRequest, Answer, NewOrder
from app.security.profiles import PROFILES
from plugins.payment_gateway.accounts import GatewayAccount
from plugins.payment_gateway.lapses import expire_all
from plugins.payment_gateway.practice import create_practice_account
from plugins.payment_gateway.resolution import ALL, resolve_one
from plugins.payment_gateway.waiting import send_one
from tests.bank.conftest import BankProcess
from tests.factories import make_contract, make_merchant
from tests.service.books import Books

APPROVED, REFERRAL, REFUSED = "4970100000000006", "4970100000000022", "4970100000000055"
NEVER_ANSWERS, NOTHING_DONE, LATE = "4970100000000600", "4970100000000618", "4970100000000626"
CUT_BEFORE, CUT_AFTER, GARBAGE = "4970100000000634", "4970100000000642", "4970100000000659"
OTHER_REFERENCE, CAPTURE_REFUSED = "4970100000000667", "4970100000000675"
VISA, AMEX = "4111111111111111", "378282246310005"
EUR = 10_000  # what a sale of these tests amounts to: 100.00
_numbers = itertools.count(1)
_people = itertools.count(10_000)


def person(merchant_id: int, role: str, name: str = "") -> Actor:
    """Somebody with this profile at the merchant."""
    number = next(_people)
    return Actor(number, name or f"{role.split()[-1].lower()}{number}", (merchant_id,), PROFILES[role].rights)


def open_shop(
    app: Flask, bank: BankProcess, *, options: Sequence[str] = ("AMEX",), amex: bool = True, **settings: Any
) -> Shop:
    """Open a merchant with accounts at the practice bank; `settings` are the merchant's own."""
    contract_settings = settings.pop("contract", {})
    values = {"forcing_allowed": True} | settings
    with unit_of_work(Scope(admin=True)) as session:
        merchant = make_merchant(session, f"S{next(_numbers)}X{uuid.uuid4().hex[:6].upper()}", options, **values)
        contracts = list(merchant.contracts)
        if amex:
            contracts.append(make_contract(session, merchant, "AMEX"))
        for contract in contracts:
            for name, value in contract_settings.items():
                setattr(contract, name, value)
            create_practice_account(app.extensions["settings"], session, merchant.id, contract.id)
    return Shop(app, bank, merchant.id)


class Shop(Books):
    """One merchant, one person of each profile, and a second supervisor for what takes two."""

    def __init__(self, app: Flask, bank: BankProcess, merchant_id: int) -> None:
        super().__init__(bank, merchant_id)
        self.app = app
        self.clerk = person(merchant_id, "Clerk")
        self.supervisor = person(merchant_id, "Supervisor")
        self.second = person(merchant_id, "Supervisor")
        self.manager = person(merchant_id, "Merchant manager")
        self.risk = person(merchant_id, "Risk officer")
        self.accountant = person(merchant_id, "Accountant")

    # --- what people do ---------------------------------------------------------------------------------------------

    def order(self, number: str = APPROVED, amount: int = EUR, **more: Any) -> NewOrder:
        """An order as typed."""
        code = more.pop("code", "1234" if number == AMEX else "123")
        card = parse_card(number, more.pop("expiry", "12/34"), code, date(2026, 1, 1))
        return NewOrder(
            **{
                "merchant_id": self.id, "channel": "TELEPHONE_ORDER", "amount": amount, "currency": "EUR",
                "card": card, "order_number": f"A-{next(_numbers)}",
            }
            | more
        )  # fmt: skip

    def take(
        self, number: str = APPROVED, amount: int = EUR, *, who: Actor | None = None, key: str = "", **more: Any
    ) -> Answer:
        """Take an order; the clerk does, under a new key, unless said otherwise."""
        return registry().desk.take(who or self.clerk, self.order(number, amount, **more), key or new_key())

    def act(self, reference: str, verb: str, *, who: Actor | None = None, key: str = "", **fields: Any) -> Answer:
        """Ask for a verb; the supervisor does, under a new key, unless said otherwise."""
        request = ActionRequest(**{"given": frozenset(fields)} | fields)
        return registry().desk.act(who or self.supervisor, reference, verb, request, key or new_key())

    def decide(self, operation_id: int | None, approve: bool, *, who: Actor | None = None, key: str = "") -> Answer:
        """Approve or reject what somebody asked for."""
        assert operation_id is not None
        return registry().desk.decide(who or self.second, operation_id, approve, None, key or new_key())

    def sold(self, amount: int = EUR, **more: Any) -> str:
        """The reference of an approved sale."""
        taken = self.take(amount=amount, **more)
        assert taken.status == 201
        return taken.reference

    def captured(self, amount: int = EUR, **more: Any) -> str:
        """The reference of a captured sale."""
        reference = self.sold(amount, **more)
        assert self.act(reference, "capture").status == 200
        return reference

    def resolve(self) -> int:
        """`egestion resolve` for this merchant's sales alone; returns how often the bank was asked."""
        asked = 0
        for _ in range(2):
            for sale in self.sales():
                for operation in sale.operations:
                    if operation.status in OPEN_STATUSES:
                        asked += resolve_one(self.id, operation.id, ALL)
        return asked

    def settle(self, seconds: float = 8) -> None:
        """The same until nothing is uncertain: "not received" and "nothing of it" are believed late."""
        limit = time.monotonic() + seconds
        while self.resolve() and time.monotonic() < limit:
            time.sleep(0.2)

    def send_waiting(self) -> None:
        """What the sweep "waiting operations" does, for this merchant."""
        for operation_id in self._due("due_waiting"):
            send_one(self.id, operation_id)

    def lapse(self) -> None:
        """What the sweep "lapsed sales" does, for this merchant."""
        with unit_of_work(Scope((self.id,))) as session:
            expire_all(session, self.id, self._due("due_lapsed"))

    def _due(self, finder: str) -> list[int]:
        statement = text(f"SELECT id FROM {finder}(:at, 100000) WHERE merchant_id = :merchant ORDER BY id")
        with unit_of_work(Scope((self.id,))) as session:
            return list(session.execute(statement, {"at": now(), "merchant": self.id}).scalars())

    # --- settings ---------------------------------------------------------------------------------------------------

    def set(self, **values: Any) -> None:
        """Change the merchant's settings."""
        with unit_of_work(Scope(admin=True)) as session:
            session.execute(update(Merchant).where(Merchant.id == self.id).values(**values))

    def set_account(self, **values: Any) -> None:
        """Change the gateway accounts."""
        with unit_of_work(Scope(admin=True)) as session:
            session.execute(update(GatewayAccount).where(GatewayAccount.merchant_id == self.id).values(**values))

    def limit(self, verb: str, amount: int) -> None:
        """Above this amount the verb takes two persons."""
        with unit_of_work(Scope((self.id,))) as session:
            session.add(MerchantLimit(merchant_id=self.id, verb=verb, amount=amount))

    def drop_reason(self, code: str) -> None:
        """Take a reason off the merchant's list."""
        with unit_of_work(Scope((self.id,))) as session:
            session.execute(
                update(Reason).where(Reason.merchant_id == self.id, Reason.code == code).values(active=False)
            )

    def night(self, on: bool = True) -> None:
        """Let the bank keep its night and its blackout, and the accounts know."""
        self.bank.control(night=on)
        self.set_account(blackout=on)

    @staticmethod
    def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until it is so."""
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, "it did not happen in time"
            time.sleep(0.02)


def new_key() -> str:
    """An Idempotency-Key nobody used."""
    return str(uuid.uuid4())


def statuses(sale: Transaction) -> list[tuple[str, str]]:
    """Name and status of each operation."""
    return [(each.name, each.status) for each in sale.operations]


def is_open(sale: Transaction) -> bool:
    """Whether an operation of the sale has no certain outcome."""
    return any(each.status in OPEN_STATUSES for each in sale.operations)
