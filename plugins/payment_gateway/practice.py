"""Gateway accounts at the practice bank: the same adapter as live, another address, merchant id and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.database import Scope, unit_of_work
from app.models import Contract, Merchant
from config import SecretFolder, Settings

from .accounts import GatewayAccount, SealPolicy
from .gateway_secrets import FOLDER

# The public test merchant's key and its neighbour's (interface.md "Practice bank"): nothing about them is secret.
PRACTICE_ID, OTHER_ID = "002001000000001", "002001000000002"
BANK_IDS: Mapping[str, str] = MappingProxyType({"PRACTICE": PRACTICE_ID, "OTHER": OTHER_ID})
KEYS: Mapping[str, str] = MappingProxyType({PRACTICE_ID: f"{PRACTICE_ID}_KEY1", OTHER_ID: f"{OTHER_ID}_KEY1"})


def create_practice_account(
    settings: Settings, session: Session, merchant_id: int, contract_id: int, bank_merchant_id: str = PRACTICE_ID
) -> GatewayAccount:
    """Make the contract's account at the practice bank, its secret's file included, in the caller's unit; flushed.

    May be called at every start: an account already there follows the bank to its present port. Raises ValueError
    outside practice, LookupError for a merchant the practice bank does not know.
    """
    if settings.bank_url is None:
        raise ValueError("there is no practice bank in production")
    key, secret_name = KEYS[bank_merchant_id], f"practice-{bank_merchant_id}"
    SecretFolder(settings.secrets_dir / FOLDER).read_or_create(secret_name, lambda: key)
    account = session.scalar(
        select(GatewayAccount).where(GatewayAccount.contract_id == contract_id, GatewayAccount.active)
    )
    if account is None:
        account = GatewayAccount(
            merchant_id=merchant_id,
            contract_id=contract_id,
            adapter="sips",
            url=settings.bank_url,
            bank_merchant_id=bank_merchant_id,
            key_version=1,
            secret_name=secret_name,
            seal_policy=SealPolicy.REQUIRED,
            blackout=False,  # the practice bank's night is off at first
            active=True,
            bad_seals=0,
        )
        session.add(account)
    elif account.secret_name == secret_name:
        account.url = settings.bank_url
    session.flush()
    return account


def keep_practice_night(settings: Settings, on: bool) -> int:
    """Let the accounts at the practice bank know whether it keeps its night (`egestion bank set night`); how many."""
    if settings.bank_url is None:
        raise ValueError("there is no practice bank in production")
    table = GatewayAccount.__table__
    change = update(table).where(table.c.url == settings.bank_url).values(blackout=on)
    with unit_of_work(Scope(admin=True)) as session:
        return session.execute(change).rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE's result


def load_practice(settings: Settings, session: Session, merchant: Merchant, contracts: Sequence[Contract]) -> None:
    """Give each contract of a practice merchant its account; other merchants are left alone."""
    bank_merchant_id = BANK_IDS.get(merchant.short_name)
    if settings.bank_url is None or bank_merchant_id is None:
        return
    for contract in contracts:
        create_practice_account(settings, session, merchant.id, contract.id, bank_merchant_id)
