"""A sale in the right state for each verb, so that its form is looked at, not the refusal to show it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.database import Scope, now, unit_of_work
from app.domain.states import OperationName, OperationStatus, State
from app.domain.verbs import Verb
from app.models import Merchant
from tests.factories import make_operation, make_transaction
from tests.walls.world import MARKER, A, World

FORM_OF = {
    Verb.VALIDATE: State.TO_VALIDATE, Verb.CAPTURE: State.TO_CAPTURE, Verb.CANCEL: State.TO_CAPTURE,
    Verb.REFUND: State.CAPTURED, Verb.DUPLICATE: State.CAPTURED, Verb.FORCE: State.REFERRAL,
    Verb.ACCEPT_CHALLENGE: State.TO_CHALLENGE, Verb.REFUSE_CHALLENGE: State.TO_CHALLENGE, Verb.AMEND: State.TO_CAPTURE,
    Verb.MOVE: State.TO_CAPTURE, Verb.HOLD: State.TO_CAPTURE, Verb.RELEASE: State.TO_CAPTURE,
    Verb.WITHDRAW: State.CAPTURED, Verb.RESOLVE: State.PENDING,
}  # fmt: skip
BULK = (Verb.VALIDATE, Verb.CAPTURE, Verb.CANCEL, Verb.MOVE, Verb.HOLD, Verb.RELEASE)


def forms(world: World) -> list[str]:
    """Add sales of A for every verb and return the addresses of the verbs' forms, of one sale and of several."""
    assert set(FORM_OF) == set(Verb)
    found = []
    with world.app.app_context(), unit_of_work(Scope(admin=True)) as session:
        session.get_one(Merchant, world.rows[A]["merchant"]).forcing_allowed = True
    with world.app.app_context(), unit_of_work(Scope((world.rows[A]["merchant"],))) as session:
        merchant = session.scalars(select(Merchant)).one()
        for verb, state in FORM_OF.items():
            values = {"held": True} if verb == Verb.RELEASE else {}
            at = now() - timedelta(days=2 if verb == Verb.RESOLVE else 0)
            sale = make_transaction(session, merchant, state, marker=MARKER[A], at=at, **values)
            if verb == Verb.WITHDRAW:
                asker = world.users[f"supervisor_{A}"]
                asked = {"created_by_id": asker, "requested_by_id": asker}
                make_operation(session, sale, OperationName.CREDIT, OperationStatus.WAITING, marker=MARKER[A], **asked)
                sale.reserved_amount = 100
            found.append(f"/transactions/{sale.id}/{verb}")
            if verb in BULK:
                found.append(f"/bulk/?verb={verb}&sale={sale.id}")
    return found
