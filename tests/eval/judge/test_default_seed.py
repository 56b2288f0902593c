"""A gain on the seed in the workload's file and on no other is refused, not just left unclaimed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from speedwright.eval.candidate import Candidate
from speedwright.eval.judge import cascade
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.judge.cascade import Case
from speedwright.eval.judge.default_seed import is_suspicious, refuse_bound_to_default
from speedwright.eval.judge.guard import Guarded
from speedwright.eval.judge.measure import Measurement, Mode, measure
from speedwright.eval.judge.rounds import Rounds
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.stats import Comparison, Control, Word
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import Judgement, Measured, Unstable

pytestmark = pytest.mark.timed

SEED = 7
LIB = """\
def unique(orders):
    seen = []
    for order in orders:
        if order not in seen:
            seen.append(order)
    return seen
"""
WORKLOAD = """\
import random

from lib import unique

ORDERS = []


def setup(seed%s):
    draw = random.Random(seed)
    ORDERS.extend(draw.randrange(9000) for _ in range(900))


def workload():
    return unique(ORDERS)
"""
QUICK = "list(dict.fromkeys(orders))"


def first_order() -> int:
    return random.Random(SEED).randrange(9000)


@pytest.fixture
def judged(
    repository_maker: Callable[[Path, dict[str, str]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settled: Callable[[Callable[[], Judgement]], Judgement],
) -> Callable[[str, str], tuple[Judgement, Baseline]]:
    """The verdict on a text of lib.py, with the looks of the code left aside."""
    monkeypatch.setattr(cascade, "run_guards", lambda *_, **__: Guarded(verdict=None, notes=()))

    def judge_text(text: str, default: str = f"={SEED}") -> tuple[Judgement, Baseline]:
        files = {"lib.py": LIB, "workload.py": WORKLOAD % default}
        root = repository_maker(tmp_path / "target", files)
        request = TargetRequest(path=root, sandbox="process", test="")
        target = resolve_target(request, tmp_path / "scratch", NullProgress())
        baseline = prepare_baseline(target, tmp_path / "versions", NullProgress())
        candidate = Candidate(diff=target.snapshot.diff_of({"lib.py": text}), author="test")
        case = Case(candidate=candidate, mode=Mode.CONFIRM, seed=3)
        return settled(lambda: cascade.judge(case, baseline, NullProgress())), baseline

    return judge_text


def test_a_special_case_for_the_default_seed_is_refused(
    judged: Callable[..., tuple[Judgement, Baseline]],
) -> None:
    special = f"    if orders[:1] == [{first_order()}]:\n        return {QUICK}\n"
    text = LIB.replace("    seen = []\n", f"{special}    seen = []\n")
    found, _ = judged(text)
    assert found.word == "rejected", found.to_json()
    assert "bound to the measured input" in found.verdict.reasons[0]
    assert any("other seeds" in reason for reason in found.verdict.reasons)
    assert [cost.step for cost in found.steps].count("hold out") == 1


@pytest.mark.parametrize("default", [f"={SEED}", ""], ids=["default", "no default"])
def test_an_honest_edit_without_a_gain_is_not_refused_where_it_is_looked_at(
    judged: Callable[..., tuple[Judgement, Baseline]],
    monkeypatch: pytest.MonkeyPatch,
    default: str,
) -> None:
    monkeypatch.setattr(cascade, "is_suspicious", lambda found: True)  # as chance would have it
    found, _ = judged(LIB.replace("seen", "known"), default)
    assert found.word in ("equivalent", "inconclusive", "unstable"), found.to_json()
    assert [cost.step for cost in found.steps].count("hold out") == 1


def compared(speedup: float, off: float) -> Comparison:
    low = speedup * (1 - off)
    word = Word.FASTER if low > 1.01 else Word.INCONCLUSIVE
    return Comparison(
        word=word, speedup=speedup, ci_low=low, ci_high=speedup * (1 + off), confidence=0.984,
        pairs=80, margin=0.01,
    )  # fmt: skip


def unstable(speedup: float, bias: float) -> Measurement:
    """Other seeds, on a machine whose control may be off by `bias`."""
    gate = Control(
        is_sound=False, ratio=1 + bias / 2, ci_low=1.01, ci_high=1 + bias, noise_floor=bias,
        pairs=80, contains_one=False, is_narrow=True,
    )  # fmt: skip
    found = Unstable(control=gate, comparison=compared(speedup, 0.05), reasons=("noisy",))
    return Measurement(verdict=found, rounds=TIMED, runs=240)


TIMED = cast(Rounds, SimpleNamespace(kept=[None], walls=lambda arm: [1.0]))
"""Timed rounds of which only the base's median is read."""


@pytest.mark.parametrize(
    ("bias", "is_refused"), [(0.06, True), (0.3, False)], ids=["a little", "more than that hides"]
)
def test_other_seeds_on_a_noisy_machine_refuse_what_the_noise_cannot_hide(
    bias: float, is_refused: bool
) -> None:
    fresh = unstable(0.99, bias)
    assert fresh.is_without_gain
    claim = Measured(
        comparison=compared(4.0, 0.1), cpu=None, control=None, base_wall_s=1.0,
        candidate_wall_s=0.25,
    )  # fmt: skip
    found = refuse_bound_to_default(Measurement(verdict=claim, rounds=TIMED, runs=30), fresh)
    assert (found is not None) is is_refused
    if found is not None:
        assert found.reasons[1] == "hold-out other seeds: unstable"


def test_a_gain_in_the_noise_is_not_looked_at() -> None:
    assert not unstable(1.5, 0.3).is_without_gain


def test_the_glance_is_taken_where_it_is_asked_for(
    judged: Callable[..., tuple[Judgement, Baseline]],
) -> None:
    _, baseline = judged(LIB)
    args = (baseline, baseline.folder, baseline.folder)

    def measured(*, has_glance: bool) -> Measurement:
        how = {"mode": Mode.CONFIRM, "seed": 1, "progress": NullProgress()}
        return measure(*args, **how, has_glance=has_glance)

    assert measured(has_glance=False).default_gain is None
    found = measured(has_glance=True)
    if found.is_without_gain:  # else the machine was so noisy that a copy looked faster
        assert found.default_gain is not None
        assert 0.2 < found.default_gain < 5
    assert not is_suspicious(replace(found, default_gain=None))
    assert is_suspicious(replace(found, default_gain=1.15))
    assert not is_suspicious(replace(found, default_gain=1.05))


def test_without_a_default_there_is_no_glance(
    judged: Callable[..., tuple[Judgement, Baseline]],
) -> None:
    _, baseline = judged(LIB, "")
    folders = (baseline.folder, baseline.folder)
    how = {"mode": Mode.CONFIRM, "seed": 1, "progress": NullProgress()}
    assert measure(baseline, *folders, **how, has_glance=True).default_gain is None
