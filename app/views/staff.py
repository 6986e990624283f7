"""The manager's people: who works for own merchants, inviting and disabling those below manager."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, flash, g, make_response, redirect, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext

from .. import staff
from ..domain.errors import InvalidInput, NotPermitted
from ..domain.text import N_
from ..extensions import db
from ..forms.typed import shown_again, typed
from ..security.identity import parse_key
from ..security.profiles import AUDIT, BELOW_MANAGER, PEOPLE, PROFILES
from ..web.refusals import field_sentences
from .base import Rights
from .field_labels import summary_line
from .history import PathHistory
from .merchants_seen import merchants_seen
from .misplaced_cards import misplaced_cards

FIELDS = (
    "first_name",
    "last_name",
    "email",
    "username",
    "profile",
    "merchant",
    "language",
)  # as they stand on the form
LABELS = {
    "username": N_("User name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "email": N_("E-mail"),
    "profile": N_("Profile"),
    "merchant": N_("Merchant"),
    "language": N_("Language"),
}
CHANGES = {"disable": staff.disable, "enable": staff.enable}


class StaffView(PathHistory, BaseView):
    """`/people/`: the list, the form of an invitation, and one POST for each change."""

    route_base = "/people"
    default_view = "colleagues"
    rights: ClassVar[Rights] = {"can_look": frozenset({PEOPLE, AUDIT}), "can_manage": PEOPLE}

    def tells_of_cards(self, method: str) -> tuple[str, ...]:
        """Return the fields beside which this form says that they held a card number."""
        return FIELDS if method == "invite" else ()

    @expose("/")
    @has_access
    @permission_name("look")
    def colleagues(self) -> Any:
        """Show who works here."""
        self.update_redirect()
        people = staff.colleagues(db.session(), g.actor)
        return self.render_template(
            "egestion/people/list.html",
            title=gettext("Team"),
            people=people,
            may=g.actor.may(PEOPLE),
            several=len(merchants_seen()) > 1,
            words={name: gettext(profile.label) for name, profile in PROFILES.items()},
        )

    @expose("/invite", methods=["GET", "POST"])
    @has_access
    @permission_name("manage")
    def invite(self) -> Any:
        """Show the form, or invite; what is wrong stands beside its field and nothing typed is lost."""
        values = dict(typed(request.form, FIELDS))
        errors = dict(misplaced_cards())
        if request.method == "POST" and not errors:
            try:
                staff.invite(g.actor, self._invitation(values), request.host_url)
            except InvalidInput as refusal:
                errors = field_sentences(refusal)
            else:
                text = gettext("%(name)s is invited: the mail is on its way.", name=values["username"])
                flash(text, "success")
                return redirect("/people/", 303)
        page = self.render_template(
            "egestion/people/invite.html",
            title=gettext("Invite somebody"),
            values=shown_again(values),
            errors=errors,
            summary=[(name, summary_line(gettext(LABELS[name]), errors[name])) for name in FIELDS if name in errors],
            labels={field: gettext(text) for field, text in LABELS.items()},
            merchants=[(str(each.id), each.short_name) for each in merchants_seen()],
            profiles=[(name, gettext(PROFILES[name].label)) for name in BELOW_MANAGER],
        )
        return make_response(page, 422 if errors else 200)

    @staticmethod
    def _invitation(values: dict[str, str]) -> staff.Invitation:
        mine = merchants_seen()
        merchant_id = parse_key(values["merchant"]) if "merchant" in values else mine[0].id if mine else None
        if merchant_id is None:
            abort(404)
        return staff.Invitation(
            username=values.get("username", ""),
            first_name=values.get("first_name", ""),
            last_name=values.get("last_name", ""),
            email=values.get("email", ""),
            profile=values.get("profile", ""),
            merchant_id=merchant_id,
            language=values.get("language", "fr"),
        )

    @expose("/<int:id>/<change>", methods=["POST"])
    @has_access
    @permission_name("manage")
    def change(self, id: int, change: str) -> Any:
        """Disable, let in again, or send the invitation once more."""
        user_id = parse_key(id)
        if user_id is None or change not in (*CHANGES, "invite-again"):
            abort(404)
        try:
            if change == "invite-again":
                staff.invite_again(g.actor, user_id, request.host_url)
            else:
                CHANGES[change](g.actor, user_id)
        except NotPermitted:
            abort(403)
        words = {
            "disable": gettext("Disabled: signed out everywhere, at once."),
            "enable": gettext("May sign in again."),
            "invite-again": gettext("The invitation is on its way once more."),
        }
        flash(words[change], "success")
        return redirect("/people/", 303)
