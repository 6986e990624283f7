"""What somebody must look at: alarms, rule hits, mails, the audit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.hooks import before_request
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from ..alarms import LABELS as ALARM_KINDS
from ..audit import AUDIT_READ, record
from ..database import unit_of_work
from ..forms.keys import new_key, read_key
from ..models import Alarm, AuditEntry, OutboxMail, RiskHit
from ..ports import Decision
from ..post.again import may_go_again
from ..post.words import sentence
from ..security.identity import parse_key
from ..security.profiles import ALARMS, AUDIT, CHALLENGE, RISK, SETTINGS
from ..tickets import resend
from ..web.listing import row_link
from .audit_objects import object_in_words
from .base import Rights
from .columns import search_choice
from .interface import LedgerInterface
from .ledger import LedgerView


class AlarmInterface(LedgerInterface):
    """Alarms with their kind and their sentence (`said`) in the reader's language."""

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        if col == "said":
            return sentence(item.message, item.params)
        if col == "kind":
            return sentence(ALARM_KINDS.get(item.kind, item.kind))
        return LedgerInterface._get_attr_value(item, col)


class AlarmView(LedgerView):
    """`/alarms/list/`: every alarm there was; AlarmFormsView shows those to work off."""

    route_base = "/alarms"
    datamodel = AlarmInterface(Alarm)
    rights: ClassVar[Rights] = {"can_list": frozenset({ALARMS, AUDIT}), "can_show": frozenset({ALARMS, AUDIT})}
    show_template = "egestion/counter/alarm.html"
    list_title = lazy_gettext("All alarms")
    show_title = lazy_gettext("Alarm")
    list_columns: ClassVar[list[str]] = [
        "at",
        "merchant_id",
        "said",
        "transaction.reference",
        "acknowledged_at",
        "acknowledged_by",
    ]
    show_columns: ClassVar[list[str]] = [
        "at",
        "kind",
        "said",
        "transaction.reference",
        "acknowledged_at",
        "acknowledged_by",
        "note",
    ]
    label_columns: ClassVar[dict[str, Any]] = LedgerView.label_columns | {"said": lazy_gettext("Message")}
    search_columns: ClassVar[list[str]] = ["at", "acknowledged_at"]
    sorts: ClassVar[Mapping[str, type]] = {"at": datetime}
    base_order: ClassVar[tuple[str, str]] = ("at", "desc")
    column_kinds: ClassVar[dict[str, str]] = {"transaction.reference": "code"}
    empty_text = lazy_gettext("No alarm: nothing needs you.")


_REFERENCE = re.compile(r"[0-9A-Z]{10}")


def seen(info: str | None) -> Any:
    """Return what a rule saw, a sentence of ours in the reader's language; of a repeat it is the earlier sale's
    reference, which leads to it."""
    if info and _REFERENCE.fullmatch(info):
        return row_link(f"/transactions/list/?q={info}", info)
    return gettext(info) if info else "–"


