"""The wrappers together."""

from __future__ import annotations

import pytest

from speedwright.agent.budget import Budget, BudgetLimits
from speedwright.agent.models.budgeted import Budgeted
from speedwright.agent.models.cassette import read_cassette
from speedwright.agent.models.replay import ReplayModel
from speedwright.agent.models.retrying import RetryPolicy
from speedwright.agent.models.scripted import ScriptedModel
from speedwright.agent.models.wrap import wrap
from speedwright.errors import BudgetExhausted, ModelError, ModelRefused

QUICK = RetryPolicy(first_pause_s=0.001)


def test_a_closed_gate_asks_and_records_nothing(tmp_path, ask, service):
    tape = tmp_path / "c.jsonl"
    with service.serve([{"text": "never"}]) as server:
        model = service.model(server, name="claude-haiku-4-5")
        wrapped = wrap(model, budget=Budget(BudgetLimits(usd=0.001)), cassette_path=tape)
        with pytest.raises(BudgetExhausted) as caught:
            wrapped.complete(ask())
        assert server.requests == []
    assert caught.value.kind == "usd"
    assert not tape.exists()


def test_money_spent_never_passes_the_limit(ask, service):
    usage = {"tokens_in": 20, "tokens_out": 1000}  # as long as allowed: $0.005 and a little
    with service.serve([{"text": "x", "usage": usage}] * 50) as server:
        budget = Budget(BudgetLimits(usd=0.02))
        model = wrap(
            service.model(server, name="claude-haiku-4-5"), budget=budget, cassette_path=None
        )
        with pytest.raises(BudgetExhausted):
            for _ in range(50):
                model.complete(ask())
        assert len(server.requests) == 3
    assert 0.015 < budget.spent.usd <= 0.02


def test_faults_are_retried_inside_and_recorded_once(tmp_path, ask, service):
    tape = tmp_path / "c.jsonl"
    with service.serve([{"status": 500}, {"fault": "cut", "text": "ab"}, {"text": "ok"}]) as server:
        budget = Budget(BudgetLimits())
        model = wrap(service.model(server), budget=budget, cassette_path=tape, retry=QUICK)
        assert model.complete(ask()).message.text == "ok"
        assert len(server.requests) == 3
    assert budget.spent.calls == 1
    assert len(list(read_cassette(tape))) == 1
    assert ReplayModel(tape).complete(ask()).message.text == "ok"
    assert model.spec == f"{service.name}:some-model"


def test_a_refusal_is_paid_for(ask, service):
    usage = {"tokens_in": 100, "tokens_out": 20}
    with service.serve([{"refusal": "no", "usage": usage}]) as server:
        budget = Budget(BudgetLimits(usd=5.0))
        model = wrap(
            service.model(server, name="claude-haiku-4-5"), budget=budget, cassette_path=None
        )
        with pytest.raises(ModelRefused):
            model.complete(ask())
    assert budget.spent.tokens == 120
    assert budget.spent.usd == pytest.approx(1e-6 * (100 * 1 + 20 * 5))


def test_a_server_that_reports_no_usage_is_charged_by_estimate(ask, openai_service):
    with openai_service.serve([{"text": "x", "usage": None}]) as server:
        budget = Budget(BudgetLimits())
        wrap(openai_service.model(server), budget=budget, cassette_path=None).complete(ask())
    assert budget.spent.tokens > 1000  # the ceiling and the request
    assert budget.spent.unpriced_calls == 1


def test_retries_do_not_wait_past_the_time_limit(ask):
    budget = Budget(BudgetLimits(wall_s=5.0))
    inner = ScriptedModel([{"error": "rate_limit", "retry_after_s": 30}, {"text": "x"}])
    with pytest.raises(ModelError, match="asked once"):
        wrap(inner, budget=budget, cassette_path=None).complete(ask())


def test_a_failed_call_is_no_longer_in_flight(ask):
    budget = Budget(BudgetLimits(tokens=2000))
    inner = ScriptedModel([{"error": "model_error"}, {"text": "x"}])
    model = Budgeted(inner, budget)  # not free: two of them do not fit
    with pytest.raises(ModelError):
        model.complete(ask())
    assert budget.spent.calls == 0
    assert model.complete(ask()).message.text == "x"


def test_free_models_need_no_price_and_spend_nothing(ask, caplog):
    budget = Budget(BudgetLimits(usd=0.0))
    model = wrap(ScriptedModel([{"text": "x"}]), budget=budget, cassette_path=None)
    assert model.complete(ask()).message.text == "x"
    assert (budget.spent.usd, budget.spent.unpriced_calls) == (0.0, 0)
    assert caplog.records == []


def test_the_estimate_covers_what_is_sent(ask):
    model = Budgeted(ScriptedModel([]), Budget(BudgetLimits()))
    small, large = model.estimate(ask()), model.estimate(ask(system="x" * 30_000))
    assert large.tokens - small.tokens == pytest.approx(10_000, abs=10)
    assert small.tokens > 1000  # the ceiling of the answer
