"""Sales: take, list, show, and every verb on one. Each view reads, asks the desk once, and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask.typing import ResponseReturnValue

from ..database import now
from ..domain.actor import Actor
from ..domain.days import local_day
from ..domain.errors import InvalidInput, NotAllowedInState, NotSent
from ..domain.field_kinds import WRONG
from ..domain.fields import Field
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.actions import TAKES, read_action
from ..forms.orders import SHORT_NAME, read_order, refuse_order
from ..models.queries.merchants import merchant_known, merchants_in_scope
from ..models.queries.transactions import TransactionFilter, sale_of, state_of, zone_of
from ..plugin import registry
from ..ports import ActionRequest, Answer, TransactionAction
from ..security import profiles
from .answers import answered, json_answer
from .bodies import read_body
from .identity import actor, idempotency_key
from .pages import page_answer, query_args
from .transaction_shape import transaction, transaction_detail

Demand = Callable[[Actor, str], None]
Act = Callable[[Actor, str, ActionRequest, str], Answer]


def take() -> ResponseReturnValue:
    """POST /transactions: an order, once per merchant and key. Merchant (404) and right (403) come before its fields."""
    key, values, who = idempotency_key(), read_body(), actor()
    name = SHORT_NAME.read(values.get("merchant"), "merchant", [])
    if name is WRONG:
        who.demand(profiles.ENTER)
        refuse_order(values)
    shop = merchant_known(db.session, name)
    who.demand_merchant(shop.id)  # an administrator sees settings of all, and sells for none
    who.demand(profiles.ENTER)
    order = read_order(values, shop, local_day(now(), shop.zone_info))
    return answered(registry().desk.take(who, order, key))


def listed() -> ResponseReturnValue:
    """GET /transactions: a page of what the filter finds."""
    who = actor()
    who.demand(profiles.READ)
    wanted = TransactionFilter.parse(query_args(), merchants_in_scope(db.session()))
    return page_answer(wanted.page(db.session()), lambda sale: transaction(sale, who))


def shown(reference: str) -> ResponseReturnValue:
    """GET /transactions/{reference}: one sale with its operations and events."""
    who = actor()
    who.demand(profiles.READ)
    return json_answer(transaction_detail(sale_of(db.session(), reference, events=True), who))


def moved(reference: str) -> ResponseReturnValue:
    """PATCH /transactions/{reference}: another capture_date."""
    return _act(reference, TAKES[Verb.MOVE], _desk(Verb.MOVE), _demand(Verb.MOVE))


def verb_view(verb: Verb) -> Callable[..., ResponseReturnValue]:
    """Return the view of POST /transactions/{reference}/{verb}."""

    def view(reference: str) -> ResponseReturnValue:
        return _act(reference, TAKES[verb], _desk(verb), _demand(verb))

    return view


def action_view(action: TransactionAction, fields: Sequence[Field]) -> Callable[..., ResponseReturnValue]:
    """Return the view of a plug-in's action: POST /transactions/{reference}/{its name}."""

    def view(reference: str) -> ResponseReturnValue:
        return _act(reference, fields, action.handler, demand)

    def demand(who: Actor, reference: str) -> None:
        state = state_of(db.session(), reference)
        who.demand(action.right)
        if state not in action.states:
            raise NotAllowedInState(state=state)

    return view


def _desk(verb: Verb) -> Act:
    return lambda who, reference, request, key: registry().desk.act(who, reference, verb, request, key)


def _demand(verb: Verb) -> Demand:
    return lambda who, reference: registry().demand(who, reference, verb)


def _act(reference: str, fields: Sequence[Field], act: Act, demand: Demand) -> ResponseReturnValue:
    key, values, who = idempotency_key(), read_body(optional=True), actor()
    try:
        request = read_action(fields, values)
    except InvalidInput:
        demand(who, reference)  # 404, 403 and 409 come before 422 (interface.md)
        raise
    try:
        return answered(act(who, reference, request, key))
    except NotSent as error:
        error.params.setdefault(
            "zone", zone_of(db.session(), reference)
        )  # when it opens is told in the merchant's time
        raise
