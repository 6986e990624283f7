"""From a typed order to the bank's answer: what `terminal`, `approval` and `settle` make of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.brands import AMEX, Initiation, choose_brand
from app.domain.days import add_days, capture_date, limit_date
from app.domain.states import CaptureMode, Event, OperationName, OperationStatus, State
from app.models import RiskHit, Transaction
from app.models.search_keys import order_key
from app.ports import Decision, Outcome

from ..orders import of_bin
from ..references import ALPHABET, LENGTH
from ..simulator.scenarios import FORCING_NUMBER
from .cards import PastCard
from .life import Life, answered
from .people import Person
from .place import Place

BANK_DAYS = 6  # of the deferral every authorisation is asked with
WRONG_CODE = "4E"


def reference(place: Place) -> str:
    """Return a reference as `references` makes them, by the place's own chance."""
    bits = place.rng.getrandbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> 5 * digit & 31] for digit in range(LENGTH))


def order(
    place: Place, at: datetime, person: Person, card: PastCard, amount: int, mode: str = CaptureMode.AUTHOR_CAPTURE
) -> Life:
    """Return a typed order, its bank not yet asked; mode, channel, deferral as people choose them."""
    rng, merchant = place.rng, place.merchant
    wish = rng.choice(card.brands) if rng.random() < 0.09 else None
    brand, choice = choose_brand(card.brands, wish, merchant.default_brand)
    contract, account = place.doors["AMEX" if brand == AMEX else "CARD"]
    seller = place.seller()
    sale = Transaction(
        merchant_id=merchant.id,
        contract_id=contract.id,
        gateway_account_id=account.id,
        reference=reference(place),
        order_number=None,
        order_key=None,
        channel=rng.choices(("TELEPHONE_ORDER", "MAIL_ORDER", "FAX_ORDER"), (74, 22, 4))[0],
        state=State.PENDING,
        payment_pattern="ONE_SHOT",
        currency=contract.currency,
        original_amount=amount,
        amount=amount,
        captured_amount=0,
        refunded_amount=0,
        reserved_amount=0,
        brand=brand,
        brand_choice=choice,
        last4=card.last4,
        masked_pan=card.masked,
        card_expiry=card.expiry,
        **of_bin(card.bin),
        complementary_code="00",
        capture_mode=mode,
        capture_day=_deferral(place, mode),
        customer_id=person.customer_id,
        held=False,
        created_at=at,
        created_by_id=seller.id,
        created_by=seller.name,
    )
    return Life(place, sale, person, card, seller)


def _deferral(place: Place, mode: str) -> int:
    if mode == CaptureMode.VALIDATION:
        return 6
    if mode == CaptureMode.IMMEDIATE:
        return 0
    return place.rng.choices(range(7), (58, 10, 14, 8, 4, 3, 3))[0]


def number(life: Life, text: str | None) -> None:
    """Give the sale its order number."""
    life.sale.order_number = text
    life.sale.order_key = order_key(text) if text else None


def submit(life: Life, name: OperationName = OperationName.TRANSACTION) -> None:
    """Ask the bank."""
    sale = life.sale
    operation = life.ask(name, sale.original_amount, sale.created_at, life.seller, sent=True, note=sale.note)
    life.happen(Event.SUBMITTED, sale.created_at, life.seller, operation, from_state=State.NEW)
    life.told(name, sale.created_at)
    # The bank's own limit, a day later than ours for a Visa card by the merchant.
    life.bank.limit = add_days(
        life.place.day(sale.created_at), 5 if life.source and sale.brand == "VISA" else BANK_DAYS
    )


def approve(life: Life, *, forced_at: datetime | None = None) -> None:
    """The bank authorises: dates and state by capture mode and risk decision."""
    sale, place, operation = life.sale, life.place, life.operations[-1]
    at = operation.ended_at or sale.created_at
    authorised_at = forced_at or sale.created_at
    sale.answered_at = at
    sale.response_code = sale.acquirer_response_code = "00"
    if forced_at is None:
        sale.authorisation_id = f"{place.rng.randrange(1_000_000):06d}"
        sale.csc_result = _code_result(life)
    initiation = Initiation.MERCHANT if operation.name == OperationName.DUPLICATE else Initiation.CUSTOMER
    sale.limit_date = limit_date(sale.capture_mode, sale.capture_day, place.day(authorised_at), sale.brand, initiation)
    sale.bank_status = State.TO_VALIDATE
    sale.bank_amount, sale.bank_captured_amount, sale.bank_refunded_amount = sale.original_amount, 0, 0
    if sale.risk_decision == Decision.CHALLENGE:
        event = Event.APPROVED_TO_CHALLENGE
    elif sale.capture_mode == CaptureMode.VALIDATION:
        event = Event.APPROVED_TO_VALIDATE
    else:
        event, contract = Event.APPROVED_TO_CAPTURE, place.doors["AMEX" if sale.brand == AMEX else "CARD"][0]
        sale.capture_date = capture_date(
            authorised_at, sale.capture_day, place.zone, contract.cut_off, accepted_at=at, limit=sale.limit_date
        )
    life.happen(event, at, life.seller, operation)
    result = answered(Outcome.APPROVED, "00", "00", sale.authorisation_id)
    life.end(operation, OperationStatus.DONE, at, result)
    life.told(operation.name, at, "TO_VALIDATE")


