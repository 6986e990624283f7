"""The customer row of an order or an amendment."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.database import now
from app.models import Customer
from app.models.search_keys import email_key, name_key, telephone_key
from app.ports import CustomerData

PARTS = ("name", "telephone", "email", "postal_code", "address", "country")


def write_customer(session: Session, merchant_id: int, data: CustomerData | None) -> Customer | None:
    """Insert one immutable row and return it; None when nothing was given."""
    if data is None or not any(getattr(data, part) for part in PARTS):
        return None
    row = Customer(merchant_id=merchant_id, created_at=now(), **{part: getattr(data, part) for part in PARTS})
    row.name_key = name_key(data.name) if data.name else None
    row.telephone_key = telephone_key(data.telephone) if data.telephone else None
    row.email_key = email_key(data.email) if data.email else None
    session.add(row)
    session.flush()
    return row
