"""Live A/A on the machine at hand: no wrong word in enough comparisons to say something."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from speedwright.eval.judge.baseline import prepare_baseline
from speedwright.eval.judge.measure import Mode, measure
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import word_of

pytestmark = pytest.mark.timed

Maker = Callable[[Path, dict[str, str]], Path]
COMPARISONS = 119  # without an event the true rate is below 2.5 % with 95 % confidence
PROGRAM = "for i in range(60_000):\n    i * i\nprint('done')\n"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_equal_programs_are_never_told_apart(repository_maker: Maker, tmp_path: Path) -> None:
    root = repository_maker(tmp_path / "target", {"work.py": PROGRAM})
    request = TargetRequest(path=root, workload="python -I -S work.py", test="", sandbox="process")
    target = resolve_target(request, tmp_path / "scratch", NullProgress())
    baseline = prepare_baseline(target, tmp_path / "versions", NullProgress())
    # The control arm is measured too, so a bias of the machine is no wrong word.
    said: Counter[str] = Counter()
    for seed in range(COMPARISONS):
        same = baseline.versions.copy(baseline.folder)
        found = measure(
            replace(baseline, is_repeatable=False),
            baseline.folder,
            same,
            mode=Mode.CONFIRM,
            seed=seed,
            progress=NullProgress(),
            goal=0.03,
        )
        said[word_of(found.verdict)] += 1
        shutil.rmtree(same)
    assert said["faster"] + said["slower"] == 0, said
