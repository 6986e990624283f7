"""Every gateway with the bank behind it."""

from collections.abc import Iterator

import pytest

from tests.bank.conftest import BankProcess
from tests.contract.bench import BENCHES, Bench, SipsBench, order, part, soon
from tests.contract.stranger import Stranger


@pytest.fixture(scope="session")
def practice_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    process = BankProcess(tmp_path_factory.mktemp("contract-bank"))
    yield process
    assert process.stop() == 0


@pytest.fixture
def quiet_bank(practice_bank: BankProcess) -> BankProcess:
    practice_bank.control(night=False, latency_ms=0, late_ms=30000, slow_byte_ms=1000, clear=True)
    return practice_bank


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest, quiet_bank: BankProcess) -> Iterator[Bench]:
    """A gateway under the contract."""
    made = BENCHES[request.param](quiet_bank)
    yield made
    made.close()


@pytest.fixture
def sips(quiet_bank: BankProcess) -> Iterator[SipsBench]:
    made = SipsBench(quiet_bank)
    yield made
    made.close()


@pytest.fixture
def authorised(bench: Bench) -> str:
    """The reference of an approved sale of 100.00."""
    request = order(bench.cards["approved"][0])
    assert bench.gateway.authorize(request, soon()).outcome == "APPROVED"
    return request.reference


@pytest.fixture
def captured(bench: Bench, authorised: str) -> str:
    """The same, captured."""
    assert bench.gateway.capture(part(authorised, 10_000), soon()).outcome == "APPROVED"
    return authorised


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """A server that answers what a test tells it to."""
    server = Stranger()
    yield server
    server.stop()
