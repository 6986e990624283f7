"""Operations by date, approvals, remittances, unpaid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.typing import ResponseReturnValue

from ..domain.errors import InvalidInput, NotFound, NotPermitted, NotSent
from ..extensions import db
from ..forms.actions import DECISION, read_action
from ..models.queries.desk import demand_operation, zone_of_operation
from ..models.queries.keyset import Page
from ..models.queries.merchants import MerchantFacts, merchants_in_scope
from ..models.queries.operations import OperationFilter
from ..models.queries.remittances import RemittanceFilter, lines_of, remittance_of, sums_of
from ..models.queries.unpaid import UnpaidFilter
from ..plugin import registry
from ..security import profiles
from ..security.identity import parse_key
from .answers import answered, json_answer
from .bodies import read_body
from .book_shapes import LISTED_OPERATION, UNPAID, remittance, remittance_detail
from .identity import actor, idempotency_key
from .pages import page_answer, query_args
from .shapes import shown


def operations() -> ResponseReturnValue:
    """GET /operations: by their own date."""
    actor().demand(profiles.READ)
    merchants = merchants_in_scope(db.session())
    page = OperationFilter.parse(query_args(), merchants).page(db.session())
    return _listed(page, merchants, lambda row: shown(LISTED_OPERATION, row))


def decision(approve: bool) -> Callable[..., ResponseReturnValue]:
    """Return the view of POST /approvals/{id}/approve or reject."""

    def view(id: str) -> ResponseReturnValue:
        key, values, who = idempotency_key(), read_body(optional=True), actor()
        operation_id = parse_key(id)
        if operation_id is None:
            raise NotFound()
        try:
            request = read_action(DECISION, values)
        except InvalidInput:
            demand_operation(db.session(), operation_id)  # 404 and 403 come before 422
            who.demand(profiles.APPROVE)
            raise
        try:
            return answered(registry().desk.decide(who, operation_id, approve, request.note, key))
        except NotSent as error:
            error.params.setdefault("zone", zone_of_operation(db.session(), operation_id))
            raise

    return view


def remittances() -> ResponseReturnValue:
    """GET /remittances: newest first."""
    actor().demand(profiles.REMITTANCES)
    merchants = merchants_in_scope(db.session())
    page = RemittanceFilter.parse(query_args(), merchants).page(db.session())
    sums = sums_of(db.session(), page.rows)
    return _listed(page, merchants, lambda row: remittance(row, sums[row.id]))


def one_remittance(contract: str, number: str) -> ResponseReturnValue:
    """GET /remittances/{contract}/{number}: with its lines."""
    actor().demand(profiles.REMITTANCES)
    wanted = parse_key(number)
    if wanted is None:
        raise NotFound()
    row = remittance_of(db.session(), contract, wanted)
    sums = sums_of(db.session(), [row])
    merchants = {each.id: each.short_name for each in merchants_in_scope(db.session())}
    body = remittance_detail(row, sums[row.id], lines_of(db.session(), row))
    return json_answer({"merchant": merchants[row.merchant_id], **body})


def unpaid() -> ResponseReturnValue:
    """GET /unpaid: newest first. An auditor reads everything in scope."""
    who = actor()
    if not who.rights & {profiles.UNPAID, profiles.AUDIT}:
        raise NotPermitted(right=profiles.UNPAID)
    merchants = merchants_in_scope(db.session())
    page = UnpaidFilter.parse(query_args(), merchants).page(db.session())
    return _listed(page, merchants, lambda row: shown(UNPAID, row))


def _listed(
    page: Page, merchants: tuple[MerchantFacts, ...], show: Callable[[Any], dict[str, Any]]
) -> ResponseReturnValue:
    names = {each.id: each.short_name for each in merchants}
    return page_answer(page, lambda row: {"merchant": names[row.merchant_id], **show(row)})