class RiskHitView(LedgerView):
    """`/riskhits`: rules that fired on orders."""

    route_base = "/riskhits"
    datamodel = LedgerInterface(RiskHit)
    rights: ClassVar[Rights] = {
        "can_list": frozenset({RISK, CHALLENGE, AUDIT}),
        "can_show": frozenset({RISK, CHALLENGE, AUDIT}),
    }
    list_title = lazy_gettext("Rule hits")
    show_title = lazy_gettext("Rule hit")
    list_columns: ClassVar[list[str]] = [
        "at", "merchant_id", "transaction.reference", "transaction.order_number", "rule", "decision", "code", "info",
    ]  # fmt: skip
    show_columns: ClassVar[list[str]] = [
        "transaction.reference", "transaction.order_number", "merchant_id", "rule", "decision", "code", "info", "at",
    ]  # fmt: skip
    column_kinds: ClassVar[dict[str, str]] = {"transaction.reference": "code"}
    in_words: ClassVar[Sequence[str]] = ("decision", "rule")
    search_columns: ClassVar[list[str]] = ["decision", "rule"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {"decision": search_choice("decision", Decision)}

    def _init_properties(self) -> None:
        super()._init_properties()
        self.formatters_columns = self.formatters_columns | {"info": seen}


class OutboxView(LedgerView):
    """`/mails`: what left, what waits, what failed."""

    route_base = "/mails"
    datamodel = LedgerInterface(OutboxMail)
    rights: ClassVar[Rights] = {
        "can_list": frozenset({SETTINGS, AUDIT}), "can_show": frozenset({SETTINGS, AUDIT}), "can_resend": SETTINGS,
    }  # fmt: skip
    base_permissions: ClassVar[list[str]] = ["can_list", "can_show", "can_resend"]
    include_route_methods: ClassVar[set[str] | None] = {"list", "show", "resend"}
    show_template = "egestion/mail.html"
    list_title = lazy_gettext("Mails")
    show_title = lazy_gettext("Mail")
    list_columns: ClassVar[list[str]] = [
        "created_at",
        "merchant_id",
        "subject",
        "recipients",
        "state",
        "tries",
        "sent_at",
    ]
    show_columns: ClassVar[list[str]] = [
        "created_at", "subject", "recipients", "state", "tries", "last_error", "next_try_at", "sent_at", "body",
    ]  # fmt: skip
    search_columns: ClassVar[list[str]] = ["created_at", "state"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {
        "state": search_choice("state", ("DUE", "SENT", "FAILED"), "mail")
    }
    sorts: ClassVar[Mapping[str, type]] = {"created_at": datetime}
    base_order: ClassVar[tuple[str, str]] = ("created_at", "desc")
    column_kinds: ClassVar[dict[str, str]] = {"state": "mail"}

    def _get_show_widget(self, pk: Any, item: Any, *args: Any, **more: Any) -> Any:
        widgets = super()._get_show_widget(pk, item, *args, **more)
        widgets["show"].template_args |= {"again": may_go_again(item), "key": new_key()}
        return widgets

    @expose("/resend/<pk>", methods=["POST"])
    @has_access
    def resend(self, pk: str) -> Any:
        """Send a mail once more, through the outbox as the first time; a ticket where the customer's consent is recorded."""
        # Before its form is read: whose it is not learns nothing of it.
        if self.datamodel.get(pk, self._base_filters) is None:
            abort(404)
        resend(g.actor, parse_key(pk) or 0, read_key(request.form.get("key")))
        flash(gettext("The mail leaves once more, to the same recipients."), "success")
        return redirect(url_for("OutboxView.list"), 303)


class AuditView(LedgerView):
    """`/audit`: who did what. Looking at it is itself an entry (PCI DSS 10.2.1.3)."""

    route_base = "/audit"
    datamodel = LedgerInterface(AuditEntry)
    rights: ClassVar[Rights] = {"can_list": AUDIT, "can_show": AUDIT}
    list_title = lazy_gettext("Audit")
    show_title = lazy_gettext("Audit entry")
    list_columns: ClassVar[list[str]] = ["at", "merchant_id", "actor", "kind", "outcome", "object", "origin"]
    show_columns: ClassVar[list[str]] = ["at", "actor", "kind", "outcome", "object", "origin", "data"]
    in_words: ClassVar[Sequence[str]] = ("kind", "outcome")
    search_columns: ClassVar[list[str]] = ["at", "actor", "kind", "outcome"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {"outcome": search_choice("outcome", ("OK", "REFUSED"))}
    sorts: ClassVar[Mapping[str, type]] = {"at": datetime}
    base_order: ClassVar[tuple[str, str]] = ("at", "desc")

    def _init_properties(self) -> None:
        super()._init_properties()
        self.formatters_columns = self.formatters_columns | {"object": object_in_words}

    @before_request
    def note_the_reading(self) -> None:
        """Write the entry of this reading, one for each merchant whose entries may be seen."""
        actor = g.actor if current_user.is_authenticated else None
        if actor is None or not actor.may(AUDIT):
            return
        with unit_of_work(actor) as unit:
            for merchant_id in actor.merchants:
                record(
                    unit,
                    actor,
                    AUDIT_READ,
                    request.url_rule.rule if request.url_rule else "audit",
                    merchant_id=merchant_id,
                )
