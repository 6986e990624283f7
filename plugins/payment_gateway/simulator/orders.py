"""New sales: cardOrder, duplicate, and the forcing of a sale the cardholder's bank wanted a call for (referral)."""

import sqlite3
import zlib
from dataclasses import dataclass, replace

from plugins.payment_gateway.gateways.seal import FieldValue

from . import cards, ledger, night, schedule
from .decisions import Decision, brand_of, by_acquirer, decide_again, decide_order
from .ledger import Sale
from .messages import CashOperation, Duplicate, Order
from .outcome import Call, Outcome, cash_reply, journal, paris_time
from .scenarios import FORCING_NUMBER, Scenario, named, of_number
from .statement import movements

# What was authorised once can be authorised again; the others never were (own: no source lists the states).
DUPLICABLE = frozenset({"TO_VALIDATE", "TO_CAPTURE", "CAPTURED", "CREDITED", "CANCELLED", "EXPIRED"})


@dataclass(frozen=True)
class _Card:
    """What a sale keeps of its card."""

    brand: str
    masked_pan: str
    expiry: str
    fingerprint: str


def card_order(database: sqlite3.Connection, call: Call, order: Order) -> Outcome:
    """Authorise a card. A taken reference is answered 94 and leaves the first sale as it is."""
    if ledger.find(database, call.merchant.merchant_id, order.reference):
        return _not_opened(database, call, order, "TRANSACTION", "94")
    decision = decide_order(order, call.merchant, call.now, call.fault)
    card = _Card(
        brand=brand_of(order) or order.brand or "",
        masked_pan=cards.masked(order.card_number),
        expiry=order.expiry,
        fingerprint=call.fingerprint(order.card_number),
    )
    scenario = of_number(order.card_number)
    if decision.approved and scenario.fault is not None and not scenario.fault.commit:
        return Outcome({}, fault=scenario.fault)
    return _open(database, call, order, card, scenario, decision)


def duplicate(database: sqlite3.Connection, call: Call, asked: Duplicate) -> Outcome:
    """Authorise the card of an older sale again, under a new reference; the card's scenario is played again."""
    if ledger.find(database, call.merchant.merchant_id, asked.reference):
        return _not_opened(database, call, asked, "DUPLICATE", "94")
    source = ledger.find(database, call.merchant.merchant_id, asked.from_reference)
    if source is None:
        return _not_opened(database, call, asked, "DUPLICATE", "25")
    if source.status not in DUPLICABLE:
        return _not_opened(database, call, asked, "DUPLICATE", "24")
    if asked.currency != source.currency:
        return _not_opened(database, call, asked, "DUPLICATE", "12")
    card = _Card(source.brand, source.masked_pan, source.pan_expiry, source.fingerprint)
    scenario = named(source.scenario)
    decision = decide_again(scenario, card.brand, card.expiry, call.now, call.fault)
    return _open(database, call, asked, card, scenario, decision)


def referral(database: sqlite3.Connection, call: Call, asked: CashOperation) -> Outcome:
    """Force a sale in REFERRAL with the number the bank gave on the telephone; another number refuses it for good."""
    sale = ledger.find(database, call.merchant.merchant_id, asked.reference)
    code = "25" if sale is None else _forcible(call, sale)
    refused = by_acquirer(call.fault.code or "05", "") if call.fault and call.fault.kind == "refuse" else None
    acquirer = None
    if sale is not None and code == "00":
        acquirer = refused.acquirer if refused else "00" if asked.authorisation_id == FORCING_NUMBER else "05"
        code = refused.response if refused else str(acquirer)
        if code == "00":
            sale = schedule.scheduled(replace(sale, authorisation_id=asked.authorisation_id), call.now)
        else:
            sale = replace(sale, status="REFUSED", due_at=None)
        sale = replace(
            sale, response_code=code, acquirer_code=acquirer,
            last_operation="ADVICE", last_operation_at=call.now.isoformat(),
        )  # fmt: skip
        ledger.save(database, sale)
    entry = journal(
        database, call, "ADVICE", asked.reference, code=code, origin=asked.origin, sale=sale,
        amount=sale.origin_amount if sale else None,
    )  # fmt: skip
    more: dict[str, FieldValue] = {"acquirerResponseCode": acquirer} if acquirer else {}
    if sale is not None and code == "00":
        more |= {"authorisationId": sale.authorisation_id, "captureLimitDate": _compact(sale)}
    return Outcome(cash_reply(call, asked.reference, code, sale, **more), entry)


