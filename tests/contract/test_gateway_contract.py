"""What every gateway promises (architecture.md "Gateway port"), tried on each of them with a real bank behind it."""

import time

import pytest

from app.domain.card import Card
from app.ports import BankView, GatewayResult, Outcome
from tests.contract.bench import Bench, SipsBench, card, copy_of, forced, new_reference, order, part, soon

ALL_VERBS = {"authorize", "capture", "cancel", "refund", "duplicate", "force", "inquire"}
OPTIONAL_VERBS = {"duplicate", "force", "payment_link", "disputes", "settlements"}


@pytest.mark.parametrize("situation", sorted(SipsBench.cards))
def test_an_authorisation_ends_as_the_bank_says(bench: Bench, situation: str) -> None:
    number, outcome, response, acquirer = bench.cards[situation]
    request = order(number)
    result = bench.gateway.authorize(request, soon())
    assert (result.outcome, result.response_code, result.acquirer_response_code) == (outcome, response, acquirer)
    assert result.reference == request.reference
    view = bench.gateway.inquire(request.reference, soon())
    assert view.found
    assert (view.response_code, view.acquirer_response_code) == (response, acquirer)
    assert view.original_amount == view.amount == 10_000
    assert view.captured_amount == view.refunded_amount == 0
    if outcome == Outcome.APPROVED:
        assert result.authorisation_id == view.authorisation_id is not None
        assert result.limit_date == view.limit_date is not None
        assert result.new_status == view.status == "TO_VALIDATE"


@pytest.mark.parametrize("situation", sorted(SipsBench.unknown))
def test_what_is_not_known_is_unknown_and_can_be_inquired(bench: Bench, situation: str) -> None:
    number, status = bench.unknown[situation]
    request = order(number)
    result = bench.gateway.authorize(request, soon(0.6))
    assert result.outcome == Outcome.UNKNOWN
    assert result.reason
    view = bench.gateway.inquire(request.reference, soon())
    assert view.found is (status is not None)
    assert view.status == status


def test_every_authorisation_carries_the_moto_flag(bench: Bench, authorised: str) -> None:
    again = copy_of(authorised)
    assert bench.gateway.duplicate(again, soon()).outcome == Outcome.APPROVED
    assert bench.is_moto(authorised)
    assert bench.is_moto(again.reference)


def test_a_capture_takes_the_amount_and_releases_the_rest(bench: Bench, authorised: str) -> None:
    result = bench.gateway.capture(part(authorised, 7_000, "0000001-12"), soon())
    assert (result.outcome, result.new_amount, result.new_status) == (Outcome.APPROVED, 7_000, "CAPTURED")
    view = bench.gateway.inquire(authorised, soon())
    assert (view.amount, view.captured_amount, view.refunded_amount) == (7_000, 7_000, 0)
    assert view.last_operation == "VALIDATE"


def test_a_capture_can_be_refused_by_the_card(bench: Bench) -> None:
    request = order(bench.cards["refuses its capture"][0])
    bench.gateway.authorize(request, soon())
    result = bench.gateway.capture(part(request.reference, 10_000), soon())
    assert (result.outcome, result.response_code) == (Outcome.DECLINED, "05")
    assert bench.gateway.inquire(request.reference, soon()).captured_amount == 0


def test_cancels_in_parts_and_whole(bench: Bench, authorised: str) -> None:
    first = bench.gateway.cancel(part(authorised, 2_500), soon())
    assert (first.outcome, first.new_amount, first.new_status) == (Outcome.APPROVED, 7_500, "TO_VALIDATE")
    assert bench.gateway.cancel(part(authorised, 7_501), soon()).response_code == "51"
    whole = bench.gateway.cancel(part(authorised, 7_500), soon())
    assert (whole.outcome, whole.new_status) == (Outcome.APPROVED, "CANCELLED")
    view = bench.gateway.inquire(authorised, soon())
    assert (view.status, view.original_amount, view.amount, view.captured_amount) == ("CANCELLED", 10_000, 0, 0)
    again = bench.gateway.cancel(part(authorised, 1), soon())
    assert (again.outcome, again.response_code, again.new_status) == (Outcome.DECLINED, "24", "CANCELLED")
    assert bench.booked(authorised) == [("TRANSACTION", 10_000), ("CANCEL", 2_500), ("CANCEL", 7_500)]


