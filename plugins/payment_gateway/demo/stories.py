"""Which life an order has: most are paid and remitted; some are refused, held, given up, validated in part, refunded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.states import CaptureMode, OperationName

from . import authorising, goods, later, planning
from .aftermath import afterwards
from .life import Life
from .people import Person
from .place import Place

# The bank's refusals: response, acquirer, security-code result, how often.
REFUSALS = (
    ("05", "05", None, 24), ("05", "51", None, 30), ("14", "14", "4E", 18), ("54", "54", None, 6), ("05", "91", None, 8),
    ("05", "61", None, 5), ("05", "57", None, 4), ("05", "41", None, 2), ("05", "43", None, 2), ("75", "75", None, 1),
)  # fmt: skip
AMEX_REFUSALS = (("05", "05", None, 8), ("05", "04", None, 1))


def tell(place: Place, at: datetime, person: Person, text: str | None, amount: int = 0) -> list[Life]:
    """Return the sales an order came to: one, a second try after a refusal, a second parcel."""
    kinds, weights = zip(*KINDS.items(), strict=True)
    kind: Story = place.rng.choices(kinds, weights)[0]
    if kind in BY_RULE and not place.rules:
        kind = sold
    card = person.wallet.card(place.rng, place.day(at))
    life = authorising.order(place, at, person, card, amount or goods.basket(place.rng), MODES.get(kind, MODE))
    authorising.number(life, text)
    if place.rng.random() < 0.11:
        life.sale.note = place.rng.choice(goods.SALE_NOTES)
    return [life, *kind(life)]


def sold(life: Life) -> list[Life]:
    """Authorised, perhaps changed before its day, remitted in the evening."""
    authorising.submit(life)
    authorising.approve(life)
    _changed(life)
    later.remit(life)
    afterwards(life)
    return []


def _changed(life: Life) -> None:
    """What few sales meet between the order and its remittance."""
    place, sale, chance = life.place, life.sale, life.place.rng.random()
    at = life.last + timedelta(minutes=2) + place.moments(5400)
    if at >= later.run_begins(life) or not place.over(at):
        return
    by = place.supervisor()
    if chance < 0.016:
        later.cancel(life, at, life.seller, sale.amount, *goods.words(place.rng, goods.CANCEL_NOTES))
    elif chance < 0.022 and goods.part(place.rng, sale.amount) < sale.amount:
        part = goods.part(place.rng, sale.amount // 2)
        later.cancel(life, at, by, part, "OUT_OF_STOCK", "Un article épuisé")
    elif chance < 0.029 and place.day(at).weekday() < 5 and sale.capture_day:
        later.capture(life, at, by, requested_by_id=by.id)
    elif chance < 0.036 and sale.limit_date and sale.capture_date and sale.capture_date < sale.limit_date:
        planning.move(life, at, by, sale.capture_date + timedelta(days=1))
    elif chance < 0.040 and sale.capture_day > 1:
        planning.hold(life, at, by, "Adresse à vérifier avec le client")
        planning.release(life, at + timedelta(minutes=50), by)
    elif chance < 0.048 and sale.order_number:
        right, sale.order_number = sale.order_number, sale.order_number[:-2] + sale.order_number[:-3:-1]
        authorising.number(life, sale.order_number)
        if right != sale.order_number:
            planning.amend(life, at, life.seller, right)


def at_once(life: Life) -> list[Life]:
    """Captured while the customer is on the line, where that is before the day's cut-off."""
    if life.sale.created_at >= life.place.at(life.place.day(life.sale.created_at), 18, 0):
        life.sale.capture_mode = CaptureMode.AUTHOR_CAPTURE
        return sold(life)
    authorising.submit(life)
    authorising.approve(life)
    later.capture(life, life.last + life.place.moments(2), life.seller)
    afterwards(life)
    return []


def refused(life: Life) -> list[Life]:
    """Refused by the bank; two customers in three give another card."""
    rng, place = life.place.rng, life.place
    authorising.submit(life)
    told = AMEX_REFUSALS if life.sale.brand == "AMEX" else REFUSALS
    response, acquirer, csc, _ = rng.choices(told, [each[3] for each in told])[0]
    authorising.decline(life, response, acquirer, csc)
    if rng.random() > 0.66 or life.person is None:
        return []
    at = life.last + timedelta(seconds=50) + place.moments(150)
    card = life.card if csc else life.person.wallet.card(rng, place.day(at), other_than=life.card)
    again = authorising.order(place, at, life.person, card, life.sale.original_amount)
    again.seller = life.seller
    again.sale.created_by_id, again.sale.created_by = life.seller.id, life.seller.name
    again.sale.channel, again.sale.note = life.sale.channel, life.sale.note
    authorising.number(again, life.sale.order_number)
    return [again, *sold(again)]


