"""What happened to a sale, one sentence an event: what, how the amounts changed, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from ..domain.states import Event
from ..web.formats import amount, day
from ..web.labels import label


@dataclass(frozen=True, slots=True)
class Sentence:
    """When, what, and who did it."""

    at: datetime
    text: str
    who: str


def story_of(sale: Any) -> list[Sentence]:
    """Return the sentences of a sale's events, the oldest first."""
    told: list[Sentence] = []
    before: Any = None
    for event, after in zip(sale.events, _amended_to(sale), strict=True):
        parts = [label(event.kind, "event"), *_changes(before, event, sale.currency), *_details(event, after)]
        told.append(Sentence(event.at, ". ".join(part.rstrip(".") for part in parts) + ".", event.actor))
        before = event
    return told


def _changes(before: Any, after: Any, currency: str) -> list[str]:
    """How the amounts differ from those after the event before; of the first event the amount itself."""
    if before is None:
        return [gettext("Amount: %(amount)s", amount=amount(after.amount, currency))]
    said = []
    if less := before.amount - after.amount:
        said.append(
            gettext(
                "%(less)s let go, %(rest)s remain", less=amount(less, currency), rest=amount(after.amount, currency)
            )
        )
    if more := after.captured_amount - before.captured_amount:
        said.append(gettext("%(amount)s sent to the bank", amount=amount(more, currency)))
    if more := after.refunded_amount - before.refunded_amount:
        rest = after.captured_amount - after.refunded_amount - after.reserved_amount
        said.append(
            gettext(
                "%(amount)s refunded, %(rest)s can still be refunded",
                amount=amount(more, currency),
                rest=amount(rest, currency),
            )
        )
    elif more := after.reserved_amount - before.reserved_amount:
        words = gettext("%(amount)s kept for a refund", amount=amount(abs(more), currency))
        said.append(
            words if more > 0 else gettext("%(amount)s no longer kept for a refund", amount=amount(-more, currency))
        )
    return said


def _amended_to(sale: Any) -> list[dict[str, Any]]:
    """What an amendment can change as it stood after each event: an event holds only what was before it."""
    known = {"order_number": sale.order_number, "shipping_date": sale.shipping_date and sale.shipping_date.isoformat()}
    after: list[dict[str, Any]] = []
    for event in reversed(sale.events):
        after.append(dict(known))
        data = event.data or {}
        if event.kind == Event.AMENDED.name:
            known |= {name: text for name, text in (data.get("old") or {}).items() if name in known}
        elif event.kind == Event.MOVED.name and data.get("shipping_date"):
            known["shipping_date"] = None  # what it was before is not told
    return after[::-1]


def _details(event: Any, after: dict[str, Any]) -> list[str]:
    """What the event's data say, of the kinds that hold something a person asked for."""
    data = event.data or {}
    if event.kind == Event.MOVED.name and data.get("to"):
        days = {"before": _day(data.get("from")), "after": _day(data["to"])}
        said = [gettext("From %(before)s to %(after)s", **days)]
        if data.get("shipping_date"):
            said.append(gettext("The goods leave on %(day)s", day=_day(data["shipping_date"])))
        return said
    if event.kind == Event.AMENDED.name and data.get("old"):
        return list(_amended(data["old"], after))
    if event.kind == Event.DUPLICATED.name and data.get("reference"):
        return [gettext("The new sale is %(reference)s", reference=data["reference"])]
    if event.kind == Event.SECOND_ORDER.name and data.get("sales"):
        return [gettext("The earlier sale is %(reference)s", reference=each) for each in dict.fromkeys(data["sales"])]
    if data.get("note"):
        return [str(data["note"])]
    return []


def _amended(old: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    if old.get("order_number"):
        yield gettext("The order number was %(number)s before", number=old["order_number"])
    elif "order_number" in old and after["order_number"]:
        yield gettext("Order number added: %(number)s", number=after["order_number"])
    if old.get("shipping_date"):
        yield gettext("The shipping day was %(day)s before", day=_day(old["shipping_date"]))
    elif "shipping_date" in old and after["shipping_date"]:
        yield gettext("Shipping day added: %(day)s", day=_day(after["shipping_date"]))


def _day(text: str | None) -> str:
    return day(date.fromisoformat(text) if text else None)
