"""Merchants, contracts, options, limits, reasons, memberships: generated forms for configuration rows."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar
from zoneinfo import available_timezones

from flask import g
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from ..audit import USER_ROLES_CHANGED
from ..domain.brands import BRANDS
from ..domain.currencies import CURRENCIES
from ..domain.errors import InvalidInput
from ..domain.iban import iban_spans
from ..domain.money import format_number, parse_amount
from ..domain.rejected import Rejected
from ..domain.states import CaptureMode
from ..domain.text import N_
from ..domain.verbs import Verb
from ..models import Contract, Membership, Merchant, MerchantLimit, MerchantOption, Reason
from ..models.merchant import CUSTOMER_FIELDS, SHIPPED_REASONS, ClerkCancels, MerchantStatus
from ..security.profiles import ADMINISTER, AUDIT, PROFILES, SETTINGS
from ..web.formats import locale_code
from .base import Rights
from .columns import LABELS, choice
from .interface import SafeInterface
from .settings import SettingsView

OPTIONS = ("AMEX", "RISK", "JRB", "JRI", "TERMINAL", "PAY_LINK")
SEE = frozenset({ADMINISTER, SETTINGS, AUDIT})
UPPER = Regexp(r"^[A-Z0-9]{2,20}\Z", message=lazy_gettext("2 to 20 capital letters or digits."))


class MerchantView(SettingsView):
    """`/merchants`: the administrator's; managers and auditors look."""

    route_base = "/merchants"
    datamodel = SafeInterface(Merchant)
    rights: ClassVar[Rights] = {"can_list": SEE, "can_show": SEE, "can_add": ADMINISTER, "can_edit": ADMINISTER}
    exclude_route_methods: ClassVar[set[str]] = {"download", "delete", "action", "action_post"}
    list_title = lazy_gettext("Merchants")
    show_title = lazy_gettext("Merchant")
    add_title = lazy_gettext("New merchant")
    edit_title = lazy_gettext("Change a merchant")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["short_name", "name", "status", "currency", "zone"]
    search_columns: ClassVar[list[str]] = ["short_name", "name", "status"]
    show_columns: ClassVar[list[str]] = [
        "short_name", "name", "siret", "country", "zone", "language", "currency", "status", "default_capture_mode",
        "default_capture_day", "default_brand", "order_number_required", "security_code_required", "forcing_allowed",
        "clerk_cancels", "customer_fields",
    ]  # fmt: skip
    add_columns: ClassVar[list[str]] = show_columns
    edit_columns: ClassVar[list[str]] = show_columns[1:]  # the short name is in files and references: it stays
    column_kinds: ClassVar[dict[str, str]] = {"short_name": "code", "siret": "code"}
    validators_columns: ClassVar[dict[str, list[Any]]] = {
        "short_name": [UPPER],
        "siret": [Optional(), Regexp(r"^[0-9]{14}\Z", message=lazy_gettext("14 digits."))],
        "country": [Regexp(r"^[A-Z]{2}\Z", message=lazy_gettext("Two capital letters."))],
        "default_capture_day": [NumberRange(0, 6)],
    }
    description_columns: ClassVar[dict[str, Any]] = {
        "customer_fields": lazy_gettext("Of %(fields)s, separated by commas.", fields=", ".join(CUSTOMER_FIELDS)),
    }
    add_form_extra_fields = edit_form_extra_fields = {
        "zone": StringField(LABELS["zone"], [InputRequired(), Length(max=40)], default="Europe/Paris"),
        "language": choice("language", ("fr", "en")),
        "currency": choice("currency", CURRENCIES, default="EUR"),
        "status": choice("status", MerchantStatus, default=MerchantStatus.ACTIVE),
        "default_capture_mode": choice("default_capture_mode", CaptureMode),
        "default_brand": choice("default_brand", BRANDS),
        "clerk_cancels": choice("clerk_cancels", ClerkCancels),
    }

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Refuse an unknown zone or customer field."""
        if item.zone not in available_timezones():
            raise InvalidInput.of("zone", "unknown", N_("No such time zone; an example is Europe/Paris."))
        fields = [name.strip() for name in (item.customer_fields or "").split(",") if name.strip()]
        if not set(fields) <= set(CUSTOMER_FIELDS):
            raise InvalidInput.of("customer_fields", "unknown", N_("Only the named fields."))
        item.customer_fields = ",".join(name for name in CUSTOMER_FIELDS if name in fields)

    def written(self, session: Any, item: Any, created: bool, changes: dict[str, Any]) -> None:
        """A new merchant starts with the shipped reasons."""
        if created:
            for code, label_fr, label_en in SHIPPED_REASONS:
                session.add(Reason(merchant_id=item.id, code=code, label_fr=label_fr, label_en=label_en))
            session.flush()
        super().written(session, item, created, changes)


class ContractView(SettingsView):
    """`/contracts`: acceptance contracts. A contract is never deleted: sales refer to it."""

    route_base = "/contracts"
    datamodel = SafeInterface(Contract)
    rights: ClassVar[Rights] = {"can_list": SEE, "can_show": SEE, "can_add": ADMINISTER, "can_edit": ADMINISTER}
    exclude_route_methods: ClassVar[set[str]] = {"download", "delete", "action", "action_post"}
    list_title = lazy_gettext("Contracts")
    show_title = lazy_gettext("Contract")
    add_title = lazy_gettext("New contract")
    edit_title = lazy_gettext("Change a contract")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["number", "merchant", "name", "scheme", "currency", "cut_off", "active"]
    order_columns: ClassVar[list[str]] = ["number", "name", "scheme", "currency"]
    search_columns: ClassVar[list[str]] = ["number", "merchant", "scheme"]
    add_columns: ClassVar[list[str]] = [
        "merchant", "number", "name", "scheme", "currency", "cut_off", "settlement", "account", "referral_telephone",
        "immediate_allowed", "active",
    ]  # fmt: skip
    show_columns: ClassVar[list[str]] = add_columns
    edit_columns: ClassVar[list[str]] = [
        name for name in add_columns if name not in ("merchant", "number", "scheme", "currency")
    ]
    column_kinds: ClassVar[dict[str, str]] = {"number": "code", "account": "code"}
    validators_columns: ClassVar[dict[str, list[Any]]] = {
        "number": [Regexp(r"^[0-9A-Z]{3,15}\Z", message=lazy_gettext("3 to 15 digits or capital letters."))],
    }
    add_form_extra_fields = edit_form_extra_fields = {
        "scheme": choice("scheme", ("CARD", "AMEX")),
        "currency": choice("currency", CURRENCIES, default="EUR"),
        "cut_off": StringField(
            LABELS["cut_off"],
            [
                InputRequired(),
                Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9](:00)?\Z", message=lazy_gettext("A time like 21:00.")),
            ],
            default="21:00",
        ),
        "settlement": choice("settlement", ("GROSS", "NET")),
    }

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Refuse an account that is no IBAN."""
        item.cut_off = time.fromisoformat(form.cut_off.data)
        if item.account:
            item.account = item.account.replace(" ", "").upper()
            if list(iban_spans(item.account)) != [(0, len(item.account))]:
                raise InvalidInput.of("account", "no_iban", N_("This is no IBAN."))
        item.account = item.account or None


