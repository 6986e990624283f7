"""The start page: what waits for this person, each number a link to exactly its rows, and the tasks of the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import g
from flask_appbuilder.baseviews import expose
from flask_appbuilder.views import IndexView
from flask_babel import gettext
from sqlalchemy import func, select

from ..database import now
from ..domain.actor import Actor
from ..domain.days import local_day
from ..domain.states import State
from ..extensions import db
from ..models import Alarm, Transaction
from ..models.queries.keyset import of_merchants
from ..security.profiles import ALARMS, READ
from ..web.formats import ZONE
from ..web.labels import label
from .base import Rights
from .filters import midnight
from .history import PathHistory
from .merchants_seen import merchants_seen

WAITING = (State.PENDING, State.TO_CHALLENGE, State.REFERRAL, State.TO_VALIDATE, State.TO_CAPTURE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number, what it counts, and the list that shows exactly these rows."""

    label: str
    count: int
    url: str


class StartView(PathHistory, IndexView):
    """`/`: without a signed-in person the way to sign in."""

    index_template = "egestion/start.html"
    rights: ClassVar[Rights] = {}

    @expose("/")
    def index(self) -> Any:
        """Show the start page."""
        self.update_redirect()
        actor = g.get("actor") if g.user.is_authenticated else None
        return self.render_template(self.index_template, waiting=waiting_for(actor) if actor else [])


def waiting_for(actor: Actor) -> list[Waiting]:
    """Return what waits in the person's scope; nothing for who reads no transactions. At most three statements."""
    merchants = merchants_seen()
    if not actor.may(READ) or not merchants:
        return []
    own = of_merchants(Transaction, merchants)
    by_state = dict(
        db.session.execute(
            select(Transaction.state, func.count())
            .where(own, Transaction.state.in_(WAITING))
            .group_by(Transaction.state)
        )
        .tuples()
        .all()
    )
    today = local_day(now(), ZoneInfo(ZONE))
    taken = select(func.count()).select_from(Transaction).where(own, Transaction.created_at >= midnight(today))
    found = [
        Waiting(gettext("taken today"), db.session.scalar(taken) or 0, f"/transactions/list/?_flt_0_created_at={today}")
    ]
    found += [
        Waiting(label(state), by_state[state], f"/transactions/list/?_flt_0_state={state}")
        for state in WAITING
        if by_state.get(state)
    ]
    if actor.may(ALARMS):
        open_ = (
            select(func.count())
            .select_from(Alarm)
            .where(of_merchants(Alarm, merchants), Alarm.acknowledged_at.is_(None))
        )
        if count := db.session.scalar(open_):
            found.append(Waiting(gettext("alarms"), count, "/alarms/list/?_flt_2_acknowledged_at=1"))
    return found
