"""What an audit entry was about, in the reader's language. The audit itself keeps one English form, for machines too."""

from __future__ import annotations

import re

from flask_babel import gettext

from ..domain.text import N_
from .columns import LABELS as COLUMNS
from .field_labels import LABELS as FIELDS
from .field_labels import summary_line

THINGS = {
    "ab_user": N_("user %(number)s"),
    "alarm": N_("alarm %(number)s"),
    "contract": N_("contract %(number)s"),
    "gateway_account": N_("gateway account %(number)s"),
    "membership": N_("membership %(number)s"),
    "merchant": N_("merchant %(number)s"),
    "merchant_limit": N_("limit %(number)s"),
    "merchant_option": N_("option %(number)s"),
    "reason": N_("reason %(number)s"),
    "transaction": N_("transaction %(number)s"),
    "user": N_("user %(number)s"),
}
DONE = {
    "added": N_("%(thing)s, added"),
    "changed": N_("%(thing)s, changed"),
    "deleted": N_("%(thing)s, deleted"),
    "password": N_("%(thing)s, password"),
}
PLACES = {"order page": N_("order page"), "shipped today": N_("shipped today"), "command line": N_("command line")}
_THING = re.compile(r"(?P<thing>[a-z_]+) (?P<number>[0-9A-Z]+)(?: (?P<what>[a-z]+))?")
_LINES = re.compile(r"shipped today: ([0-9]+) of ([0-9]+) lines")
_PAST = re.compile(r"past of (\S+)")


def object_in_words(text: str | None) -> str:
    """Return what an entry was about; what is no phrase of ours (an address, a name) stays as it is."""
    text = text or "–"
    found = _THING.fullmatch(text)
    if found and found["thing"] in THINGS and (found["what"] is None or found["what"] in DONE):
        name, number, what = found.groups()
        thing = str(gettext(THINGS[name], number=number))
        return str(gettext(DONE[what], thing=thing)) if what else thing
    if lines := _LINES.fullmatch(text):
        return str(gettext("shipped today: %(some)s of %(all)s lines", some=lines[1], all=lines[2]))
    if past := _PAST.fullmatch(text):
        return str(gettext("past of %(merchant)s", merchant=past[1]))
    place, parted, fields = text.partition(": ")
    if place in PLACES:
        place = str(gettext(PLACES[place]))
    return summary_line(place, ", ".join(map(_field, fields.split(", ")))) if parted else place


def _field(name: str) -> str:
    """A field's label; the name itself where there is none."""
    if name == "numbers":
        return str(gettext("Order numbers"))
    return str(FIELDS.get(name) or COLUMNS.get(name) or name)
