"""Hunks that do not pay are dropped; the others are given their share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.minimise import hunks_of, minimise, with_hunks
from speedwright.eval.progress import NullProgress

pytestmark = pytest.mark.timed

Diff = Callable[..., str]

LOOP = """\
    found = []
    for i in range(n):
        if i % 300 not in found:
            found.append(i % 300)
    return len(found)


def label(n):
    return f"{n} distinct"
"""


def test_parts_of_a_diff_apply_alone(baseline: Baseline, diff_of: Diff) -> None:
    texts = {"slow__py": "x = 1\n", "other__py": "y = 1\n"}
    whole = diff_of(**texts)
    assert len(hunks_of(whole)) == 2
    assert [p for p, _ in hunks_of(with_hunks(whole, [0]))] == ["other.py"]
    assert [p for p, _ in hunks_of(with_hunks(whole, [1]))] == ["slow.py"]
    assert hunks_of(with_hunks(whole, [0, 1])) == hunks_of(whole)
    assert with_hunks(whole, []) == ""


def test_a_stray_file_is_dropped_and_the_gain_is_attributed(
    baseline: Baseline, diff_of: Diff
) -> None:
    fast = "    return len({i % 300 for i in range(n)})\n"
    slow = LOOP[: LOOP.index("\n\n\ndef label")] + "\n"
    text = baseline.target.snapshot.text("slow.py") or ""
    # Nothing names `more.py`, which is debris; it names `notes.py`, which only does not pay.
    whole = diff_of(
        slow__py=text.replace(slow, fast), notes__py="NOTE = 1\n", more__py="import notes\n"
    )
    found = minimise(whole, baseline, NullProgress(), seed=3)
    assert [p for p, _ in hunks_of(found.diff)] == ["slow.py"]
    assert {h.path: h.is_dropped for h in found.hunks} == {"notes.py": True, "slow.py": False}
    assert [part.path for part in found.debris] == ["more.py"]
    assert next(h.share for h in found.hunks if h.path == "slow.py") == 1.0


def test_debris_goes_first_and_the_rest_stands(baseline: Baseline, diff_of: Diff) -> None:
    slow = LOOP[: LOOP.index("\n\n\ndef label")] + "\n"
    fast = "    return len({i % 300 for i in range(n)})\n"
    text = baseline.target.snapshot.text("slow.py") or ""
    noisy = text.replace(slow, '    import sys\n    print("debug", file=sys.stderr)\n' + fast)
    found = minimise(
        diff_of(slow__py=noisy, notes__md="tried this\n"), baseline, NullProgress(), seed=3
    )
    assert found.diff == diff_of(slow__py=text.replace(slow, "    import sys\n" + fast))
    assert {part.path for part in found.debris} == {"slow.py", "notes.md"}
    assert len(found.sentences) == 2
    assert found.to_json()["debris"][0]["what"]


def test_debris_that_is_needed_stays(baseline: Baseline, diff_of: Diff) -> None:
    # A new file that is found by listing the folder: nothing names it, and all of it is needed.
    text = baseline.target.snapshot.text("slow.py") or ""
    slow = LOOP[: LOOP.index("\n\n\ndef label")] + "\n"
    fast = (
        "    import pathlib\n"
        "    listed = pathlib.Path(__file__).parent.glob('*.modulus')\n"
        "    modulus = int(next(listed).read_text())\n"
        "    return len({i % modulus for i in range(n)})\n"
    )
    whole = diff_of(**{"slow__py": text.replace(slow, fast), "three__modulus": "300\n"})
    found = minimise(whole, baseline, NullProgress(), seed=3)
    assert "three.modulus" in found.diff
    assert not found.debris


def test_one_hunk_is_left_as_it_is(baseline: Baseline, diff_of: Diff) -> None:
    diff = diff_of(notes__py="NOTE = 1\n")
    assert minimise(diff, baseline, NullProgress(), seed=3).diff == diff


def test_a_hunk_that_the_others_need_stays(baseline: Baseline, diff_of: Diff) -> None:
    text = baseline.target.snapshot.text("slow.py") or ""
    slow = LOOP[: LOOP.index("\n\n\ndef label")] + "\n"
    split = text.replace(slow, "    return modulus.distinct(n)\n")
    fast = "def distinct(n):\n    return len({i % 300 for i in range(n)})\n"
    whole = diff_of(slow__py=f"import modulus\n\n{split}", modulus__py=fast)
    found = minimise(whole, baseline, NullProgress(), seed=3)
    assert set(hunks_of(found.diff)) == set(hunks_of(whole))
    needed = next(h for h in found.hunks if h.path == "modulus.py")
    assert needed.share is None
    assert needed.sentence == "hunk at modulus.py:1 is needed by the others"


def test_what_there_was_no_time_for_is_said(baseline: Baseline, diff_of: Diff) -> None:
    whole = diff_of(slow__py="x = 1\n", other__py="import slow\n")
    found = minimise(whole, baseline, NullProgress(), seed=3, deadline_s=0.0)
    assert found.diff == whole
    assert len(found.sentences) == 2
    assert all("kept untried: the time was up" in said for said in found.sentences)
