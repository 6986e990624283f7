"""From a typed order to the rows of a sale: settings, contract, dates; and a duplicate from an earlier sale."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.domain.bin_facts import bin_facts
from app.domain.brands import AMEX, choose_brand
from app.domain.days import MAX_CAPTURE_DAY, check_capture_day, local_day
from app.domain.errors import DomainError, FieldError, InvalidInput
from app.domain.rejected import Rejected
from app.domain.states import CaptureMode, State
from app.domain.text import N_
from app.models import Contract, Transaction
from app.models.merchant import MerchantStatus
from app.models.search_keys import order_key
from app.ports import ActionRequest, NewOrder

from .accounts import GatewayAccount
from .references import new_reference
from .shop import Shop

TYPED_CHANNELS = ("TELEPHONE_ORDER", "MAIL_ORDER", "FAX_ORDER")


class MerchantNotActive(DomainError):
    """A suspended or ended merchant takes no new order; everything else goes on."""

    status = 403
    code = "merchant_not_active"
    message = N_("This merchant takes no new orders at present.")


def demand_active(shop: Shop) -> None:
    """Raise MerchantNotActive unless the merchant takes new orders."""
    if shop.merchant.status != MerchantStatus.ACTIVE:
        raise MerchantNotActive()


def checked(shop: Shop, order: NewOrder, at: datetime) -> tuple[Contract, GatewayAccount, str, str]:
    """Return contract, account, brand and how it was chosen; raises InvalidInput naming every wrong field at once."""
    merchant, errors = shop.merchant, []
    needed = N_("The merchant asks for this field.")
    if merchant.order_number_required and not order.order_number:
        errors.append(FieldError("order_number", "missing", needed))
    if order.channel not in TYPED_CHANNELS:
        text = N_("Possible here: %(values)s.")
        errors.append(FieldError("channel", "channel_invalid", text, {"values": ", ".join(TYPED_CHANNELS)}))
    if not order.card.reveal_security_code() and (merchant.security_code_required or AMEX in order.card.brands):
        errors.append(FieldError("card.security_code", "missing", needed))
    brand, choice, day = "", "", "shipping_date" if order.shipping_date is not None else "capture_day"
    if order.shipping_date is not None and order.shipping_date < local_day(at, shop.zone):
        errors.append(FieldError(day, "shipping_date_past", N_("The shipping day is over.")))
    try:
        brand, how = choose_brand(order.card.brands, order.brand, merchant.default_brand)
        choice = str(how)
        check_capture_day(capture_day_of(shop, order, at), brand)
    except Rejected as rejected:
        told = rejected.field_errors("capture_day" if brand else "card.brand")
        if brand and order.shipping_date is not None:
            told = tuple(error._replace(field=day, code="shipping_date_beyond_limit") for error in told)
        errors.extend(told)
    if errors:
        raise InvalidInput(errors)
    contract, account = shop.contract_for(brand, order.currency)
    return contract, account, brand, choice


def capture_day_of(shop: Shop, order: NewOrder | ActionRequest, at: datetime) -> int:
    """Return the deferral asked for, in days or by the shipping day; the merchant's default where none is given, 6 in
    VALIDATION mode, which waits for a person whatever the shipping day."""
    if order.capture_day is not None:
        return order.capture_day
    mode = order.capture_mode or shop.merchant.default_capture_mode
    if order.shipping_date is not None:
        deferral = (order.shipping_date - local_day(at, shop.zone)).days
        return max(deferral, 0) if mode != CaptureMode.VALIDATION else MAX_CAPTURE_DAY
    if mode == CaptureMode.VALIDATION and order.capture_mode is not None:
        return MAX_CAPTURE_DAY
    return shop.merchant.default_capture_day


def mode_of(wanted: str, contract: Contract, verbs: frozenset[str]) -> str:
    """Return the capture mode that is possible: IMMEDIATE only where contract and gateway allow it."""
    if wanted == CaptureMode.IMMEDIATE and not (contract.immediate_allowed and "capture" in verbs):
        return CaptureMode.AUTHOR_CAPTURE
    return wanted


def of_bin(bin6: str) -> dict[str, Any]:
    """Return the columns that keep what the table of BINs says at the time of the order."""
    facts = bin_facts(bin6)
    return {
        "bin": bin6,
        "bin_country": facts.country,
        "bin_type": facts.type,
        "bin_commercial": facts.commercial,
        "bin_prepaid": facts.prepaid,
        "bin_virtual": facts.virtual,
        "bin_systematic": facts.systematic,
        "bin_table_version": facts.table_version,
    }


def new_sale(
    shop: Shop, order: NewOrder, contract: Contract, account: GatewayAccount, brand: str, choice: str, at: datetime
) -> Transaction:
    """Return the sale of a typed order, not yet PENDING, its card, customer and clerk still to be set."""
    return Transaction(
        merchant_id=shop.merchant.id,
        contract_id=contract.id,
        gateway_account_id=account.id,
        reference=new_reference(),
        order_number=order.order_number,
        order_key=order_key(order.order_number) if order.order_number else None,
        channel=order.channel,
        state=State.PENDING,
        payment_pattern="ONE_SHOT",
        currency=order.currency,
        original_amount=order.amount,
        amount=order.amount,
        captured_amount=0,
        refunded_amount=0,
        reserved_amount=0,
        brand=brand,
        brand_choice=choice,
        last4=order.card.last4,
        masked_pan=order.card.masked,
        card_expiry=order.card.expiry_yyyymm,
        **of_bin(order.card.bin),
        customer_id=order.customer_id,
        return_context=order.return_context,
        note=order.note,
        shipping_date=order.shipping_date,
        held=False,
        created_at=at,
    )
