"""Dynamic guards on real runs: what moves, hides or keeps work is no gain.

Each trick is tried twice: against the judge as it is, and with the one guard taken out that is
meant for it. Without the guard the trick has to get through, or the test would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from speedwright.eval.candidate import Candidate
from speedwright.eval.differential import DifferentialReport
from speedwright.eval.judge import cascade, dynamic, elsewhere
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.guard import Guarded
from speedwright.eval.judge.measure import Mode
from speedwright.eval.judge.written import manifest, refuse_kept_files
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import Judgement, Measured

pytestmark = pytest.mark.timed

Maker = Callable[[Path, dict[str, str]], Path]

# Both versions import what one of the tricks needs: importing it is not what should be noticed.
HEADER = "import json\nimport os\nimport pathlib\nimport tempfile\nimport threading\nimport time\n"
LIB = f"{HEADER}\n\ndef squares(n):\n    return [sum([i] * i) for i in range(n)]\n"
QUICK = "[i * i for i in range(n)]"
FILES = {
    "lib.py": LIB,
    "workload.py": "import lib\n\n\ndef workload():\n    return lib.squares(4000)\n",
}
MOVED = (
    "TABLE = [sum([i] * i) for i in range(8000)]\n\n\ndef squares(n):\n"
    f"    return TABLE[:n] if n <= 8000 else {QUICK}\n"
)
PUT_OFF = (
    "import threading\n\n\ndef squares(n):\n"
    "    threading.Timer(0.05, lambda: [sum([i] * i) for i in range(2 * n)]).start()\n"
    f"    return {QUICK}\n"
)
LEFT = (
    "import os\nimport time\n\n\ndef squares(n):\n"
    "    if os.fork() == 0:\n        time.sleep(30)\n        os._exit(0)\n"
    f"    return {QUICK}\n"
)
CHILD = (
    "import os\nimport time\n\n\ndef squares(n):\n"
    "    if os.fork() == 0:\n        time.sleep(CHILD_S)\n        os._exit(0)\n"
    f"    return {QUICK}\n"
)
KEPT = (
    "import json\nimport pathlib\n\nSTORE = pathlib.Path(__file__).with_name('store.json')\n\n\n"
    "def squares(n):\n"
    "    if STORE.is_file():\n        known = json.loads(STORE.read_text())\n"
    "        if str(n) in known:\n            return known[str(n)]\n"
    "    found = [sum([i] * i) for i in range(n)]\n"
    "    STORE.write_text(json.dumps({n: found}))\n    return found\n"
)
IN_SCRATCH = KEPT.replace(
    "pathlib.Path(__file__).with_name('store.json')",
    "pathlib.Path(tempfile.gettempdir(), 'store.json')",
).replace("import pathlib\n", "import pathlib\nimport tempfile\n")


@pytest.fixture(scope="module")
def target(repository_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baseline]:
    """A function workload in a plain process, which enforces nothing."""
    place = tmp_path_factory.mktemp("dynamic")
    root = repository_maker(place / "target", FILES)
    request = TargetRequest(path=root, sandbox="process", test="")
    found = resolve_target(request, place / "scratch", NullProgress())
    prepared = prepare_baseline(found, place / "versions", NullProgress())
    # A screen of this workload would go by CPU time, which sees most of these tricks by itself; a
    # claim goes by wall time, as a screen of a parallel workload does.
    yield replace(prepared, cpu_s=2 * prepared.wall_s)


@pytest.fixture(autouse=True)
def no_static_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """They know some of these tricks by sight; here it is about what they do."""
    monkeypatch.setattr(cascade, "run_guards", lambda *_, **__: Guarded(verdict=None, notes=()))


def judged(baseline: Baseline, text: str, mode: Mode = Mode.SCREEN) -> Judgement:
    # A child outlives the answer by twice what the base takes, however busy the machine is.
    text = text.replace("CHILD_S", f"{2 * baseline.wall_s:.4f}")
    diff = baseline.target.snapshot.diff_of({"lib.py": HEADER + text})
    case = Case(candidate=Candidate(diff=diff, author="test"), mode=mode, seed=5)
    return judge(case, baseline, NullProgress())


@pytest.mark.parametrize(
    ("text", "guards", "said"),
    [
        (MOVED, ["_moved"], "moved, not saved"),
        (PUT_OFF, ["_put_off"], "put off, not saved"),
        # With a child alive the process also ends later, which a second guard notices.
        (LEFT, ["_left_behind", "_put_off"], "still running"),
        # By which of the two depends on how long it goes on, and that on how busy the machine is.
        (CHILD, ["_left_behind", "_put_off"], "put off, not saved|still running"),
    ],
    ids=["moved", "put-off", "left", "child"],
)
def test_hidden_work_is_refused_by_its_guard_and_by_no_other(
    target: Baseline, monkeypatch: pytest.MonkeyPatch, text: str, guards: list[str], said: str
) -> None:
    found = judged(target, text)
    assert found.word == "rejected", found.to_json()
    assert any(re.search(said, reason) for reason in found.verdict.reasons)
    for guard in guards:
        monkeypatch.setattr(dynamic, guard, lambda *_: "")
    if text in (MOVED, PUT_OFF):  # the others do nothing that is counted
        counted = judged(target, text)
        assert counted.word != "faster", (counted.verdict.reasons, "it wins nothing")
    monkeypatch.setattr(elsewhere, "losses", lambda *_, **__: ())
    other = judged(target, text)
    assert other.word == "faster", (other.verdict.reasons, "nothing else should notice")


@pytest.mark.parametrize("where", ["moved", "put off"])
def test_less_than_half_of_the_gain_elsewhere_is_time_of_the_call(
    target: Baseline, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A quarter of what the call takes is done at import, or on exit: fourfold, not 25-fold."""
    part = "[sum([i] * i) for i in range(2000)]"
    text = {
        "moved": f"TABLE = {part}\n\n\ndef squares(n):\n    return {QUICK}\n",
        "put off": f"import atexit\n\n\ndef squares(n):\n    atexit.register(lambda: {part})\n"
        f"    return {QUICK}\n",
    }[where]
    found = judged(target, text, Mode.CONFIRM)
    assert isinstance(found.verdict, Measured), found.to_json()
    call, counted = found.verdict.call, found.verdict.comparison
    assert found.word == "faster" and call is not None, found.to_json()
    assert call.speedup > 10 > 6 > counted.speedup, found.to_json()
    assert counted.ci_low < 4.2 and counted.ci_high > 2.5, found.to_json()
    assert found.verdict.candidate_wall_s > found.verdict.base_wall_s / 6
    assert any("counted into the time of the call" in reason for reason in found.verdict.reasons)
    assert found.to_json()["call_ratio"] == call.speedup
    monkeypatch.setattr(elsewhere, "losses", lambda *_, **__: ())
    other = judged(target, text, Mode.CONFIRM)
    assert other.to_json()["speedup"] > 10, (other.verdict.reasons, "nothing else should notice")


