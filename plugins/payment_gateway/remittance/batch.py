"""A few due sales sent together: they share the two units of work, and each is judged by itself when something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import structlog
from sqlalchemy.orm import Session

from app.database import is_away
from app.domain.actor import machine
from app.domain.errors import NotAllowedInState, NotSent, OperationInFlight

from ..cases import open_cases
from ..runner import Intent, slot
from ..together import perform_together
from .captures import Sent, capture, intent_of, outcome_of
from .due import Due

log = structlog.get_logger(__name__)


def capture_together(merchant_id: int, ids: Sequence[int], due: Due, remittance_id: int | None) -> list[Sent]:
    """Capture sales of one contract, as many as there are free calls; one that is locked or has not to leave is passed by.

    Returns what became of each. An error of ours in writing them down sends each by itself (`capture`), so that it is
    counted against the sale it belongs to. Raises an error when the database is away.
    """
    if len(ids) == 1:
        return [capture(merchant_id, ids[0], due, remittance_id)]
    actor = machine(merchant_id)

    def begin(session: Session, held: ExitStack) -> list[Intent]:
        intents: list[Intent] = []
        for case in open_cases(session, actor, ids, skip_locked=True):
            try:
                intents.append(intent_of(case, due, remittance_id, lambda: held.enter_context(slot())))
            except (NotAllowedInState, OperationInFlight):
                continue
            except NotSent:
                if not intents:
                    raise
                break  # all other calls are taken: the rest leaves with the next
        return intents

    try:
        ended = perform_together(actor, begin)
    except NotSent:
        return [Sent.NOT_SENT] * len(ids)
    except Exception as error:
        if is_away(error):
            raise
        log.warning("not_sent_together", error=type(error).__name__, exc_info=error)
        return [capture(merchant_id, each, due, remittance_id) for each in ids]
    return [
        outcome_of(ended[each], merchant_id, each, remittance_id) if each in ended else Sent.ELSEWHERE for each in ids
    ]
