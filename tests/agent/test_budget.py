from __future__ import annotations

import json
import logging
import threading

import pytest
from pydantic import ValidationError

from speedwright.agent.budget import Budget, BudgetLimits, Estimate, Spent
from speedwright.agent.messages import AssistantMessage, ModelReply, StopReason, Usage
from speedwright.errors import BudgetExhausted

FREE = Estimate(tokens=0, usd=0.0)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _reply(*, tokens_in: int = 0, tokens_out: int = 0, cost_usd: float | None = 0.0) -> ModelReply:
    return ModelReply(
        message=AssistantMessage(text=""),
        usage=Usage(tokens_in=tokens_in, tokens_out=tokens_out),
        stop_reason=StopReason.END,
        model="m",
        cost_usd=cost_usd,
    )


def test_no_limits_stop_nothing():
    budget = Budget(BudgetLimits())
    for _ in range(50):
        budget.check_attempt()
        ticket = budget.check_model_call(Estimate(tokens=10**9, usd=10.0**6))
        budget.charge(_reply(tokens_in=10**9, cost_usd=10.0**6), ticket)
    assert budget.wall_left_s == float("inf")


def test_dollars_are_hard_the_worst_case_must_fit():
    budget = Budget(BudgetLimits(usd=1.0))
    budget.charge(_reply(cost_usd=0.7))
    budget.release(budget.check_model_call(Estimate(tokens=1, usd=0.3)))
    with pytest.raises(BudgetExhausted) as caught:
        budget.check_model_call(Estimate(tokens=1, usd=0.31))
    assert caught.value.kind == "usd"
    assert caught.value.exit_code == 4
    assert "$0.7000 of $1.0000 spent, the next may need $0.3100" in caught.value.message
    assert "--budget-usd" in caught.value.hint


def test_tokens_sent_and_received_count():
    budget = Budget(BudgetLimits(tokens=100))
    budget.charge(_reply(tokens_in=50, tokens_out=30))
    with pytest.raises(BudgetExhausted) as caught:
        budget.check_model_call(Estimate(tokens=21, usd=0.0))
    assert caught.value.kind == "tokens"
    budget.check_model_call(Estimate(tokens=20, usd=0.0))


def test_calls_in_flight_count_until_they_are_over():
    budget = Budget(BudgetLimits(usd=1.0))
    worst = Estimate(tokens=1, usd=0.6)
    ticket = budget.check_model_call(worst)
    with pytest.raises(BudgetExhausted):
        budget.check_model_call(worst)
    budget.charge(_reply(tokens_in=1, cost_usd=0.1), ticket)
    second = budget.check_model_call(worst)
    budget.release(second)
    budget.release(second)
    budget.check_model_call(worst)
    assert budget.spent.usd == pytest.approx(0.1)


def test_tokens_in_flight_count_too():
    budget = Budget(BudgetLimits(tokens=10))
    budget.check_model_call(Estimate(tokens=6, usd=None))
    with pytest.raises(BudgetExhausted):
        budget.check_model_call(Estimate(tokens=6, usd=None))


def test_a_free_call_passes_a_limit_of_nothing_but_not_one_that_was_used_up():
    nothing = Budget(BudgetLimits(usd=0.0, tokens=0))
    nothing.charge(_reply(), nothing.check_model_call(FREE))
    with pytest.raises(BudgetExhausted):
        nothing.check_model_call(Estimate(tokens=1, usd=0.0))
    used = Budget(BudgetLimits(usd=0.5))
    used.charge(_reply(cost_usd=0.5))
    with pytest.raises(BudgetExhausted):
        used.check_model_call(FREE)


def test_unknown_price_is_counted_and_warned_about_once(caplog):
    budget = Budget(BudgetLimits(usd=0.01))
    for _ in range(3):
        ticket = budget.check_model_call(Estimate(tokens=10**6, usd=None))
        budget.charge(_reply(tokens_in=5, cost_usd=None), ticket)
    assert budget.spent.unpriced_calls == budget.spent.calls == 3
    assert budget.spent.usd == 0.0
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 1 and "SPEEDWRIGHT_PRICES" in warnings[0].message


