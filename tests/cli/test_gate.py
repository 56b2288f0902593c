import pytest

from speedwright.cli.gate import check_gate
from speedwright.cli.options import FailOn
from speedwright.errors import GateFailed


@pytest.mark.parametrize("verdict", ["slower", "incorrect", "rejected", "build_failed", "crashed"])
@pytest.mark.parametrize("gate", list(FailOn))
def test_bad_verdicts_fail_both_gates(verdict: str, gate: FailOn) -> None:
    with pytest.raises(GateFailed, match=f"the verdict is `{verdict}`"):
        check_gate(verdict, gate)


@pytest.mark.parametrize("verdict", ["equivalent", "inconclusive", "unstable", "infra_error"])
def test_no_gain_fails_only_the_gate_that_asks_for_one(verdict: str) -> None:
    check_gate(verdict, FailOn.REGRESSION)
    with pytest.raises(GateFailed):
        check_gate(verdict, FailOn.NO_IMPROVEMENT)


def test_too_small_a_gain_is_none() -> None:
    check_gate("faster", FailOn.NO_IMPROVEMENT)
    with pytest.raises(GateFailed):
        check_gate("faster", FailOn.NO_IMPROVEMENT, is_found=False)


@pytest.mark.parametrize("verdict", ["faster", "slower", "incorrect"])
def test_without_a_gate_nothing_fails(verdict: str) -> None:
    check_gate(verdict, None)
