"""Versions of a target on disk: base and candidate start alike."""

from __future__ import annotations

from collections.abc import Callable

from speedwright.eval.judge.baseline import Baseline

Diff = Callable[..., str]


def test_a_candidate_has_bytecode_for_every_module_as_the_base_has(
    baseline: Baseline, diff_of: Diff
) -> None:
    folder = baseline.versions.fresh(diff_of(extra__py="X = 1\n"))
    base = {p.name for p in (baseline.folder / "__pycache__").iterdir()}
    made = {p.name for p in (folder / "__pycache__").iterdir()}
    assert any(name.startswith("slow.") for name in base)
    assert base <= made
    assert any(name.startswith("extra.") for name in made)


def test_bytecode_of_a_changed_module_is_its_own(baseline: Baseline, diff_of: Diff) -> None:
    old, new = 'f"{n} distinct"', 'f"{n} differing"'
    folder = baseline.versions.fresh(diff_of(old, new))
    caches = [f / "__pycache__" for f in (baseline.folder, folder)]
    ours, theirs = (next(c.glob("slow.*.pyc")).read_bytes() for c in caches)
    assert ours != theirs
    assert b"differing" in theirs


def test_files_carry_one_time_and_changed_ones_another(baseline: Baseline, diff_of: Diff) -> None:
    folder = baseline.versions.fresh(diff_of(extra__py="X = 1\n"))
    times = {name: (folder / name).stat().st_mtime for name in ("slow.py", "bench.py", "extra.py")}
    assert times["slow.py"] == times["bench.py"] != times["extra.py"]
    assert len(str(folder)) == len(str(baseline.folder))
