"""Rows for tests, made through the models in the caller's session: merchants, users, sales in every state.

Everything a person may read carries `marker`, so that a test can look for it where it must not be.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session

from app.domain.states import OperationName, OperationStatus, State
from app.models import (
    Card,
    CardFingerprint,
    Contract,
    Customer,
    Membership,
    Merchant,
    MerchantOption,
    Operation,
    Reason,
    Transaction,
    TransactionEvent,
)
from app.models.merchant import SHIPPED_REASONS
from app.security.commands import new_user

PASSWORD = "practice-1234-5678"
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def make_merchant(session: Session, short_name: str = "ALPHA", options: Sequence[str] = (), **values: Any) -> Merchant:
    """Add a merchant with a CARD contract and the shipped reasons. The session's scope must be the administrator's."""
    merchant = Merchant(short_name=short_name, name=values.pop("name", f"{short_name} SARL"), **values)
    session.add(merchant)
    session.flush()
    make_contract(session, merchant)
    for code, label_fr, label_en in SHIPPED_REASONS:
        session.add(Reason(merchant_id=merchant.id, code=code, label_fr=label_fr, label_en=label_en))
    for option in options:
        session.add(MerchantOption(merchant_id=merchant.id, code=option, from_day=date(2025, 1, 1)))
    session.flush()
    return merchant


def make_contract(session: Session, merchant: Merchant, scheme: str = "CARD", **values: Any) -> Contract:
    """Add an acceptance contract."""
    number = values.pop("number", f"{1_000_000 + next(_numbers)}")
    contract = Contract(
        merchant_id=merchant.id, number=number, scheme=scheme, name=f"{merchant.short_name} {scheme}", **values
    )
    session.add(contract)
    session.flush()
    return contract


def make_user(
    session: Session,
    username: str,
    profile: str | Sequence[str] = "Clerk",
    merchants: Sequence[Merchant] = (),
    **values: Any,
) -> User:
    """Add an active user with the profile(s), belonging to the merchants; the password is PASSWORD."""
    profiles = (profile,) if isinstance(profile, str) else tuple(profile)
    names = {"email": f"{username}@example.test", "first_name": username.capitalize(), "last_name": "Example"} | values
    user = new_user(session, username, PASSWORD, profiles, **names)
    for merchant in merchants:
        session.add(Membership(user_id=user.id, merchant_id=merchant.id))
    session.flush()
    return user


def make_card(session: Session, merchant: Merchant, bin: str = "497010", last4: str = "0006") -> Card:
    """Add a card with one fingerprint that belongs to no real number."""
    card = Card(merchant_id=merchant.id, bin=bin, last4=last4, created_at=NOON)
    session.add(card)
    session.flush()
    made_up = hashlib.sha256(f"{merchant.id} {card.id}".encode()).hexdigest()
    session.add(
        CardFingerprint(merchant_id=merchant.id, card_id=card.id, key_version=1, fingerprint=made_up, created_at=NOON)
    )
    return card


def make_customer(session: Session, merchant: Merchant, marker: str = "") -> Customer:
    """Add a customer whose every text holds the marker."""
    name = f"{marker or 'Client'} Dupont"
    customer = Customer(
        merchant_id=merchant.id,
        name=name,
        name_key=name.upper(),
        email=f"{(marker or 'client').lower()}@example.test",
        email_key=f"{(marker or 'client').lower()}@example.test",
        address=f"1 rue {marker or 'Neuve'}",
        created_at=NOON,
    )
    session.add(customer)
    session.flush()
    return customer


def make_transaction(
    session: Session,
    merchant: Merchant,
    state: str = State.TO_CAPTURE,
    amount: int = 12_345,
    marker: str = "",
    contract: Contract | None = None,
    at: datetime = NOON,
    **values: Any,
) -> Transaction:
    """Add a sale with its card, customer, authorisation and event, amounts as the state demands them."""
    number = next(_numbers)
    contract = contract or session.query(Contract).filter_by(merchant_id=merchant.id).order_by(Contract.id).first()
    assert contract is not None
    card = make_card(session, merchant)
    gone = state in (State.CANCELLED, State.EXPIRED)
    captured = amount if state in (State.CAPTURED, State.CREDITED) else 0
    order = f"{marker or 'A'}-{number}"
    sale = Transaction(
        **{
            "merchant_id": merchant.id,
            "contract_id": contract.id,
            "reference": f"T{marker}{number:08d}"[:35],
            "order_number": order,
            "order_key": order.upper(),
            "channel": "TELEPHONE_ORDER",
            "state": str(state),
            "currency": contract.currency,
            "original_amount": amount,
            "amount": 0 if gone else amount,
            "captured_amount": captured,
            "refunded_amount": captured if state == State.CREDITED else 0,
            "card_id": card.id,
            "brand": "CB",
            "bin": card.bin,
            "last4": card.last4,
            "masked_pan": f"{card.bin}######{card.last4}",
            "card_expiry": "202812",
            "response_code": "05" if state == State.REFUSED else None if state == State.PENDING else "00",
            "authorisation_id": "123456",
            "capture_mode": "VALIDATION" if state == State.TO_VALIDATE else "AUTHOR_CAPTURE",
            "capture_day": 0,
            "capture_date": at.date() if state == State.TO_CAPTURE else None,
            "limit_date": at.date() + timedelta(days=6),
            "customer_id": f"C{marker}{number}"[:19],
            "customer_row_id": make_customer(session, merchant, marker).id,
            "return_context": f"context {marker}",
            "note": f"note {marker}",
            "created_at": at,
            "created_by": values.pop("created_by", f"clerk{marker}"),
            "answered_at": at,
            **values,
        }
    )
    session.add(sale)
    session.flush()
    status = OperationStatus.SENT if state == State.PENDING else OperationStatus.DONE
    operation = make_operation(session, sale, OperationName.TRANSACTION, status, amount=amount, marker=marker)
    session.add(
        TransactionEvent(
            merchant_id=merchant.id,
            transaction_id=sale.id,
            operation_id=operation.id,
            at=at,
            kind="SUBMITTED",
            from_state="NEW",
            to_state=str(state),
            amount=sale.amount,
            captured_amount=sale.captured_amount,
            refunded_amount=sale.refunded_amount,
            reserved_amount=0,
            actor=sale.created_by,
            data={"marker": marker},
        )
    )
    session.flush()
    return sale


def make_operation(
    session: Session,
    sale: Transaction,
    name: str = OperationName.CREDIT,
    status: str = OperationStatus.DONE,
    amount: int = 100,
    marker: str = "",
    **values: Any,
) -> Operation:
    """Add the next operation of a sale; amounts of the sale stay as they are."""
    last = (
        session.query(Operation.sequence).filter_by(transaction_id=sale.id).order_by(Operation.sequence.desc()).first()
    )
    operation = Operation(
        **{
            "merchant_id": sale.merchant_id,
            "transaction_id": sale.id,
            "sequence": (last[0] if last else 0) + 1,
            "name": str(name),
            "status": str(status),
            "amount": amount,
            "note": f"note {marker}",
            "created_at": sale.created_at,
            "created_by": sale.created_by,
            "settled_at": sale.created_at if status == OperationStatus.DONE else None,
            **values,
        }
    )
    session.add(operation)
    session.flush()
    return operation
