"""`/help`: how to do the day's work, what each state means, what to do when something is down. Open to everybody."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext

from ..domain.states import State
from ..domain.text import N_
from .base import Rights
from .history import PathHistory

#: What each state means to who looks at it (domain.md section 2), in the order of a sale's life.
MEANINGS = (
    (State.PENDING, N_("The bank was asked and its answer is not known yet. It is being asked; do not take the order again.")),
    (State.TO_CHALLENGE, N_("Authorised, but a security rule holds it until a person accepts or refuses it.")),
    (State.REFERRAL, N_("The bank wants a telephone call before it decides. Today at the latest.")),
    (State.TO_VALIDATE, N_("Authorised; it waits until you validate it, because the goods are not ready.")),
    (State.TO_CAPTURE, N_("Authorised; it goes to the bank on its remittance day.")),
    (State.CAPTURED, N_("Sent to the bank: the customer is charged. A partial refund leaves it here.")),
    (State.CREDITED, N_("The whole amount was given back.")),
    (State.CANCELLED, N_("Cancelled before remittance: the customer pays nothing.")),
    (State.REFUSED, N_("Refused by the bank or by a security rule: the customer pays nothing.")),
    (State.EXPIRED, N_("Its last day passed without remittance: the bank has released the amount.")),
)  # fmt: skip


class HelpView(PathHistory, BaseView):
    """One page, the same for everybody, signed in or not."""

    route_base = ""
    default_view = "read"
    rights: ClassVar[Rights] = {}

    @expose("/help")
    def read(self) -> Any:
        """Show it."""
        meanings = [(state, gettext(text)) for state, text in MEANINGS]
        return self.render_template("egestion/help.html", title=gettext("Help"), meanings=meanings)
