"""What the desk must know of a merchant to take an order: settings, contracts, options, gateway accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.domain.brands import AMEX
from app.domain.errors import InvalidInput, NoGateway, NotFound, OptionNotSubscribed
from app.domain.text import N_
from app.models import Contract, Merchant, MerchantOption

from .accounts import GatewayAccount


@dataclass(frozen=True, slots=True)
class Shop:
    """One merchant with its active contracts, each with its live gateway account (None where there is none)."""

    merchant: Merchant
    contracts: tuple[tuple[Contract, GatewayAccount | None], ...]

    @property
    def zone(self) -> ZoneInfo:
        """The merchant's business zone."""
        return ZoneInfo(self.merchant.zone)

    def contract_for(self, brand: str, currency: str) -> tuple[Contract, GatewayAccount]:
        """Return contract and account a sale of this brand goes through.

        Raises InvalidInput (no contract takes the brand, or not in this currency) or NoGateway (no account is set up).
        """
        scheme = "AMEX" if brand == AMEX else "CARD"
        fitting = [pair for pair in self.contracts if pair[0].scheme == scheme]
        if not fitting:
            text = N_("%(brand)s is not accepted: no contract is on file.")
            raise InvalidInput.of("card.number", "brand_not_accepted", text, brand=brand)
        for contract, account in fitting:
            if contract.currency == currency:
                if account is None:
                    raise NoGateway()
                return contract, account
        text = N_("The contract for %(brand)s takes %(currency)s only.")
        raise InvalidInput.of("currency", "currency_not_accepted", text, brand=brand, currency=fitting[0][0].currency)


_SHOP = (
    select(Merchant, Contract, GatewayAccount)
    .outerjoin(Contract, (Contract.merchant_id == Merchant.id) & Contract.active)
    .outerjoin(GatewayAccount, (GatewayAccount.contract_id == Contract.id) & GatewayAccount.active)
    .where(Merchant.id == bindparam("merchant"))
    .order_by(Contract.id)
)


def open_shop(session: Session, merchant_id: int) -> Shop:
    """Return the shop of a merchant in scope (one statement); raises NotFound."""
    rows = session.execute(_SHOP, {"merchant": merchant_id}).all()
    if not rows:
        raise NotFound()
    return Shop(rows[0][0], tuple((contract, account) for _, contract, account in rows if contract is not None))


def demand_option(session: Session, merchant_id: int, code: str, today: date) -> None:
    """Raise OptionNotSubscribed unless the merchant has the option today."""
    found = session.scalar(
        select(MerchantOption.id).where(
            MerchantOption.merchant_id == merchant_id,
            MerchantOption.code == code,
            MerchantOption.from_day <= today,
            or_(MerchantOption.until_day.is_(None), MerchantOption.until_day >= today),
        )
    )
    if found is None:
        raise OptionNotSubscribed(option=code)