class OptionView(SettingsView):
    """`/options`: what a merchant has subscribed, from a day on. Ended, not deleted."""

    route_base = "/options"
    datamodel = SafeInterface(MerchantOption)
    rights: ClassVar[Rights] = {"can_list": SEE, "can_show": SEE, "can_add": ADMINISTER, "can_edit": ADMINISTER}
    exclude_route_methods: ClassVar[set[str]] = {"download", "delete", "action", "action_post"}
    list_title = lazy_gettext("Options")
    show_title = lazy_gettext("Option")
    add_title = lazy_gettext("Subscribe an option")
    edit_title = lazy_gettext("Change an option")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["code", "merchant", "from_day", "until_day"]
    order_columns: ClassVar[list[str]] = ["code", "from_day", "until_day"]
    search_columns: ClassVar[list[str]] = ["code", "merchant"]
    add_columns: ClassVar[list[str]] = ["merchant", "code", "from_day", "until_day"]
    show_columns: ClassVar[list[str]] = add_columns
    edit_columns: ClassVar[list[str]] = ["from_day", "until_day"]
    add_form_extra_fields: ClassVar[dict[str, Any]] = {"code": choice("code", OPTIONS)}

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Refuse an end before the beginning."""
        if item.until_day and item.from_day and item.until_day < item.from_day:
            raise InvalidInput.of("until_day", "before_from", N_("The end lies before the beginning."))


class LimitView(SettingsView):
    """`/limits`: above the amount the action waits for a second person. The manager's."""

    route_base = "/limits"
    datamodel = SafeInterface(MerchantLimit)
    rights: ClassVar[Rights] = {
        "can_list": SEE, "can_show": SEE, "can_add": SETTINGS, "can_edit": SETTINGS, "can_delete": SETTINGS,
    }  # fmt: skip
    exclude_route_methods: ClassVar[set[str]] = {"download", "action", "action_post"}
    list_title = lazy_gettext("Limits")
    show_title = lazy_gettext("Limit")
    add_title = lazy_gettext("New limit")
    edit_title = lazy_gettext("Change a limit")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["verb", "merchant", "amount", "merchant.currency"]
    order_columns: ClassVar[list[str]] = ["verb", "amount"]
    search_columns: ClassVar[list[str]] = ["verb", "merchant"]
    add_columns: ClassVar[list[str]] = ["merchant", "verb", "amount"]
    show_columns: ClassVar[list[str]] = ["merchant", "verb", "amount", "merchant.currency"]
    edit_columns: ClassVar[list[str]] = ["amount"]
    column_kinds: ClassVar[dict[str, str]] = {"amount": "amount"}
    currency_column = "merchant.currency"
    hidden_columns: ClassVar[list[str]] = ["merchant.currency"]
    add_form_extra_fields = edit_form_extra_fields = {
        "verb": choice("verb", (Verb.CANCEL, Verb.REFUND, Verb.VALIDATE, Verb.CAPTURE)),
        "amount": StringField(LABELS["amount"], [InputRequired(), Length(max=30)]),
    }

    def prefill_form(self, form: Any, pk: Any) -> None:
        """Show the amount as people write it."""
        limit = self.datamodel.get(pk)
        form.amount.data = format_number(limit.amount, limit.merchant.currency, locale_code())

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Read the amount in the merchant's currency, strictly by the reader's language."""
        try:
            item.amount = parse_amount(form.amount.data, item.merchant.currency, locale_code())
        except Rejected as wrong:
            raise InvalidInput.of("amount", wrong.code, wrong.message, **wrong.params) from None


class ReasonView(SettingsView):
    """`/reasons`: why a sale is cancelled or refunded. The manager's; unused ones are switched off."""

    route_base = "/reasons"
    datamodel = SafeInterface(Reason)
    rights: ClassVar[Rights] = {"can_list": SEE, "can_show": SEE, "can_add": SETTINGS, "can_edit": SETTINGS}
    exclude_route_methods: ClassVar[set[str]] = {"download", "delete", "action", "action_post"}
    list_title = lazy_gettext("Reasons")
    show_title = lazy_gettext("Reason")
    add_title = lazy_gettext("New reason")
    edit_title = lazy_gettext("Change a reason")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["code", "merchant", "label_fr", "label_en", "active"]
    order_columns: ClassVar[list[str]] = ["code", "label_fr", "label_en"]
    search_columns: ClassVar[list[str]] = ["code", "merchant", "active"]
    add_columns: ClassVar[list[str]] = ["merchant", "code", "label_fr", "label_en", "active"]
    show_columns: ClassVar[list[str]] = add_columns
    edit_columns: ClassVar[list[str]] = ["label_fr", "label_en", "active"]
    validators_columns: ClassVar[dict[str, list[Any]]] = {
        "code": [Regexp(r"^[A-Z][A-Z0-9_]{1,31}\Z", message=lazy_gettext("2 to 32 capital letters, digits or _."))],
    }


