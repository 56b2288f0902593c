"""A whole measurement on real processes: cores, lock, the A/A control, and early ends."""

from __future__ import annotations

import fcntl
import functools
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from speedwright.eval.judge import measure as judging
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.judge.boxes import timing_cpus
from speedwright.eval.judge.measure import Measurement, Mode, measure
from speedwright.eval.judge.rounds import Rounds
from speedwright.eval.judge.versions import Versions
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.stats import LOOKS
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import Measured, Unstable, word_of
from speedwright.profiler import timing_lock

Maker = Callable[[Path, dict[str, str]], Path]
Prepare = Callable[[str], Baseline]

SAY_CORES = "import os\n\nprint(os.getpid() and sorted(os.sched_getaffinity(0)))\n"
SLEEP = "import time\n\ntime.sleep({s})\nprint('done')\n"


@pytest.fixture
def prepare(repository_maker: Maker, tmp_path: Path) -> Prepare:
    """A target whose program is the given text."""

    def prepared(text: str) -> Baseline:
        root = repository_maker(tmp_path / "target", {"work.py": text})
        request = TargetRequest(
            path=root, workload="python -I -S work.py", test="", sandbox="process"
        )
        target = resolve_target(request, tmp_path / "scratch", NullProgress())
        return prepare_baseline(target, tmp_path / "versions", NullProgress())

    return prepared


def measured(
    baseline: Baseline,
    text: str,
    *,
    progress: NullProgress | None = None,
    goal: float | None = None,
    deadline_s: float | None = None,
    mode: Mode = Mode.CONFIRM,
) -> Measurement:
    """Base against a version with another program."""
    folder = baseline.versions.copy(baseline.folder)
    (folder / "work.py").write_text(text)
    return measure(
        baseline,
        baseline.folder,
        folder,
        mode=mode,
        seed=3,
        progress=progress or NullProgress(),
        goal=goal,
        deadline_s=deadline_s,
    )


class Watching(NullProgress):
    """Looks around in our own process after every round."""

    def __init__(self) -> None:
        self.cores: set[frozenset[int]] = set()
        self.is_free: list[bool] = []

    def update(self, done: int, total: int | None, text: str = "") -> None:
        self.cores.add(frozenset(os.sched_getaffinity(0)))
        with timing_lock.LOCK.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.is_free.append(True)
            except BlockingIOError:
                self.is_free.append(False)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_time_limit_that_ends_the_first_round_gives_no_word(prepare: Prepare, mode: Mode) -> None:
    spin = "for i in range(1_000_000):\n    pass\n"
    found = measured(prepare(spin), spin, deadline_s=time.monotonic(), mode=mode)
    # A round that the hypervisor took does not count.
    assert found.rounds is not None and len(found.rounds.kept) == 1
    assert word_of(found.verdict) in ("inconclusive", "unstable")


def test_a_first_round_that_the_hypervisor_took_is_not_the_last(
    prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(1000))
    stolen = functools.partial(Rounds, ticks=lambda: (10 * (n := next(looks)), 100 * n))
    monkeypatch.setattr(judging, "Rounds", stolen)
    text = SLEEP.format(s=0.001)
    found = measured(prepare(text), text, deadline_s=time.monotonic())
    assert found.rounds is not None
    assert [r.is_discarded for r in found.rounds.all] == [True, False]
    assert word_of(found.verdict) in ("inconclusive", "unstable")


def test_timed_runs_have_their_core_and_the_machine_to_themselves(prepare: Prepare) -> None:
    before = frozenset(os.sched_getaffinity(0))
    cpus = timing_cpus(is_parallel=False)
    if cpus is None:
        pytest.skip("one core: nothing to pin to")
    watching = Watching()
    baseline = replace(prepare(SAY_CORES), is_repeatable=False, is_parallel=False)
    found = measured(baseline, SAY_CORES + "# same\n", progress=watching, goal=20.0)
    assert found.rounds is not None
    said = {s.result.stdout for r in found.rounds.all for s in r.samples.values()}
    assert said == {f"{list(cpus)}\n".encode()}
    assert watching.cores == {before - set(cpus)}
    assert watching.is_free and not any(watching.is_free)
    assert frozenset(os.sched_getaffinity(0)) == before


class SlowCopies(Versions):
    """Its copies of the base are not what they should be: the planted bias."""

    def copy(self, folder: Path) -> Path:
        made = super().copy(folder)
        (made / "work.py").write_text(SLEEP.format(s=0.12))
        return made


def test_a_control_that_fails_is_unstable_whatever_the_candidate_gained(prepare: Prepare) -> None:
    baseline = prepare(SLEEP.format(s=0.06))
    biased = SlowCopies(baseline.target, baseline.folder.parents[1] / "biased")
    candidate = baseline.versions.copy(baseline.folder)
    (candidate / "work.py").write_text(SLEEP.format(s=0.001))
    found = measure(
        replace(baseline, versions=biased),
        baseline.folder,
        candidate,
        mode=Mode.CONFIRM,
        seed=3,
        progress=NullProgress(),
    )
    assert isinstance(found.verdict, Unstable)
    assert found.verdict.control.ratio > 1.3
    assert not found.verdict.control.contains_one
    assert "which is not 1" in found.verdict.reasons[0]


def test_without_the_bias_the_same_candidate_is_faster(prepare: Prepare) -> None:
    baseline = prepare(SLEEP.format(s=0.06))
    verdict = measured(baseline, SLEEP.format(s=0.001)).verdict
    if isinstance(verdict, Unstable):  # a sound control fails in 1 % of runs
        assert 0.8 < verdict.control.ratio < 1.25
    else:
        assert word_of(verdict) == "faster"


def test_a_goal_out_of_reach_ends_at_the_first_look(prepare: Prepare) -> None:
    baseline = prepare(SLEEP.format(s=0.02))
    found = measured(baseline, SLEEP.format(s=0.02) + "# same\n", goal=9.0)
    assert isinstance(found.verdict, Measured), found.verdict
    word = word_of(found.verdict)
    assert word in ("inconclusive", "equivalent")
    assert found.rounds is not None
    assert found.runs == found.rounds.runs == 3 * (len(found.rounds.all) + 1)
    if word == "inconclusive":
        assert len(found.rounds.kept) == LOOKS[0]
        assert found.verdict.reasons[0].startswith("ended early: a difference of 900.0%")