def test_refunds_several_times_never_above_what_was_captured(bench: Bench, captured: str) -> None:
    assert bench.gateway.refund(part(captured, 4_000), soon()).outcome == Outcome.APPROVED
    assert bench.gateway.inquire(captured, soon()).refunded_amount == 4_000
    over = bench.gateway.refund(part(captured, 6_001), soon())
    assert (over.outcome, over.response_code) == (Outcome.DECLINED, "51")
    assert bench.gateway.refund(part(captured, 6_000), soon()).outcome == Outcome.APPROVED
    view = bench.gateway.inquire(captured, soon())
    assert (view.status, view.captured_amount, view.refunded_amount) == ("CREDITED", 10_000, 10_000)


def test_a_refund_before_the_capture_keeps_its_code(bench: Bench, authorised: str) -> None:
    result = bench.gateway.refund(part(authorised, 1_000), soon())
    assert (result.outcome, result.response_code, result.new_status) == (Outcome.DECLINED, "24", "TO_VALIDATE")


def test_a_second_capture_and_a_capture_after_a_cancel_are_refused(bench: Bench, captured: str) -> None:
    assert bench.gateway.capture(part(captured, 10_000), soon()).response_code == "24"
    request = order(bench.cards["approved"][0])
    bench.gateway.authorize(request, soon())
    bench.gateway.cancel(part(request.reference, 10_000), soon())
    assert bench.gateway.capture(part(request.reference, 10_000), soon()).outcome == Outcome.DECLINED


def test_a_duplicate_is_a_new_authorisation(bench: Bench, captured: str) -> None:
    request = copy_of(captured)
    result = bench.gateway.duplicate(request, soon())
    assert (result.outcome, result.new_status) == (Outcome.APPROVED, "TO_VALIDATE")
    assert result.reference == request.reference
    view = bench.gateway.inquire(request.reference, soon())
    assert (view.original_amount, view.last_operation) == (5_000, "DUPLICATE")
    assert bench.gateway.inquire(captured, soon()).captured_amount == 10_000


def test_a_duplicate_of_nothing_or_of_a_refused_sale_is_refused(bench: Bench) -> None:
    refused = order(bench.cards["refused"][0])
    bench.gateway.authorize(refused, soon())
    assert bench.gateway.duplicate(copy_of(refused.reference), soon()).response_code == "24"
    assert bench.gateway.duplicate(copy_of(new_reference()), soon()).outcome == Outcome.DECLINED


def test_a_referral_is_forced_with_the_banks_number_only(bench: Bench) -> None:
    number = bench.cards["referral"][0]
    request = order(number)
    bench.gateway.authorize(request, soon())
    result = bench.gateway.force(forced(request.reference, bench.forcing_number), soon())
    assert (result.outcome, result.authorisation_id) == (Outcome.APPROVED, bench.forcing_number)
    assert result.limit_date is not None
    assert bench.gateway.inquire(request.reference, soon()).status == "TO_VALIDATE"
    other = order(number)
    bench.gateway.authorize(other, soon())
    assert bench.gateway.force(forced(other.reference, "999999"), soon()).outcome == Outcome.DECLINED


def test_an_unknown_reference_is_not_found(bench: Bench) -> None:
    reference = new_reference()
    assert bench.gateway.inquire(reference, soon()).found is False
    for verb in ("capture", "cancel", "refund"):
        result = getattr(bench.gateway, verb)(part(reference, 100), soon())
        assert (result.outcome, result.response_code) == (Outcome.DECLINED, "25")


def test_a_reference_used_twice_is_unknown_never_refused(bench: Bench, authorised: str) -> None:
    result = bench.gateway.authorize(order(bench.cards["refused"][0], reference=authorised), soon())
    assert (result.outcome, result.response_code) == (Outcome.UNKNOWN, "94")
    assert bench.gateway.inquire(authorised, soon()).status == "TO_VALIDATE"


