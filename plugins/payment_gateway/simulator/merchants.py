"""The contracts this bank has signed: who may send, with which key, in which currencies, for which schemes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Merchant:
    """A remote-sale contract. `keys` maps a key version to the secret; `currencies` are ISO 4217 numeric codes."""

    merchant_id: str
    name: str
    keys: Mapping[int, str]
    currencies: frozenset[str]
    amex: bool
    may_force: bool

    @property
    def newest_key(self) -> str:
        return self.keys[max(self.keys)]


# The first is Worldline's public test merchant, id and secret as printed in its SDKs' read-me files; nothing is secret here.
MERCHANTS: Mapping[str, Merchant] = MappingProxyType(
    {
        merchant.merchant_id: merchant
        for merchant in (
            Merchant(
                merchant_id="002001000000001",
                name="PRACTICE",
                keys=MappingProxyType({1: "002001000000001_KEY1"}),
                currencies=frozenset({"978", "840", "826", "756", "392"}),
                amex=True,
                may_force=True,
            ),
            Merchant(
                merchant_id="002001000000002",
                name="OTHER",
                keys=MappingProxyType({1: "002001000000002_KEY1"}),
                currencies=frozenset({"978"}),
                amex=False,
                may_force=False,
            ),
        )
    }
)

AMEX_CURRENCY = "978"
"""American Express is taken in EUR only, whatever the contract's other currencies (domain.md section 1)."""
