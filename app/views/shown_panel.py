"""The panels above the order form: an order's answer with the attempts before it, and the one stop before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, render_template
from flask_babel import gettext

from ..domain.response_codes import words_of
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.keys import new_key
from ..models.queries.counter import CounterShop
from ..models.queries.counter_sales import sales_among
from ..plugin import registry
from ..security.profiles import FORCE
from ..tickets import SALES, ticketed
from .code_words import word
from .panel import REFERRAL, panel_of


def shown_panel(sale: Any, attempts: Sequence[str] = (), *, lost: bool = False) -> str:
    """Return the HTML of an order's answer. The clerk may force where the merchant and their profile allow it."""
    earlier = [each for each in attempts if each != sale.reference]
    panel = panel_of(sale)
    return render_template(
        "egestion/counter/answer.html",
        sale=sale,
        panel=panel,
        lost=lost,
        may_force=g.actor.may(FORCE) and bool(sale.merchant.forcing_allowed),
        force_key=new_key(),
        may_cancel=panel.outcome == REFERRAL and Verb.CANCEL in registry().possible(g.actor, sale),
        merchant=sale.merchant.short_name,
        ticket=next((each for each in ticketed(sale.operations) if each.name in SALES), None),
        attempts=[(each, _reason(each)) for each in sales_among(db.session(), earlier)],
    )


def warning_panel(hits: Sequence[Any], shop: CounterShop) -> str:
    """Return the HTML of the stop: each warning in words, the earlier sales beside the order."""
    references = list(dict.fromkeys(hit.earlier for hit in hits if hit.earlier))
    rules = {reference: [word(hit.rule) for hit in hits if hit.earlier == reference] for reference in references}
    return render_template(
        "egestion/counter/warning.html",
        earlier=[(sale, rules[sale.reference]) for sale in sales_among(db.session(), references)],
        others=[_sentence(hit) for hit in hits if not hit.earlier],
        zone=shop.facts.zone,
    )


def _reason(sale: Any) -> str:
    return str(gettext(words_of(sale.response_code, sale.acquirer_response_code, sale.csc_result).reason))


def _sentence(hit: Any) -> str:
    return f"{word(hit.rule)}: {hit.info}" if hit.info else str(word(hit.rule))