@pytest.mark.parametrize("how", sorted(SipsBench.disturbances))
@pytest.mark.parametrize("verb", ["authorize", "capture", "cancel", "refund", "duplicate", "force"])
def test_a_disturbed_answer_is_unknown_and_the_bank_is_asked_once(bench: Bench, verb: str, how: str) -> None:
    reference, request = prepared(bench, verb)
    before = len(bench.booked(reference))
    bench.disturb(verb, how)
    result = getattr(bench.gateway, verb)(request, soon())
    assert result.outcome == Outcome.UNKNOWN, result
    assert result.reason
    assert len(bench.booked(reference)) == before + bench.disturbances[how]


@pytest.mark.parametrize("how", sorted(set(SipsBench.disturbances) - {"wrong_amount"}))
def test_a_disturbed_inquiry_says_nothing(bench: Bench, authorised: str, how: str) -> None:
    bench.disturb("inquire", how)
    view = bench.gateway.inquire(authorised, soon())
    assert view.found is None
    assert bench.gateway.inquire(authorised, soon()).found is True


def test_the_deadline_is_kept_by_every_verb(bench: Bench) -> None:
    for verb in ("authorize", "capture", "cancel", "refund", "duplicate", "force"):
        _, request = prepared(bench, verb)
        bench.disturb(verb, "slow_bytes")
        begun = time.monotonic()
        result = getattr(bench.gateway, verb)(request, begun + 0.4)
        assert result.outcome == Outcome.UNKNOWN
        assert time.monotonic() - begun < 0.7


def test_nothing_is_sent_after_the_deadline(bench: Bench) -> None:
    request = order(bench.cards["approved"][0])
    assert bench.gateway.authorize(request, time.monotonic() - 1).outcome == Outcome.FAILED
    assert bench.gateway.inquire(request.reference, soon()).found is False


def test_the_declared_verbs_are_there_and_no_others(bench: Bench) -> None:
    verbs = bench.gateway.capabilities.verbs
    assert {"authorize", "capture", "cancel", "refund"} <= verbs <= ALL_VERBS | OPTIONAL_VERBS
    assert bench.gateway.capabilities.inquirable is ("inquire" in verbs)
    for verb in verbs:
        assert callable(getattr(bench.gateway, verb))
    for verb in (ALL_VERBS | OPTIONAL_VERBS) - verbs:
        assert not hasattr(bench.gateway, verb)


def test_a_capture_is_a_call_of_its_own_where_the_gateway_says_so(bench: Bench, authorised: str) -> None:
    if not bench.gateway.capabilities.immediate_capture:
        assert bench.gateway.inquire(authorised, soon()).captured_amount == 0


def test_every_result_is_typed_and_shows_the_card_masked(bench: Bench) -> None:
    request = order(bench.cards["approved"][0])
    result = bench.gateway.authorize(request, soon())
    assert isinstance(result, GatewayResult)
    assert isinstance(bench.gateway.inquire(request.reference, soon()), BankView)
    assert isinstance(request.card, Card)
    assert request.card.reveal_number() not in f"{request}{result}"


def test_an_american_express_order_goes_with_its_four_digits(bench: Bench) -> None:
    amex = card("378282246310005", "1234")
    result = bench.gateway.authorize(order("4970100000000006", card=amex, brand="AMEX"), soon())
    assert (result.outcome, result.csc_result) == (Outcome.APPROVED, None)


def prepared(bench: Bench, verb: str) -> tuple[str, object]:
    """A sale in the state the verb needs: the reference the verb works on, and its request."""
    number = bench.cards["referral" if verb == "force" else "approved"][0]
    request = order(number)
    if verb == "authorize":
        return request.reference, request
    bench.gateway.authorize(request, soon())
    if verb == "force":
        return request.reference, forced(request.reference, bench.forcing_number)
    if verb == "duplicate":
        again = copy_of(request.reference)
        return again.reference, again
    if verb == "refund":
        bench.gateway.capture(part(request.reference, 10_000), soon())
    return request.reference, part(request.reference, 10_000)
