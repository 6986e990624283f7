"""The answer to an order as the counter shows it: what became of the sale, in words the clerk can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from ..domain.response_codes import CALL, SAY, say_of, words_of
from ..domain.states import State
from ..web import formats

APPROVED, REFUSED, REFERRAL, UNCERTAIN = "approved", "refused", "referral", "uncertain"
HELD, ENDED = "held", "ended"
_OUTCOMES = {
    State.TO_CAPTURE: APPROVED,
    State.TO_VALIDATE: APPROVED,
    State.CAPTURED: APPROVED,
    State.CREDITED: APPROVED,
    State.TO_CHALLENGE: HELD,
    State.REFERRAL: REFERRAL,
    State.REFUSED: REFUSED,
    State.PENDING: UNCERTAIN,
}
_TONES = {APPROVED: "good", REFUSED: "bad", REFERRAL: "alert", UNCERTAIN: "info", HELD: "alert", ENDED: "info"}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel says: one title, sentences, one to say aloud, and whether the bank's answer is final."""

    outcome: str
    tone: str
    title: str
    sentences: tuple[str, ...]
    final: bool
    aloud: str | None = None


def panel_of(sale: Any) -> Panel:
    """Return the panel of a sale loaded with its merchant and contract, in the reader's language."""
    outcome = _OUTCOMES.get(State(sale.state), ENDED)
    title, sentences = _WRITERS[outcome](sale)
    return Panel(outcome, _TONES[outcome], title, sentences, outcome != UNCERTAIN, _aloud(outcome, sale))


def _aloud(outcome: str, sale: Any) -> str | None:
    """The sentence the clerk says to the caller, in the words of the clerk's language."""
    if outcome == REFUSED:
        said = gettext(say_of(words_of(sale.response_code, sale.acquirer_response_code, sale.csc_result)))
    elif outcome == REFERRAL:
        said = gettext(SAY[CALL])
    elif outcome == UNCERTAIN:
        said = gettext(
            "The bank takes a little longer today. You are not charged twice; I call you back when it has answered."
        )
    elif outcome == HELD:
        said = gettext("Your order is noted, thank you. We look at it once more and confirm it to you.")
    elif outcome == ENDED:
        return None
    elif sale.order_number:
        number = sale.order_number
        said = gettext("Your payment is accepted, thank you. Your order number is %(number)s.", number=number)
    else:
        said = gettext("Your payment is accepted, thank you.")
    return str(said)


def answer_sentence(sale: Any) -> str:
    """Return title and sentences as one text, for a message."""
    panel = panel_of(sale)
    return " ".join((f"{panel.title}.", *panel.sentences))


def _approved(sale: Any) -> tuple[str, tuple[str, ...]]:
    if sale.state == State.TO_VALIDATE:
        text = gettext("The order waits to be validated, until %(day)s.", day=formats.day(sale.limit_date))
    elif sale.state == State.TO_CAPTURE:
        text = gettext("It is remitted to the bank on %(day)s.", day=formats.day(sale.capture_date))
    else:
        text = gettext("It was sent to the bank at once.")
    return gettext("Approved"), (text,)


def _refused(sale: Any) -> tuple[str, tuple[str, ...]]:
    words = words_of(sale.response_code, sale.acquirer_response_code, sale.csc_result)
    return gettext("Refused"), (gettext(words.reason), gettext(words.advice))


def _referral(sale: Any) -> tuple[str, tuple[str, ...]]:
    first = gettext("The bank wants a call before it decides; the order is not taken yet.")
    last = gettext("Type the authorisation number the bank gives you, today at the latest, or cancel the order.")
    return gettext("Call the bank"), (first, last)


def _uncertain(sale: Any) -> tuple[str, tuple[str, ...]]:
    first = gettext("The bank's answer did not arrive. The bank is being asked; do not take the order a second time.")
    return gettext("Not known yet"), (first,)


def _held(sale: Any) -> tuple[str, tuple[str, ...]]:
    text = gettext(
        "The bank approved it; one of your security rules wants a person to look at it before it is remitted."
    )
    return gettext("Approved, to be checked"), (text,)


def _ended(sale: Any) -> tuple[str, tuple[str, ...]]:
    if sale.state == State.CANCELLED:
        return gettext("Cancelled"), (gettext("The bank lets the amount go; the customer pays nothing."),)
    return gettext("Expired"), (gettext("The bank has released the amount; the customer pays nothing."),)


_WRITERS = {
    APPROVED: _approved,
    REFUSED: _refused,
    REFERRAL: _referral,
    UNCERTAIN: _uncertain,
    HELD: _held,
    ENDED: _ended,
}
