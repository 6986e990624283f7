"""The remittance calendar: deferred sales by day, what lapses, and the credit to expect; and the sales of one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

from flask import abort, g, make_response, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from ..database import now
from ..domain.closed_days import is_closed
from ..domain.days import local_day
from ..domain.errors import InvalidInput
from ..domain.verbs import Verb
from ..extensions import db
from ..models.queries.calendar import LATE, cells, contracts_of, days_shown, kind_of
from ..models.queries.calendar_day import DayFilter, somebody_waited_for
from ..models.queries.expected import remitted_lately
from ..models.queries.keyset import Page
from ..models.queries.parameters import NoSuchPage, without_blanks
from ..plugin import registry
from ..ports import TransactionAction
from ..security.profiles import REMITTANCES
from ..web.refusals import field_sentences
from .action_links import possible_actions
from .base import Rights
from .bulk_rows import may_ask
from .calendar_days import cards_of, closed_contracts, runs_of, spoken
from .expected import expected
from .filter_form import filter_form
from .history import PathHistory
from .interface import LARGEST_SELECTION
from .merchants_seen import merchants_seen
from .pager import pager_of

SINGLE = (Verb.MOVE, Verb.HOLD, Verb.RELEASE)  # in each row
DAY_SIZES = (50, 100, LARGEST_SELECTION)  # rows of a page: what can be ticked at once
WORDS = {"plan": "plan"}


class CalendarView(PathHistory, BaseView):
    """`/calendar/` and `/calendar/<day>/`, day = a date or "late"."""

    route_base = "/calendar"
    default_view = "days"
    rights: ClassVar[Rights] = {"can_look": REMITTANCES}

    @expose("/")
    @has_access
    @permission_name("look")
    def days(self) -> Any:
        """Show today and the days to come, each number with the link to its rows."""
        self.update_redirect()
        session, merchants, at = db.session(), merchants_seen(), now()
        known = contracts_of(session, merchants)
        found = cells(session, merchants, at)
        with_sales = {cell.contract_id for cell in found}
        contracts = [each for each in known if each.active or each.id in with_sales]
        runs = list(runs_of(contracts, merchants, at))
        days = days_shown(merchants, at)
        sent = remitted_lately(session, merchants, days[0]) if days else []
        late, cards = cards_of(days, found, contracts, merchants, at)
        return self.render_template(
            "egestion/calendar/days.html",
            title=gettext("Remittance calendar"),
            late=late,
            cards=cards,
            runs=runs,
            expected=expected(found, sent, runs, merchants, at),
            several=len(merchants) > 1,
            merchants={each.id: each for each in merchants},
        )

    @expose("/<day>/")
    @has_access
    @permission_name("look")
    def day(self, day: str) -> Any:
        """Show the sales of a day, to tick and to move, hold or release."""
        chosen = _day(day)
        given = without_blanks(request.args.to_dict(flat=False))
        given.pop("typed", None)
        try:
            wanted = self._parse(given)
        except InvalidInput as error:
            return self._page(chosen, given, field_sentences(error))
        wanted = replace(wanted, day=chosen, at=now())
        self.update_redirect()
        return self._page(chosen, given, {}, wanted, wanted.page(db.session()))

    @staticmethod
    def _parse(given: dict[str, list[str]]) -> DayFilter:
        try:
            return DayFilter.parse(given, merchants_seen())
        except NoSuchPage:
            return DayFilter.parse({n: t for n, t in given.items() if n != "cursor"}, merchants_seen())

    def _page(
        self,
        day: date | None,
        given: dict[str, list[str]],
        errors: dict[str, str],
        wanted: DayFilter | None = None,
        page: Page | None = None,
    ) -> Any:
        merchants = merchants_seen()
        form = filter_form(DayFilter.fields, given, errors, merchants, WORDS, MultiDict())
        sales = page.rows if page else []
        here = {sale.contract_id for sale in sales}
        mine = [each for each in contracts_of(db.session(), merchants) if each.active or each.id in here]
        shut = closed_contracts(mine)[day] if day is not None else []
        possible = {sale.id: possible_actions(g.actor, sale) for sale in sales}
        answer = self.render_template(
            "egestion/calendar/day.html",
            title=gettext("Late") if day is None else spoken(day).capitalize(),
            day=day,
            around=_around(day),
            closed=day is not None and (is_closed(day) or 0 < len(mine) == len(shut)),
            closed_for=shut,
            tonight=day is not None and any(day == _today(each) for each in merchants),
            tomorrow=day is not None and any(day == _today(each) + timedelta(days=1) for each in merchants),
            form=form,
            sales=sales,
            kind_of=kind_of,
            waits=day is not None and somebody_waited_for(db.session(), merchants, day, now()),
            bulk=_bulk(possible.values()),
            single={number: [each for each in found if each.name in SINGLE] for number, found in possible.items()},
            pager=pager_of(wanted, page, DAY_SIZES) if wanted and page else {},
            several=len(merchants) > 1,
            shipping=any(sale.shipping_date for sale in sales),
            amounts_in="",
        )
        return make_response(answer, 400 if errors else 200)


def _day(text: str) -> date | None:
    """The day of an address; None is what is late. 404 for anything else."""
    if text == LATE:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if found.isoformat() != text or not 2000 <= found.year <= 2999:
        abort(404)
    return found


def _today(merchant: Any) -> date:
    return local_day(now(), merchant.zone_info)


def _around(day: date | None) -> list[tuple[str, str]]:
    """The days before and after, as (what is said, address)."""
    if day is None:
        return []
    return [
        (spoken(each), f"/calendar/{each.isoformat()}/") for each in (day - timedelta(days=1), day + timedelta(days=1))
    ]


def _bulk(possible: Any) -> list[TransactionAction]:
    """The actions for several sales that at least one of the rows takes, planning first."""
    names = {each.name for found in possible for each in found}
    actions = [each for each in registry().actions.values() if each.bulk and each.name in names and may_ask(each)]
    return sorted(actions, key=lambda each: each.name not in SINGLE)