def test_without_a_dollar_limit_an_unknown_price_is_not_worth_a_word(caplog):
    Budget(BudgetLimits(tokens=10)).check_model_call(Estimate(tokens=1, usd=None))
    assert caplog.records == []


def test_a_service_without_usage_is_charged_its_worst_case():
    budget = Budget(BudgetLimits())
    ticket = budget.check_model_call(Estimate(tokens=40, usd=0.2))
    budget.charge(_reply(cost_usd=0.0), ticket)
    assert (budget.spent.tokens, budget.spent.usd) == (40, pytest.approx(0.2))


def test_attempts():
    budget = Budget(BudgetLimits(attempts=2))
    budget.check_attempt()
    budget.check_attempt()
    with pytest.raises(BudgetExhausted, match="2 attempts of 2 attempts") as caught:
        budget.check_attempt()
    assert caught.value.kind == "attempts"
    budget.return_attempt()  # it came to nothing through our own fault
    budget.check_attempt()


def test_wall_time_closes_every_gate():
    clock = Clock()
    budget = Budget(BudgetLimits(wall_s=60), clock=clock)
    clock.now_s += 59
    budget.check_attempt()
    assert budget.wall_left_s == pytest.approx(1.0)
    clock.now_s += 1
    for gate in (budget.check_attempt, lambda: budget.check_model_call(FREE)):
        with pytest.raises(BudgetExhausted) as caught:
            gate()
        assert caught.value.kind == "wall"
    assert budget.wall_left_s == 0.0


def test_a_resumed_run_goes_on_where_it_stopped():
    clock = Clock()
    budget = Budget(BudgetLimits(usd=1.0, tokens=100, attempts=3, wall_s=60), clock=clock)
    budget.check_attempt()
    budget.charge(_reply(tokens_in=7, tokens_out=3, cost_usd=0.25))
    clock.now_s += 50
    stored = json.loads(json.dumps(budget.to_json()))
    assert next(iter(stored)) == "schema_version"

    later = Clock()
    later.now_s = 5_000.0  # another process, another origin of its clock
    resumed = Budget.from_json(stored, clock=later)
    assert resumed.limits == budget.limits
    assert resumed.spent == Spent(
        usd=0.25, tokens_in=7, tokens_out=3, calls=1, attempts=1, wall_s=50.0
    )
    later.now_s += 11
    with pytest.raises(BudgetExhausted):
        resumed.check_attempt()
    Budget.from_json(stored, limits=BudgetLimits(wall_s=600), clock=later).check_attempt()


def test_a_stored_budget_of_version_1_is_read():
    spent = {"usd": 0.5, "tokens_in": 1, "tokens_out": 2, "calls": 1}
    rest = {"unpriced_calls": 0, "attempts": 4, "wall_s": 9.5}
    limits = {"usd": None, "tokens": None, "attempts": 5, "wall_s": None}
    stored = {"schema_version": 1, "limits": limits, "spent": {**spent, **rest}}
    assert Budget.from_json(stored).to_json()["limits"] == limits
    with pytest.raises(ValidationError):
        Budget.from_json({**stored, "schema_version": 2})


@pytest.mark.parametrize("bad", [{"usd": -1}, {"usd": float("nan")}, {"wall_s": float("inf")}])
def test_limits_are_sensible_numbers(bad):
    with pytest.raises(ValidationError):
        BudgetLimits(**bad)


def test_threads_cannot_slip_through_together():
    budget = Budget(BudgetLimits(attempts=50, tokens=1000))
    passed: list[str] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for _ in range(50):
            try:
                budget.check_attempt()
                passed.append("attempt")
            except BudgetExhausted:
                pass
            try:
                ticket = budget.check_model_call(Estimate(tokens=10, usd=0.0))
            except BudgetExhausted:
                continue
            budget.charge(_reply(tokens_in=10), ticket)
            passed.append("call")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count("attempt") == budget.spent.attempts == 50
    assert passed.count("call") == 100
    assert budget.spent.tokens == 1000
