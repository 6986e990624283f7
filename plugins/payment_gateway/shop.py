"""What the desk must know of a merchant to take an order: settings, contracts, options, gateway accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary
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


# What tells one state of these rows from every other: who wrote each (xmin) and where it lies (ctid).
_STATE = """SELECT merchant.xmin, merchant.ctid, contract.xmin, contract.ctid, gateway_account.xmin, gateway_account.ctid
    FROM merchant
    LEFT JOIN contract ON contract.merchant_id = merchant.id AND contract.active
    LEFT JOIN gateway_account ON gateway_account.merchant_id = merchant.id
        AND gateway_account.contract_id = contract.id AND gateway_account.active
    WHERE merchant.id = %s ORDER BY contract.id"""
_SHOP = (
    select(Merchant, Contract, GatewayAccount)
    .outerjoin(Contract, (Contract.merchant_id == Merchant.id) & Contract.active)
    .outerjoin(GatewayAccount, (GatewayAccount.contract_id == Contract.id) & GatewayAccount.active)
    .where(Merchant.id == bindparam("merchant"))
    .order_by(Contract.id)
)
_kept: WeakKeyDictionary[object, dict[int, tuple[object, Shop]]] = WeakKeyDictionary()


def open_shop(session: Session, merchant_id: int) -> Shop:
    """Return the shop of a merchant in scope as it is now; raises NotFound.

    Its rows are detached and shared by all units that find them unchanged, in one small statement: nobody writes to them.
    """
    state = session.connection().exec_driver_sql(_STATE, (merchant_id,)).all()
    if not state:
        raise NotFound()
    kept = _kept.setdefault(session.get_bind(), {})
    known = kept.get(merchant_id)
    if known is None or known[0] != state:
        # Read after its state: what is newer than its state is read again next time, never the other way round.
        known = kept[merchant_id] = (state, _read(session, merchant_id))
    return known[1]


def _read(session: Session, merchant_id: int) -> Shop:
    rows = session.execute(_SHOP, {"merchant": merchant_id}).all()
    for entity in {entity for row in rows for entity in row if entity is not None}:
        session.expunge(entity)
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
