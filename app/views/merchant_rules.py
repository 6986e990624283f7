"""A merchant's own rules: limits above which a second person is asked, and reasons for cancelling and refunding."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Regexp

from ..domain.errors import InvalidInput
from ..domain.money import format_number, parse_amount
from ..domain.rejected import Rejected
from ..domain.verbs import Verb
from ..models import MerchantLimit, Reason
from ..security.profiles import SETTINGS
from ..web.formats import locale_code
from .base import Rights
from .code_words import in_words
from .columns import LABELS, choice
from .configuration import SEE
from .interface import SafeInterface
from .settings import SettingsView


class LimitView(SettingsView):
    """`/limits`: above the amount the action waits for a second person. The manager's."""

    route_base = "/limits"
    datamodel = SafeInterface(MerchantLimit)
    rights: ClassVar[Rights] = {
        "can_list": SEE, "can_show": SEE, "can_add": SETTINGS, "can_edit": SETTINGS, "can_delete": SETTINGS,
    }  # fmt: skip
    exclude_route_methods: ClassVar[set[str]] = {"download", "action", "action_post"}
    list_title = lazy_gettext("Limits")
    list_intro = lazy_gettext(
        "Above its limit an action waits for a second person; without a limit one person does it alone."
    )
    empty_text = lazy_gettext(
        "No limit: whoever may refund, cancel or capture does it alone, whatever the amount. Set one, and above it another"
        " person has to approve."
    )
    show_title = lazy_gettext("Limit")
    add_title = lazy_gettext("New limit")
    edit_title = lazy_gettext("Change a limit")
    label_columns: ClassVar[dict[str, Any]] = dict(LABELS)
    formatters_columns: ClassVar[dict[str, Any]] = in_words("verb")
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
        "amount": StringField(
            LABELS["amount"],
            [InputRequired(), Length(max=30)],
            description=lazy_gettext("In the merchant's currency. What is above it waits for a second person."),
        ),
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
