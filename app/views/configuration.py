"""Merchants, contracts, options, limits, reasons, memberships: generated forms for configuration rows."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar
from zoneinfo import available_timezones

from flask_babel import lazy_gettext
from sqlalchemy import inspect
from sqlalchemy import text as sql
from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from ..domain.brands import BRANDS
from ..domain.closed_days import days_in
from ..domain.currencies import CURRENCIES
from ..domain.errors import InvalidInput
from ..domain.iban import iban_spans
from ..domain.states import CaptureMode
from ..domain.text import N_
from ..models import Contract, Merchant, MerchantOption, Reason
from ..models.merchant import CUSTOMER_FIELDS, SHIPPED_REASONS, ClerkCancels, MerchantStatus
from ..security.profiles import ADMINISTER, AUDIT, SETTINGS
from ..web.formats import clock_time
from .base import Rights
from .code_words import in_words
from .columns import LABELS, choice
from .cut_offs import demand_outside_nights
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
    formatters_columns: ClassVar[dict[str, Any]] = in_words(
        "status", "language", "default_capture_mode", "clerk_cancels"
    )
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
    add_form_extra_fields = edit_form_extra_fields = {
        "zone": StringField(LABELS["zone"], [InputRequired(), Length(max=40)], default="Europe/Paris"),
        "language": choice("language", ("fr", "en")),
        "currency": choice("currency", CURRENCIES, default="EUR"),
        "status": choice("status", MerchantStatus, default=MerchantStatus.ACTIVE),
        "default_capture_mode": choice("default_capture_mode", CaptureMode),
        "default_brand": choice("default_brand", BRANDS),
        "clerk_cancels": choice("clerk_cancels", ClerkCancels),
        "customer_fields": StringField(
            LABELS["customer_fields"],
            [Optional(), Length(max=120)],  # none: no customer is asked for
            description=lazy_gettext("Of %(fields)s, separated by commas.", fields=", ".join(CUSTOMER_FIELDS)),
        ),
    }

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Refuse an unknown zone or customer field."""
        if item.zone not in available_timezones() or not self._known_to_the_database(item.zone):
            raise InvalidInput.of("zone", "unknown", N_("No such time zone; an example is Europe/Paris."))
        fields = [name.strip() for name in (item.customer_fields or "").split(",") if name.strip()]
        if not set(fields) <= set(CUSTOMER_FIELDS):
            raise InvalidInput.of("customer_fields", "unknown", N_("Only the named fields."))
        item.customer_fields = ",".join(name for name in CUSTOMER_FIELDS if name in fields)
        if not created and inspect(item).attrs.zone.history.has_changes():
            for contract in item.contracts:
                demand_outside_nights(self.datamodel.session, contract, item.zone, "zone")

    def _known_to_the_database(self, zone: str) -> bool:
        """Due work of all merchants is found by one statement, which an unknown zone of one would stop for all."""
        known = sql("SELECT count(*) FROM pg_timezone_names WHERE name = :zone")
        return bool(self.datamodel.session.scalar(known, {"zone": zone}))

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
    formatters_columns: ClassVar[dict[str, Any]] = in_words("scheme", "settlement") | {"cut_off": clock_time}
    list_columns: ClassVar[list[str]] = ["number", "merchant", "name", "scheme", "currency", "cut_off", "active"]
    order_columns: ClassVar[list[str]] = ["number", "name", "scheme", "currency"]
    search_columns: ClassVar[list[str]] = ["number", "merchant", "scheme"]
    add_columns: ClassVar[list[str]] = [
        "merchant", "number", "name", "scheme", "currency", "cut_off", "settlement", "account", "bank_closed_on",
        "referral_telephone",
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
        "bank_closed_on": StringField(
            LABELS["bank_closed_on"],
            [Optional(), Length(max=220)],
            description=lazy_gettext(
                "Days like 2026-12-24, separated by commas, beside weekends and TARGET's closing days."
            ),
        ),
    }

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Refuse an account that is no IBAN, days that are none, and a cut-off in the night of the contract's gateway."""
        try:
            item.bank_closed_on = ",".join(day.isoformat() for day in days_in(item.bank_closed_on)) or None
        except ValueError:
            text = N_("Days like 2026-12-24, separated by commas.")
            raise InvalidInput.of("bank_closed_on", "no_days", text) from None
        item.cut_off = time.fromisoformat(form.cut_off.data)
        demand_outside_nights(self.datamodel.session, item, item.merchant.zone, "cut_off")
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
    formatters_columns: ClassVar[dict[str, Any]] = in_words("code")
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
