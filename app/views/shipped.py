"""Shipped today: pasted order numbers, what each of them is, then all validated together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import g, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext, ngettext

from ..audit import record_card_found
from ..domain.card_search import find_card_number
from ..domain.errors import NoGateway
from ..domain.states import State
from ..domain.verbs import Verb
from ..extensions import db
from ..forms.bulk import MOST
from ..forms.pasted import LONGEST_ORDER_NUMBER, lines_of, lines_with_cards, sorted_out, words_of
from ..models.queries.bulk import duplicates_of, known_numbers, sales_of_numbers
from ..models.queries.desk import sale_numbered
from ..models.search_keys import order_key
from ..plugin import registry
from ..ports import TransactionAction
from ..security.identity import parse_key
from ..security.profiles import VALIDATE
from ..web import labels
from .action_links import possible_actions, show_url, why_not
from .base import Rights
from .bulk import preview
from .bulk_rows import LeftOut, Row, rows_for
from .history import PathHistory
from .merchants_seen import merchants_seen
from .misplaced_cards import card_in_field
from .parts import released_by_validation

MOST_CHARACTERS = 100_000  # what is pasted; a list of a day is a tenth of it
MOST_PIECES = 2_000
MOST_LINES = 10  # named, of those with a card number


class ShippedView(PathHistory, BaseView):
    """`/shipped/`: paste, look, validate (which BulkView does)."""

    route_base = "/shipped"
    default_view = "paste"
    reads_cards: ClassVar[bool] = True  # a number that looks like a card's is left out, and said
    rights: ClassVar[Rights] = {"can_validate": VALIDATE}

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("validate")
    def paste(self) -> Any:
        """Show where to paste."""
        self.update_redirect()
        return self._paste(None)

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("validate")
    def look(self) -> Any:
        """Say what each number is; nothing is done."""
        action = registry().action(Verb.VALIDATE)
        text = request.form.get("numbers", "")
        if action is None:
            return self._paste(gettext(NoGateway.message), text, NoGateway.status)
        pieces = lines_of(text[:MOST_CHARACTERS])
        if len(text) > MOST_CHARACTERS or len(pieces) > MOST_PIECES:
            return self._paste(
                gettext("This is too long: paste at most %(most)s order numbers.", most=MOST_PIECES), text
            )
        if not pieces:
            return self._paste(gettext("Paste at least one order number."))
        merchants = merchants_seen()
        with_blanks = known_numbers(db.session(), [piece for piece in pieces if " " in piece], merchants)
        pasted = sorted_out(words_of(pieces, with_blanks), MOST)
        sales = sales_of_numbers(db.session(), pasted.numbers, merchants)
        rows, left_out = rows_of(action, pasted.numbers, sales)
        if wrong := lines_with_cards(text, parted=True):
            left_out = [each for each in left_out if each.text != not_shown()]
            left_out.insert(0, LeftOut(f"{_line(wrong)} {not_shown()}", card_in_field()))
        left_out += [LeftOut(each, gettext("named more than once; counted once")) for each in map(shown, pasted.twice)]
        later = [number for number in pasted.later if find_card_number(number) is None]
        return preview(self, action, rows, left_out=left_out, later=later)

    @expose("/<int:id>/rest", methods=["GET"])
    @has_access
    @permission_name("validate")
    def rest(self, id: int) -> Any:
        """Show what a validation of a part released, and the way to the second parcel."""
        self.update_redirect()
        sale = sale_numbered(db.session(), parse_key(id))
        action = registry().action(Verb.DUPLICATE)
        possible = action is not None and action in possible_actions(g.actor, sale)
        return self.render_template(
            "egestion/counter/rest.html",
            title=gettext("The rest of the order"),
            sale=sale,
            released=released_by_validation(sale),
            parcels=duplicates_of(db.session(), sale),
            possible=possible,
            why="" if possible or action is None else why_not(action, sale),
            show_url=show_url(sale.id),
        )

    def _paste(self, error: str | None, text: str = "", status: int = 422) -> Any:
        """The box with what was pasted, all of it but lines with a card number: which they are is said too."""
        wrong = lines_with_cards(text)
        if wrong:
            record_card_found(g.actor, "shipped today", ("numbers",))
            lines = text.splitlines(keepends=True)
            # An empty line stays in its place: the numbers that are said go on being right.
            text = "".join("\n" if number in wrong else line for number, line in enumerate(lines, 1))
            error = f"{error} {_line(wrong)}: {card_in_field()}"
        page = self.render_template(
            "egestion/counter/shipped.html", title=gettext("Shipped today"), text=text, error=error, most=MOST
        )
        return page, status if error else 200


def rows_of(
    action: TransactionAction, numbers: Sequence[str], sales: Mapping[str, Sequence[Any]]
) -> tuple[list[Row], list[LeftOut]]:
    """Return the sales these order numbers mean, and the numbers that mean none, each with the reason."""
    rows: list[Row] = []
    left_out: list[LeftOut] = []
    cards = 0
    for number in numbers:
        found = sales.get(order_key(number), ())
        waiting = [sale for sale in found if sale.state == State.TO_VALIDATE]
        if not found:
            cards += find_card_number(number) is not None
            left_out.append(LeftOut(shown(number), _unknown(number)))
        elif not waiting:
            left_out.append(LeftOut(number, _not_waiting(found), _latest(found)))
        else:
            rows += _chosen(rows_for(action, waiting))
    if cards:
        record_card_found(g.actor, "shipped today", (f"{cards} of {len(numbers)} lines",))
    return rows, left_out


def not_shown() -> str:
    """Return what stands for a card number."""
    return str(gettext("(not shown)"))


def _line(numbers: Sequence[int]) -> str:
    shown_lines = ", ".join(str(each) for each in numbers[:MOST_LINES]) + ("…" if len(numbers) > MOST_LINES else "")
    return str(ngettext("Line %(lines)s", "Lines %(lines)s", len(numbers), lines=shown_lines))


def shown(number: str) -> str:
    """Return a pasted number as a page may show it: never one that looks like a card's, never a whole page of text."""
    if find_card_number(number) is not None:
        return not_shown()
    return number if len(number) <= LONGEST_ORDER_NUMBER else f"{number[:LONGEST_ORDER_NUMBER]}…"


def _unknown(number: str) -> str:
    if find_card_number(number) is not None:
        return card_in_field()
    return str(gettext("There is no order of this number."))


def _chosen(rows: list[Row]) -> list[Row]:
    """One waiting sale is ticked; of several the person says which left."""
    if len(rows) == 1:
        return rows
    remark = gettext("%(number)s sales wait under this number: tick the one that leaves", number=len(rows))
    return [Row(row.sale, row.why, remark, ticked=False) for row in rows]


def _latest(found: Sequence[Any]) -> Any:
    """The sale that says most about a number: the latest that was not refused."""
    return next((sale for sale in found if sale.state != State.REFUSED), found[0])


def _not_waiting(found: Sequence[Any]) -> str:
    return str(gettext("nothing to validate: it is %(state)s", state=labels.label(_latest(found).state)))