def _forcible(call: Call, sale: Sale) -> str:
    if call.night and night.in_blackout(call.now):
        return "90"
    if sale.status != "REFERRAL":
        return "24"
    return "00" if call.merchant.may_force else "40"


def _open(
    database: sqlite3.Connection,
    call: Call,
    asked: Order | Duplicate,
    card: _Card,
    scenario: Scenario,
    decision: Decision,
) -> Outcome:
    operation = "TRANSACTION" if isinstance(asked, Order) else "DUPLICATE"
    sale = _sale(call, asked, card, scenario, decision, operation)
    if decision.approved:
        hold = call.fault is not None and call.fault.kind == "challenge"
        sale = (schedule.held if hold else schedule.scheduled)(sale, call.now)
    elif decision.response == "02":
        sale = schedule.awaiting_call(sale, call.now)
    sale = replace(sale, capture_origin=asked.terms.origin)
    ledger.add(database, [sale])
    movements.note_change(database, None, sale, call.now, None)
    entry = journal(
        database, call, operation, asked.reference, code=decision.response, amount=asked.amount,
        origin=asked.terms.origin, sale=sale,
    )  # fmt: skip
    return Outcome(_order_reply(sale), entry, scenario.fault if decision.approved else None)


def _sale(
    call: Call, asked: Order | Duplicate, card: _Card, scenario: Scenario, decision: Decision, operation: str
) -> Sale:
    at = call.now.isoformat()
    return Sale(
        merchant_id=call.merchant.merchant_id,
        reference=asked.reference,
        from_reference=asked.from_reference if isinstance(asked, Duplicate) else None,
        order_id=asked.terms.order_id,
        customer_id=asked.terms.customer_id,
        return_context=asked.terms.return_context,
        order_channel=asked.terms.channel,
        payment_pattern=asked.terms.pattern if isinstance(asked, Order) else "RECURRING_N",
        origin_amount=asked.amount,
        current_amount=asked.amount,
        refunded_amount=0,
        currency=asked.currency,
        brand=card.brand,
        masked_pan=card.masked_pan,
        pan_expiry=card.expiry,
        fingerprint=card.fingerprint,
        scenario=scenario.name,
        capture_mode=asked.terms.mode,
        capture_day=asked.terms.day,
        created_at=at,
        limit_date=None,
        due_at=None,
        status="REFUSED",
        response_code=decision.response,
        acquirer_code=decision.acquirer,
        csc_result=decision.csc,
        authorisation_id=f"{zlib.crc32(asked.reference.encode()) % 1_000_000:06d}" if decision.approved else None,
        captured_at=None,
        last_operation=operation,
        last_operation_at=at,
    )


def _order_reply(sale: Sale) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue | None] = {
        "merchantId": sale.merchant_id,
        "transactionReference": sale.reference,
        "transactionDateTime": paris_time(sale.created),
        "responseCode": sale.response_code,
        "acquirerResponseCode": sale.acquirer_code,
        "authorisationId": sale.authorisation_id,
        "amount": sale.origin_amount,
        "currencyCode": sale.currency,
        "cardCSCResultCode": sale.csc_result,
        "captureLimitDate": _compact(sale),
        "maskedPan": sale.masked_pan,
        "paymentMeanBrand": sale.brand,
        "transactionStatus": sale.status,
        "orderId": sale.order_id,
        "returnContext": sale.return_context,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _not_opened(
    database: sqlite3.Connection, call: Call, asked: Order | Duplicate, operation: str, code: str
) -> Outcome:
    entry = journal(
        database, call, operation, asked.reference, code=code, amount=asked.amount, origin=asked.terms.origin,
        sale=None, currency=asked.currency,
    )  # fmt: skip
    fields: dict[str, FieldValue] = {
        "merchantId": call.merchant.merchant_id,
        "transactionReference": asked.reference,
        "transactionDateTime": paris_time(call.now),
        "responseCode": code,
    }
    return Outcome(fields, entry)


def _compact(sale: Sale) -> str | None:
    return sale.limit_date.replace("-", "") if sale.limit_date else None