def no_administrator(_form: Any, field: Any) -> None:
    """WTForms validator: an administrator works for no merchant, and nobody adds themselves."""
    user = field.data
    if user is None:
        return
    if user.id == g.user.id or any(PROFILES[role.name].administrator for role in user.roles if role.name in PROFILES):
        raise ValidationError(lazy_gettext("An administrator works for no merchant."))


class MembershipView(SettingsView):
    """`/memberships`: who works for which merchant; added and removed, never changed."""

    route_base = "/memberships"
    datamodel = SafeInterface(Membership)
    rights: ClassVar[Rights] = {
        "can_list": ADMINISTER, "can_show": ADMINISTER, "can_add": ADMINISTER, "can_delete": ADMINISTER,
    }  # fmt: skip
    exclude_route_methods: ClassVar[set[str]] = {"download", "edit", "action", "action_post"}
    audit_kind = USER_ROLES_CHANGED
    list_title = lazy_gettext("Memberships")
    show_title = lazy_gettext("Membership")
    add_title = lazy_gettext("New membership")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    list_columns: ClassVar[list[str]] = ["user.username", "merchant.short_name"]
    order_columns: ClassVar[list[str]] = ["user.username", "merchant.short_name"]
    search_columns: ClassVar[list[str]] = ["user", "merchant"]
    add_columns: ClassVar[list[str]] = ["user", "merchant"]
    show_columns: ClassVar[list[str]] = ["user.username", "merchant.short_name"]
    validators_columns: ClassVar[dict[str, list[Any]]] = {"user": [no_administrator]}