def _code_result(life: Life) -> str | None:
    """Four in five orders have a security code; a duplicate never has, and American Express tells nothing of it."""
    if life.source is not None or life.sale.brand == AMEX:
        return None
    return "4D" if life.place.rng.random() < 0.8 else "53"


def decline(life: Life, response: str, acquirer: str, csc: str | None = None) -> None:
    """The bank refuses."""
    sale, operation = life.sale, life.operations[-1]
    at = operation.ended_at or sale.created_at
    sale.answered_at, sale.bank_status = at, State.REFUSED
    sale.response_code, sale.acquirer_response_code = response, acquirer
    sale.csc_result = csc or _code_result(life)
    life.happen(Event.DECLINED, at, life.seller, operation)
    life.end(operation, OperationStatus.REFUSED, at, answered(Outcome.DECLINED, response, acquirer))
    life.told(operation.name, at, "REFUSED")


def call_wanted(life: Life) -> None:
    """The bank wants to be called: REFERRAL until the end of the order's day."""
    sale, operation = life.sale, life.operations[-1]
    at = operation.ended_at or sale.created_at
    sale.answered_at, sale.bank_status = at, State.REFERRAL
    sale.response_code = sale.acquirer_response_code = "02"
    sale.csc_result, sale.limit_date = _code_result(life), life.place.day(sale.created_at)
    life.happen(Event.ASKED_TO_CALL, at, life.seller, operation)
    life.end(operation, OperationStatus.REFUSED, at, answered(Outcome.REFERRAL, "02", "02"))
    life.told(operation.name, at, "REFERRAL")


def force(life: Life) -> None:
    """The clerk has called the bank and types the number it gave."""
    at = life.last + timedelta(minutes=4) + life.place.moments(400)
    life.ask(OperationName.ADVICE, life.sale.amount, at, life.seller, sent=True)
    life.sale.authorisation_id = FORCING_NUMBER
    approve(life, forced_at=at)


def refused_by_rule(life: Life, rule: str, code: str, info: str) -> None:
    """A rule of the merchant's refuses: the bank is never called."""
    sale = life.sale
    sale.risk_decision, sale.complementary_code, sale.complementary_info = Decision.REFUSE, code, info
    sale.response_code, sale.answered_at = "34", sale.created_at
    hit(life, rule, Decision.REFUSE, code, info)
    operation = life.ask(OperationName.TRANSACTION, sale.original_amount, sale.created_at, life.seller, note=sale.note)
    operation.response_code = "34"
    life.happen(Event.REFUSED_BY_RULE, sale.created_at, life.seller, operation, from_state=State.NEW)
    life.end(operation, OperationStatus.REFUSED, sale.created_at)


def held_by_rule(life: Life, rule: str, code: str, info: str) -> None:
    """A rule wants a person to look once the bank has authorised; said before `submit`."""
    sale = life.sale
    sale.risk_decision, sale.complementary_code, sale.complementary_info = Decision.CHALLENGE, code, info
    hit(life, rule, Decision.CHALLENGE, code, info)


def hit(life: Life, rule: str, decision: Decision, code: str, info: str) -> None:
    """Write that a rule fired."""
    sale = life.sale
    row = RiskHit(merchant_id=sale.merchant_id, rule=rule, decision=decision, code=code, info=info, at=sale.created_at)
    life.hits.append(row)


def not_sent(life: Life) -> None:
    """The line was down: nothing left, and the bank never heard of it."""
    sale, operation = life.sale, life.operations[-1]
    at = operation.ended_at or sale.created_at
    sale.answered_at, sale.response_code = at, "90"
    life.happen(Event.NOT_SENT, at, life.seller, operation)
    life.end(operation, OperationStatus.FAILED, at, answered(Outcome.FAILED, "90"))
    sale.response_code, life.bank.known = "90", False


def not_received(life: Life) -> None:
    """No answer came, and the bank said twice that it knows nothing of it."""
    sale, operation = life.sale, life.operations[-1]
    operation.ended_at = sale.created_at + timedelta(seconds=25)
    at = sale.created_at + timedelta(minutes=11) + life.place.moments(60)
    operation.inquiries, operation.not_found_count = 6, 2
    sale.answered_at, sale.not_received_at, sale.response_code = at, at, "97"
    life.happen(Event.NOT_RECEIVED, at, life.place.staff.machine, operation)
    life.end(operation, OperationStatus.FAILED, at, answered(Outcome.FAILED, "97"))
    life.bank.known = False
