"""The bank as a whole: which address is which verb, and how one message becomes one operation."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from plugins.payment_gateway.gateways import seal

from . import cash, diagnostic, messages, night, orders, settings
from .cards import CardKey
from .clock import BankClock
from .faults import Fault, FaultDesk
from .merchants import Merchant
from .messages import REFERENCE, Message, Unacceptable
from .outcome import Call, Outcome
from .schema import folder_of
from .settings import Settings
from .store import Store

Operation = Callable[[sqlite3.Connection, Call], Outcome]


@dataclass(frozen=True)
class Verb:
    """A verb of the interface: its name, how its message is read, and the reply field its code stands in."""

    name: str
    read: Callable[[Message, Merchant], Operation]
    code_field: str = "responseCode"


def _order(message: Message, merchant: Merchant) -> Operation:
    order = messages.read_order(message)
    return lambda database, call: orders.card_order(database, call, order)


def _duplicate(message: Message, merchant: Merchant) -> Operation:
    asked = messages.read_duplicate(message, merchant)
    return lambda database, call: orders.duplicate(database, call, asked)


def _inquiry(message: Message, merchant: Merchant) -> Operation:
    reference = messages.text(message, "transactionReference", REFERENCE)
    return lambda database, call: diagnostic.transaction_data(database, call, reference)


def _later(
    read: Callable[[Message], messages.CashOperation],
    operate: Callable[[sqlite3.Connection, Call, messages.CashOperation], Outcome],
) -> Callable[[Message, Merchant], Operation]:
    def reading(message: Message, merchant: Merchant) -> Operation:
        asked = read(message)
        return lambda database, call: operate(database, call, asked)

    return reading


_BASE = "/rs-services/v2/"
VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        _BASE + "checkout/cardOrder": Verb("cardOrder", _order),
        _BASE + "cashManagement/validate": Verb("validate", _later(messages.read_cash, cash.validate)),
        _BASE + "cashManagement/cancel": Verb("cancel", _later(messages.read_cash, cash.cancel)),
        _BASE + "cashManagement/refund": Verb("refund", _later(messages.read_cash, cash.refund)),
        _BASE + "cashManagement/duplicate": Verb("duplicate", _duplicate),
        _BASE + "cashManagement/acceptChallenge": Verb(
            "acceptChallenge", _later(messages.read_decision, cash.accept_challenge)
        ),
        _BASE + "cashManagement/refuseChallenge": Verb(
            "refuseChallenge", _later(messages.read_decision, cash.refuse_challenge)
        ),
        _BASE + "cashManagement/referral": Verb("referral", _later(messages.read_decision, orders.referral)),
        _BASE + "diagnostic/getTransactionData": Verb("getTransactionData", _inquiry, "getTransDataResponseCode"),
    }
)


@dataclass(frozen=True)
class Answer:
    """What to send for a message; `secret` is None where the sender is unknown and nothing can be sealed."""

    fields: messages.Message
    secret: str | None
    fault: Fault | None = None
    entry: int | None = None


class Bank:
    """The practice bank behind its HTTP desk."""

    def __init__(self, data: Path, clock_file: Path) -> None:
        self.store = Store(data)
        self.clock = BankClock(clock_file)
        self.faults = FaultDesk()
        self.settings = Settings()
        self._key = CardKey(folder_of(data) / "fingerprint.key")

    async def look(self) -> None:
        """Obey settings changed from outside and do what has become due."""
        self.settings = await self.store.run(self._settle, durable=False)

    async def answer(self, verb: Verb, body: bytes) -> Answer:
        """Take one message: check it, apply the fault ordered for it, do the operation, and say what to send."""
        merchant = None
        try:
            message = seal.read_message(body)
            merchant = messages.merchant_of(message)
            messages.check_envelope(message, merchant)
            operation = verb.read(message, merchant)
        except seal.MalformedMessage:
            return Answer({verb.code_field: "30"}, None)
        except Unacceptable as refusal:
            return _unacceptable(verb, merchant, refusal)
        reference = str(message["transactionReference"])
        fault = self.faults.take(verb.name, reference)
        if fault is not None and not fault.commit:
            said = {"merchantId": merchant.merchant_id, "transactionReference": reference}
            return Answer(said | ({verb.code_field: fault.code} if fault.code else {}), merchant.newest_key, fault)
        outcome = await self.store.run(
            self._work(operation, merchant, fault), durable=verb.name != "getTransactionData"
        )
        undone = outcome.fault is not None and not outcome.fault.commit  # nothing was done, so nothing else can be said
        return Answer(
            outcome.fields, merchant.newest_key, outcome.fault if undone else fault or outcome.fault, outcome.entry
        )

    def _work(
        self, operation: Operation, merchant: Merchant, fault: Fault | None
    ) -> Callable[[sqlite3.Connection], Outcome]:
        def work(database: sqlite3.Connection) -> Outcome:
            in_force = self._settle(database)
            call = Call(merchant, self.clock.now(), fault, in_force.night, self._key.fingerprint)
            return operation(database, call)

        return work

    def _settle(self, database: sqlite3.Connection) -> Settings:
        in_force = settings.load(database)
        night.settle(database, self.clock.now(), night=in_force.night)
        return in_force


def _unacceptable(verb: Verb, merchant: Merchant | None, refusal: Unacceptable) -> Answer:
    fields: dict[str, seal.FieldValue] = {verb.code_field: refusal.code, "errorFieldName": refusal.field_name}
    if merchant is None:
        return Answer(fields, None)
    return Answer({"merchantId": merchant.merchant_id, **fields}, merchant.newest_key)
