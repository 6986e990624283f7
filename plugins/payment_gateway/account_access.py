"""From a gateway account's row to a gateway ready to be called."""

from __future__ import annotations

import threading

import structlog
from flask import current_app

from app.domain.text import N_
from app.plugin import registry
from app.ports import BankAccess, Gateway
from config import Settings

from .accounts import GatewayAccount, SealPolicy
from .gateway_secrets import AccountUnusable, read_secret
from .gateways.http import BadAddress, Transport
from .seals import AccountSeals

_transports: dict[int, tuple[str, Transport]] = {}
_making = threading.Lock()
log = structlog.get_logger(__name__)


def gateway_for(account: GatewayAccount, seals: AccountSeals | None = None) -> Gateway:
    """Return the account's gateway; its kept connections are shared by the process, its secret is read from its place.

    Costs microseconds; keep it for one call or a few, so that a changed row, secret or seal count is seen. Needs an
    application context, no database. Raises AccountUnusable (a NotSent) when the account cannot be used as it is set up.
    """
    try:
        return _ready(account, seals)
    except AccountUnusable as error:
        log.error("gateway_account_unusable", account=account.id, found=error.detail())
        raise


def unusable(account: GatewayAccount) -> AccountUnusable | None:
    """Return why the account cannot be used as it is set up, None when it can; for the doctor and administrators."""
    try:
        _ready(account, None)
    except AccountUnusable as error:
        return error
    return None


def _ready(account: GatewayAccount, seals: AccountSeals | None) -> Gateway:
    settings: Settings = current_app.extensions["settings"]
    access = BankAccess(
        url=account.url,
        merchant_id=account.bank_merchant_id,
        key_version=account.key_version,
        secret=read_secret(settings.secrets_dir, account.secret_name),
        seal_required=account.seal_policy != SealPolicy.ABSENT_ALLOWED,
        blackout=account.blackout,
    )
    make = registry().gateways.get(account.adapter)
    if make is None:
        found = N_("No installed plug-in has the gateway account's interface, %(adapter)s.")
        raise AccountUnusable(found, adapter=account.adapter)
    return make(access, _transport(account), seals or AccountSeals(account))


def new_orders_stopped(account: GatewayAccount) -> bool:
    """Whether the account takes no new orders because the bank's answers could not be verified (`gateway_stopped`)."""
    return account.paused_at is not None


def close_connections() -> None:
    """Close every kept connection of this process, as an application that ends does."""
    while _transports:
        _transports.popitem()[1][1].close()


def _transport(account: GatewayAccount) -> Transport:
    known = _transports.get(account.id)
    if known is not None and known[0] == account.url:
        return known[1]
    with _making:
        known = _transports.get(account.id)
        if known is not None and known[0] == account.url:
            return known[1]
        try:
            made = Transport(account.url)
        except BadAddress as error:
            found = N_("The gateway account's address cannot be used: %(problem)s.")
            raise AccountUnusable(found, problem=str(error)) from None
        _transports[account.id] = (account.url, made)
    if known is not None:
        known[1].close()
    return made