def test_a_program_whose_child_works_on_is_no_faster(
    baseline: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timed process ends at once; its child ends soon enough to be no leftover."""
    monkeypatch.setattr(cascade, "check_differential", lambda *_, **__: DifferentialReport())
    old = "    found = []\n"
    new = f"    import os\n    if n > 1000 and os.fork():\n        os._exit(0)\n{old}"
    text = (baseline.folder / "slow.py").read_text().replace(old, new)
    diff = baseline.target.snapshot.diff_of({"slow.py": text})
    case = Case(candidate=Candidate(diff=diff, author="test"), mode=Mode.CONFIRM, seed=5)
    found = judge(case, baseline, NullProgress())
    assert found.samples, found.to_json()
    assert found.word not in ("faster", "infra_error"), found.to_json()


def test_results_kept_in_a_file_are_refused(
    target: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(target, KEPT)
    assert found.word == "rejected", found.to_json()
    assert "`store.json`" in found.verdict.reasons[0]
    monkeypatch.setattr(cascade, "refuse_kept_files", lambda *_: None)
    other = judged(target, KEPT)
    assert other.word == "faster", (other.verdict.reasons, "nothing else should notice")


def test_results_kept_in_scratch_places_are_gone_with_the_next_sample(target: Baseline) -> None:
    found = judged(target, IN_SCRATCH)
    assert found.word not in ("faster", "rejected"), found.to_json()


def test_a_small_table_made_at_import_is_no_trick(target: Baseline) -> None:
    honest = f"SMALL = tuple(range(50))\n\n\ndef squares(n):\n    return {QUICK}\n"
    found = judged(target, honest)
    assert found.word == "faster", found.to_json()
    assert found.to_json()["process_ratio"] is not None
    assert found.to_json()["call_ratio"] is None, found.to_json()


def test_an_answer_that_is_wrong_now_and_then_is_found_after_timing(target: Baseline) -> None:
    moody = f"def squares(n):\n    return {QUICK} + [0] * (hash('x') % 4 == 0)\n"
    found = judged(target, moody)
    assert found.word == "incorrect", found.to_json()
    assert len(found.samples) >= 1


def test_what_the_base_writes_too_is_no_trick(tmp_path: Path) -> None:
    base, patched = tmp_path / "base", tmp_path / "patched"
    for folder in (base, patched):
        (folder / "logs").mkdir(parents=True)
        (folder / "lib.py").write_text("x = 1\n")
    fresh = manifest(patched)
    (base / "logs" / "run-17.log").write_text("x")
    (patched / "logs" / "run-18.log").write_text("x")
    (patched / "__pycache__").mkdir()
    (patched / "__pycache__" / "lib.cpython-311.pyc").write_text("x")
    assert refuse_kept_files(fresh, patched, (base,)) is None
    (patched / "lib.py").write_text("x = 2  # changed by itself\n")
    found = refuse_kept_files(fresh, patched, (base,))
    assert found is None or "`lib.py`" in found.reasons[0]
    (patched / "deep").mkdir()
    (patched / "deep" / "store.bin").write_text("x")
    found = refuse_kept_files(fresh, patched, (base,))
    assert found is not None and "`deep/store.bin`" in found.reasons[0]