def ruled_out(life: Life) -> list[Life]:
    """Refused by a rule of the merchant's own."""
    authorising.refused_by_rule(life, "liste noire", "03", "Carte sur la liste noire du marchand")
    return []


def to_call(life: Life) -> list[Life]:
    """The bank wants a call: forced, given up, or forgotten until the day was over."""
    authorising.submit(life)
    if not life.place.merchant.forcing_allowed:
        authorising.decline(life, "02", "02")
        return []
    authorising.call_wanted(life)
    chance = life.place.rng.random()
    if chance < 0.62:
        authorising.force(life)
        later.remit(life)
        afterwards(life)
    elif chance < 0.86:
        later.give_up_referral(life, life.last + timedelta(minutes=3) + life.place.moments(900), life.seller)
    else:
        later.expire(life)
    return []


def unsent(life: Life) -> list[Life]:
    """The line was down."""
    authorising.submit(life)
    authorising.not_sent(life)
    return []


def unheard(life: Life) -> list[Life]:
    """The bank never received it."""
    authorising.submit(life)
    authorising.not_received(life)
    return []


def challenged(life: Life) -> list[Life]:
    """Held by a rule until the risk officer has looked; three in four are good."""
    place = life.place
    info = "Encours carte dépassé : 4 utilisations en 7 jours"
    authorising.held_by_rule(life, "encours carte", "02", info)
    authorising.submit(life)
    authorising.approve(life)
    at = place.office(place.day(life.last), life.last)
    if not place.over(at):
        return []
    if place.rng.random() < 0.75:
        later.accept_challenge(life, at, place.staff.risk)
        later.remit(life)
        afterwards(life)
    else:
        later.refuse_challenge(life, at, place.staff.risk, "Le client ne répond pas au numéro donné")
    return []


def to_validate(life: Life) -> list[Life]:
    """Validated when the goods are ready: whole, or what could be shipped, the rest as a second parcel."""
    place, sale = life.place, life.sale
    authorising.submit(life)
    authorising.approve(life)
    assert sale.limit_date is not None  # noqa: S101 - just approved
    chance = place.rng.random()
    ready = place.working_day(place.day(sale.created_at) + timedelta(days=place.rng.choice((0, 1, 1, 2, 2, 3, 4))))
    at = place.office(min(ready, sale.limit_date), life.last)
    if chance < 0.02:
        if sale.limit_date < place.today:
            later.expire(life)
        return []
    if not place.over(at):
        return []
    if chance < 0.09:
        later.cancel(life, at, place.supervisor(), sale.amount, "OUT_OF_STOCK", "Article épuisé, client prévenu")
        return []
    kept = goods.part(place.rng, sale.amount) if chance < 0.24 else sale.amount
    later.validate(life, at, place.supervisor(), kept)
    more = _second_parcel(life, at) if kept < sale.original_amount and chance < 0.17 else []
    later.remit(life)
    afterwards(life)
    return more


def _second_parcel(life: Life, at: datetime) -> list[Life]:
    """What was not shipped goes with a second authorisation some days later."""
    place, sale = life.place, life.sale
    day = place.working_day(place.day(at) + timedelta(days=place.rng.randrange(2, 9)))
    at = place.office(day)
    if not place.over(at) or sale.card_expiry < day.strftime("%Y%m"):
        return []
    later.remit(life)
    second = planning.duplicate(life, at, place.supervisor(), sale.original_amount - sale.amount, "Second colis")
    authorising.submit(second, OperationName.DUPLICATE)
    authorising.approve(second)
    later.remit(second)
    return [second]


Story = Callable[[Life], list[Life]]
MODE = CaptureMode.AUTHOR_CAPTURE
MODES: dict[Story, CaptureMode] = {to_validate: CaptureMode.VALIDATION, at_once: CaptureMode.IMMEDIATE}
BY_RULE: tuple[Story, ...] = (challenged, ruled_out)
KINDS: dict[Story, int] = {  # of a thousand orders
    sold: 751, to_validate: 115, at_once: 40, refused: 68, to_call: 9, challenged: 8, ruled_out: 5, unsent: 3, unheard: 1,
}  # fmt: skip
