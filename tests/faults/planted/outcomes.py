"""What silence and errors mean, and what a sale may still be asked for, got wrong."""

from __future__ import annotations

from .kinds import Defect

RUNNER = "plugins/payment_gateway/runner.py"
UNCERTAIN = "tests/service/test_uncertain.py"
REFUNDING = "tests/service/test_refunding.py"

DEFECTS = (
    Defect(
        "an adapter's error taken for a failure", RUNNER,
        "        return GatewayResult(Outcome.UNKNOWN, reason=type(error).__name__)",
        "        return GatewayResult(Outcome.FAILED, reason=type(error).__name__)",
        ("tests/service/test_stood_still.py::test_whatever_an_adapter_raises_is_not_known",),
    ),
    Defect(
        "no answer taken for a failure", "plugins/payment_gateway/gateways/sips.py",
        "            return unknown(request.reference, error.reason)",
        "            return GatewayResult(Outcome.FAILED, reason=error.reason, reference=request.reference)",
        ("tests/contract/test_transport.py::test_no_usable_answer_is_unknown",),
    ),
    Defect(
        "an unknown outcome taken for a refusal", "plugins/payment_gateway/settle.py",
        "    elif result.outcome == Outcome.UNKNOWN:\n", "    elif result.outcome == Outcome.UNKNOWN and not operation:\n",
        (f"{REFUNDING}::test_an_uncertain_refund_stays_reserved_until_asked",),
    ),
    Defect(
        "an answer about another sale believed", "plugins/payment_gateway/gateways/sips_replies.py",
        "            if value is not None and message.get(name) not in (None, \"\", value):\n", "            if not name:\n",
        ("tests/contract/test_sips_replies.py::test_an_approval_of_something_else_is_unknown",),
    ),
    Defect(
        "the first \"not found\" believed", "plugins/payment_gateway/conclusion.py",
        "    return operation.not_found_count >= 1 and elapsed >= timedelta(seconds=not_found_after)",
        "    return elapsed >= timedelta()",
        (f"{UNCERTAIN}::test_not_found_is_believed_the_second_time_and_late_enough",),
    ),
    Defect(
        "a late approval dropped", "plugins/payment_gateway/late.py",
        "        release_late_approval(case)\n        return\n", "        return\n",
        (f"{UNCERTAIN}::test_an_approval_after_it_was_given_up_stays_refused_and_is_cancelled",),
    ),
    Defect(
        "the bank asked while the call is under way", "plugins/payment_gateway/resolution.py",
        "    return operation.deadline is not None and operation.deadline + GRACE > real_now()", "    return False",
        (f"{REFUNDING}::test_a_refund_sent_again_is_not_judged_while_its_call_is_under_way",),
    ),
    Defect(
        "sent after its time", RUNNER, """    if left <= 0:
        return GatewayResult(Outcome.FAILED, reason="its time was over before it was sent")
    deadline = time.monotonic() + left
""",
        "    deadline = time.monotonic() + 25\n",
        ("tests/service/test_stood_still.py",),
    ),
    Defect(
        "the call within the first unit", RUNNER,
        """            fail_point("runner.before_intent")
        fail_point("runner.after_intent")
        if isinstance(intent, Answer):
            return intent
        result = call(intent)
""",
        """            fail_point("runner.before_intent")
            result = GatewayResult(Outcome.UNKNOWN) if isinstance(intent, Answer) else call(intent)
        fail_point("runner.after_intent")
        if isinstance(intent, Answer):
            return intent
""",
        ("tests/races/test_connections.py",),
    ),
    Defect(
        "a refund that reserves nothing", "plugins/payment_gateway/verbs/refund.py",
        "    sale.reserved_amount += amount\n", "",
        (f"{REFUNDING}::test_an_uncertain_refund_stays_reserved_until_asked",),
    ),
    Defect(
        "a sale that lapses and nobody is told", "plugins/payment_gateway/lapses.py",
        "                if expire(case):\n", "                if expire(case) and not case:\n",
        ("tests/service/test_limits_verified.py::test_a_sale_that_lapsed_and_nobody_was_told_is_seen",
         "tests/service/test_lapsing.py::test_at_the_end_of_its_limit_it_is_released_and_expires"),
    ),
)  # fmt: skip
