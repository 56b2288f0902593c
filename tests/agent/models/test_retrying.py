from __future__ import annotations

import email.utils
import time

import pytest

from speedwright.agent.models.failures import TransientFailure, retry_after_s
from speedwright.agent.models.retrying import Retrying, RetryPolicy
from speedwright.agent.models.scripted import ScriptedModel
from speedwright.errors import ModelError, ModelRefused

LIMITED = {"error": "rate_limit"}


def test_pauses_double_up_to_the_longest():
    policy = RetryPolicy(attempts=9, first_pause_s=1, max_pause_s=5)
    assert [policy.pause_s(n, None, 1.0) for n in range(1, 6)] == [1, 2, 4, 5, 5]
    assert policy.pause_s(9, None, 1.0) is None


def test_jitter_takes_at_most_half():
    assert RetryPolicy(first_pause_s=8).pause_s(1, None, 0.0) == 4


def test_a_pause_longer_than_allowed_is_not_waited():
    assert RetryPolicy(max_pause_s=60).pause_s(1, 59, 0.0) == 59
    assert RetryPolicy(max_pause_s=60).pause_s(1, 61, 0.0) is None


def test_no_new_request_after_the_total(ask):
    now_s = [0.0]

    def sleep(pause_s: float) -> None:
        now_s[0] += pause_s

    model = ScriptedModel([LIMITED] * 50)
    policy = RetryPolicy(attempts=50, first_pause_s=4, max_pause_s=4, total_s=10)
    retrying = Retrying(
        model, policy=policy, sleep=sleep, clock=lambda: now_s[0], jitter=lambda: 1.0
    )
    with pytest.raises(ModelError, match="3 times"):
        retrying.complete(ask())
    assert now_s[0] == 8.0


def test_no_wait_that_the_budget_forbids(ask):
    slept: list[float] = []
    model = Retrying(ScriptedModel([LIMITED]), may_wait=lambda _: False, sleep=slept.append)
    with pytest.raises(ModelError, match="asked once"):
        model.complete(ask())
    assert slept == []


def test_what_does_not_pass_is_not_retried(ask):
    inner = ScriptedModel([{"error": "refused", "message": "no"}, {"text": "yes"}])
    with pytest.raises(ModelRefused):
        Retrying(inner, sleep=lambda _: None).complete(ask())
    assert len(inner.requests) == 1


def test_the_last_failure_is_the_cause(ask):
    model = Retrying(
        ScriptedModel([{**LIMITED, "message": "slow down", "retry_after_s": 900}]),
        sleep=lambda _: None,
    )
    with pytest.raises(ModelError, match="asks to wait 900 s") as caught:
        model.complete(ask())
    assert isinstance(caught.value.__cause__, TransientFailure)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-4", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after(header, expected):
    assert retry_after_s(header) == expected


def test_retry_after_as_a_date():
    header = email.utils.formatdate(time.time() + 100, usegmt=True)
    seconds = retry_after_s(header)
    assert seconds is not None and 50 < seconds <= 100
    assert retry_after_s("Mon, 01 Jan 2001 00:00:00 GMT") == 0.0
