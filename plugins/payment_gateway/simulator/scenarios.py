"""The cards that make the bank behave: interface.md, "Practice bank". No other number is special."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .faults import Fault


@dataclass(frozen=True)
class Scenario:
    """How an authorisation ends and how its answer travels.

    `response` is the platform's code, `acquirer` the bank's, `csc` the security-code result or None for the usual one;
    `fault` is what happens to the reply; `captures` is False where a later capture is refused with 05.
    """

    name: str
    response: str = "00"
    acquirer: str = "00"
    csc: str | None = None
    fault: Fault | None = None
    captures: bool = True


APPROVES = Scenario("approves")

_NUMBERED = {
    "4970100000000006": APPROVES,
    "4970100000000022": Scenario("asks for a call", "02", "02"),
    "4970100000000055": Scenario("refuses", "05", "05"),
    "4970100000000147": Scenario("wrong security code", "14", "14", csc="4E"),
    "4970100000000410": Scenario("lost card", "05", "41"),
    "4970100000000519": Scenario("insufficient funds", "05", "51"),
    "4970100000000543": Scenario("expired", "54", "54"),
    "4970100000000915": Scenario("issuer unreachable", "05", "91"),
    "4970100000000600": Scenario("authorises, never answers", fault=Fault("never")),
    "4970100000000618": Scenario("does nothing, never answers", fault=Fault("never", commit=False)),
    "4970100000000626": Scenario("authorises, answers late", fault=Fault("late")),
    "4970100000000634": Scenario("cuts before it commits", fault=Fault("cut_before_commit", commit=False)),
    "4970100000000642": Scenario("commits, then cuts", fault=Fault("cut_after_commit")),
    "4970100000000659": Scenario("authorises, answers garbage", fault=Fault("garbage")),
    "4970100000000667": Scenario("authorises, answers about another reference", fault=Fault("other_reference")),
    "4970100000000675": Scenario("refuses its capture", captures=False),
}
_NAMED: Mapping[str, Scenario] = MappingProxyType({scenario.name: scenario for scenario in _NUMBERED.values()})

FORCING_NUMBER = "123456"
"""The authorisation number the bank's call centre gives; any other is refused."""


def of_number(number: str) -> Scenario:
    """The scenario of a card number; every number outside the table is approved."""
    return _NUMBERED.get(number, APPROVES)


def named(name: str) -> Scenario:
    """The scenario stored with a sale, for its later operations (the number itself is not kept)."""
    return _NAMED[name]
