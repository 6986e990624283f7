"""Gateway accounts on screen: the administrator sets them up, supervisors test the connection. Secrets never appear."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, g, redirect
from flask_appbuilder.actions import action
from flask_appbuilder.fields import QuerySelectField
from flask_appbuilder.fieldwidgets import Select2Widget
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from app.database import release_request_connection
from app.domain.errors import InvalidInput
from app.domain.text import N_
from app.extensions import db
from app.models import Contract, Merchant
from app.plugin import registry
from app.security.profiles import ADMINISTER, ALARMS, AUDIT
from app.views.base import Rights
from app.views.columns import LABELS
from app.views.interface import LARGEST_CHOICE, SafeInterface
from app.views.settings import SettingsView

from . import connection
from .account_access import unusable
from .accounts import GatewayAccount, SealPolicy
from .gateway_secrets import is_secret_name
from .gateways.http import BadAddress, Transport

SEE = frozenset({ADMINISTER, ALARMS, AUDIT})
POLICIES = [
    SelectChoice(str(SealPolicy.REQUIRED), lazy_gettext("Required")),
    SelectChoice(str(SealPolicy.ABSENT_ALLOWED), lazy_gettext("May be missing (the platform's test server only)")),
]


def _policy_word(code: str) -> str:
    return next((str(each.label) for each in POLICIES if each.value == code), code)


def contracts() -> list[Contract]:
    """Return the contracts to choose from, by merchant and number, as far as the scope goes."""
    chosen = select(Contract).join(Contract.merchant).options(contains_eager(Contract.merchant))
    return list(db.session.scalars(chosen.order_by(Merchant.short_name, Contract.number).limit(LARGEST_CHOICE)))


def interfaces() -> list[SelectChoice]:
    """Return the gateways that plug-ins registered, to choose from."""
    return [SelectChoice(name) for name in sorted(registry().gateways)]


class GatewayAccountView(SettingsView):
    """`/gateway-accounts`: which bank merchant id, key and address a contract's sales go through. Never deleted."""

    route_base = "/gateway-accounts"
    datamodel = SafeInterface(GatewayAccount)
    rights: ClassVar[Rights] = {
        "can_list": SEE, "can_show": SEE, "can_add": ADMINISTER, "can_edit": ADMINISTER,
        "tryconnection": frozenset({ADMINISTER, ALARMS}),
    }  # fmt: skip
    exclude_route_methods: ClassVar[set[str]] = {"download", "delete", "action_post"}
    list_title = lazy_gettext("Gateway accounts")
    show_title = lazy_gettext("Gateway account")
    add_title = lazy_gettext("New gateway account")
    edit_title = lazy_gettext("Change a gateway account")
    label_columns: ClassVar[dict[str, Any]] = LABELS | {
        "adapter": lazy_gettext("Interface"),
        "bad_seals": lazy_gettext("Answers in a row that could not be verified"),
        "bank_merchant_id": lazy_gettext("Merchant id at the bank"),
        "blackout": lazy_gettext("No cash operations at night"),
        "contract": lazy_gettext("Contract"),
        "key_version": lazy_gettext("Key version"),
        "paused_at": lazy_gettext("New orders stopped since"),
        "seal_policy": lazy_gettext("Seal of answers"),
        "secret_name": lazy_gettext("Name of the secret"),
        "url": lazy_gettext("Address"),
    }
    formatters_columns: ClassVar[dict[str, Any]] = {"seal_policy": _policy_word}
    description_columns: ClassVar[dict[str, Any]] = {
        "secret_name": lazy_gettext("A file of secrets/gateway in the data folder, or env: and a variable's name."),
        "blackout": lazy_gettext("21:55 to 23:05 in Paris."),
    }
    list_columns: ClassVar[list[str]] = ["bank_merchant_id", "merchant", "contract", "url", "active", "paused_at"]
    order_columns: ClassVar[list[str]] = ["bank_merchant_id", "url"]
    search_columns: ClassVar[list[str]] = ["bank_merchant_id", "merchant", "active"]
    show_columns: ClassVar[list[str]] = [
        "bank_merchant_id", "merchant", "contract", "adapter", "url", "key_version", "secret_name", "seal_policy",
        "blackout", "active", "bad_seals", "paused_at",
    ]  # fmt: skip
    add_columns: ClassVar[list[str]] = [
        "contract", "adapter", "url", "bank_merchant_id", "key_version", "secret_name", "seal_policy", "blackout", "active",
    ]  # fmt: skip
    edit_columns: ClassVar[list[str]] = ["url", "key_version", "secret_name", "seal_policy", "blackout", "active"]
    column_kinds: ClassVar[dict[str, str]] = {
        "bank_merchant_id": "code", "secret_name": "code", "key_version": "code", "url": "code",
    }  # fmt: skip
    validators_columns: ClassVar[dict[str, list[Any]]] = {
        "bank_merchant_id": [Regexp(r"^[0-9]{15}\Z", message=lazy_gettext("15 digits."))],
        "key_version": [NumberRange(1, 999_999)],
    }
    add_form_extra_fields = edit_form_extra_fields = {
        "contract": QuerySelectField(
            lazy_gettext("Contract"),
            [InputRequired()],
            query_func=contracts,
            get_pk_func=lambda contract: contract.id,
            get_label=lambda contract: f"{contract.merchant.short_name} · {contract.number}",
            widget=Select2Widget(),
        ),
        "adapter": SelectField(lazy_gettext("Interface"), choices=interfaces),
        "seal_policy": SelectField(lazy_gettext("Seal of answers"), choices=POLICIES),
        "url": StringField(lazy_gettext("Address"), [InputRequired(), Length(max=200)]),
        # FAB would ask for a tick in every box whose column is not nullable.
        "active": BooleanField(LABELS["active"], default=True),
        "blackout": BooleanField(lazy_gettext("No cash operations at night"), default=True),
    }

    def check(self, item: Any, form: Any, created: bool) -> None:
        """Refuse an address, a secret's name that cannot be; the contract says whose account it is."""
        try:
            Transport(item.url)
        except BadAddress:
            text = N_("It must be https://host, without a user or a query; plain http only on this machine.")
            raise InvalidInput.of("url", "bad_address", text) from None
        if not is_secret_name(item.secret_name or ""):
            text = N_("The name of a file without a folder, or env: and the name of a variable.")
            raise InvalidInput.of("secret_name", "bad_name", text)
        if created:
            if form.contract.data is None:
                raise InvalidInput.of("contract", "missing", N_("Choose a contract."))
            item.merchant_id, item.bad_seals = form.contract.data.merchant_id, 0

    @action("tryconnection", lazy_gettext("Test the connection"), multiple=False)
    def tryconnection(self, account: GatewayAccount) -> Any:
        """Ask the bank about a sale that cannot exist; a verified answer lifts the stop of new orders."""
        db.session.expunge(account)
        release_request_connection()  # nothing is held while the bank is asked
        verdict = connection.try_connection(account, g.actor)
        flash(gettext(connection.LABELS[verdict]), "success" if verdict.right else "danger")
        if verdict == connection.Verdict.UNUSABLE and g.actor.may(ADMINISTER) and (found := unusable(account)):
            flash(gettext(found.found, **found.facts), "danger")  # files and variables are the administrator's affair
        return redirect(self.get_redirect())
