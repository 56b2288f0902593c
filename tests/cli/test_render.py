"""What people read."""

import io
import sys
from collections.abc import Sequence

import pytest
from rich.console import Console, RenderableType

from speedwright.cli.render.applied import render_applied
from speedwright.cli.render.cleaning import render_cleaning
from speedwright.cli.render.diagnosis import render_diagnosis
from speedwright.cli.render.hot_spots import render_hot_spots
from speedwright.cli.render.judgement import render_judgement
from speedwright.cli.render.search import render_plan, render_search
from speedwright.cli.render.verdicts import factor, seconds
from speedwright.cli.render.verification import render_verification

JUDGED = {
    "verdict": "faster",
    "speedup": 2.314,
    "ci_low": 2.241,
    "ci_high": 2.379,
    "confidence": 0.984,
    "pairs": 20,
    "base_wall_s": 0.0312,
    "candidate_wall_s": 0.0135,
    "reasons": ["2.31x, 98.4% interval: the whole interval lies above 1.01"],
    "not_checked": ["no hold-out workload was measured"],
    "evidence": "/runs/r1/evidence",
}
SLOWER = {**JUDGED, "verdict": "slower", "speedup": 0.5, "ci_low": 0.45, "ci_high": 0.55}
REJECTED = {"verdict": "rejected", "reasons": ["`[red]tests[/red]/x\x1b[2J.py` may not change"]}
RUN = {
    **JUDGED,
    "found": True,
    "patch": "/runs/r1/patch.diff",
    "apply": "speedwright apply /runs/r1",
    "run": "/runs/r1",
    "ended": "finished",
    "model": "rules",
    "min_speedup": 1.0,
    "cost_usd": 0.0,
    "unpriced_calls": 0,
    "tokens_in": 0,
    "tokens_out": 0,
    "wall_s": 41.2,
    "warnings": ["a plain process does not isolate"],
    "attempts": [
        {"number": 1, "summary": "set for list", "is_kept": True, **JUDGED},
        {"number": 2, "summary": "worse", "is_kept": False, **SLOWER},
        {"number": 3, "summary": "edits a test", "is_kept": False, **REJECTED},
    ],
}


def shown(parts: Sequence[RenderableType]) -> str:
    text = io.StringIO()
    console = Console(file=text, width=160, no_color=True)
    for part in parts:
        console.print(part, markup=False, highlight=False)
    return text.getvalue()


def test_a_judgement_starts_with_the_verdict() -> None:
    lines = shown(render_judgement(JUDGED)).splitlines()
    assert lines[0] == "faster  2.31x (2.24-2.38)"
    assert "  wall time 31.2 ms -> 13.5 ms" in lines
    assert "  not checked: no hold-out workload was measured" in lines
    assert lines[-1] == "evidence: /runs/r1/evidence"


def test_a_verdict_without_a_measurement_shows_its_reason_as_plain_text() -> None:
    text = shown(render_judgement(REJECTED))
    assert text.splitlines()[0] == "rejected"
    assert "[red]tests[/red]" in text, "markup of others is text"
    assert "\x1b" not in text


def test_a_search_shows_what_was_tried_and_what_to_run_next() -> None:
    text = shown(render_search(RUN))
    rows = text.splitlines()
    assert rows[1].split()[:5] == ["1", "set", "for", "list", "faster"]
    assert rows[1].rstrip().endswith("kept")
    assert "0.500x (0.450-0.550)" in rows[2]
    assert "rejected" in rows[3] and "may not change" in rows[3]
    assert "warning: a plain process does not isolate" in rows
    assert "evidence: /runs/r1/evidence" in rows
    assert rows[-1] == "to apply it: speedwright apply /runs/r1"


def test_the_next_command_works_where_we_are_not_on_the_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/speedwright", "optimize"])
    monkeypatch.setenv("PATH", "/nowhere")
    last = shown(render_search(RUN)).splitlines()[-1]
    assert last == "to apply it: .venv/bin/speedwright apply /runs/r1"


def test_nothing_found_is_said() -> None:
    nothing = {**RUN, "found": False, "patch": None, "apply": None, "attempts": [], "speedup": None}
    text = shown(render_search({**nothing, "verdict": "inconclusive"}))
    assert "nothing was found to try" in text
    assert "to apply it" not in text
    small = {**RUN, "found": False, "apply": None, "min_speedup": 3.0}
    assert "faster, but by less than the 3.0x that was asked for" in shown(render_search(small))


def test_a_plan() -> None:
    plan = {"schema_version": 1, "base": {"commit": "abc"}, "test": ["a", "b"], "build": None}
    assert [line.split() for line in shown(render_plan(plan)).splitlines()] == [
        ["base", "commit", "abc"],
        ["test", "a", "b"],
        ["build", "-"],
    ]


def test_a_verification_names_claim_and_finding() -> None:
    document = {**JUDGED, "sentence": "the claim replicates: …", "claim": SLOWER}
    lines = shown(render_verification(document)).splitlines()
    assert lines[:2] == ["the claim replicates: …", "claimed: slower  0.500x (0.450-0.550)"]
    assert "faster  2.31x (2.24-2.38)" in lines


def test_applied_to_the_tree_and_to_a_branch() -> None:
    tree = {"target": "/t", "files": ["a.py"], "branch": None, "commit": None}
    assert shown(render_applied(tree)) == "changed in /t:\n  a.py\nsee it: git diff\n"
    branch = shown(render_applied({**tree, "branch": "fast", "commit": "0123456789abcdef"}))
    assert branch.startswith("committed as 0123456789ab on branch `fast`")


def test_hot_spots_diagnosis_and_cleaning() -> None:
    row = {"function": "parse", "place": "a.py:3", "self_share": 0.5, "total_share": 0.75}
    spots = {
        "workload": "`python b.py`", "wall_s": 1.5, "profiler": "py-spy", "notes": ["a note"],
        "hot_spots": [{**row, "in_target": True, "calls": None}], "speedscope": "/s.json",
    }  # fmt: skip
    text = shown(render_hot_spots(spots))
    assert ["50.0", "%", "75.0", "%", "parse", "a.py:3"] in [s.split() for s in text.splitlines()]
    check = {"name": "docker", "value": "no engine", "status": "missing", "remedy": "start it"}
    found = shown(render_diagnosis({"checks": [check], "is_usable": True}))
    assert found.split("\n")[0].split() == ["missing", "docker", "no", "engine;", "start", "it"]
    empty = {"containers": [], "images": [], "folders": [], "freed_bytes": 0, "kept": []}
    assert shown(render_cleaning(empty)) == "nothing was left behind\n"
    some = {**empty, "containers": ["c1"], "freed_bytes": 3 * 2**20}
    assert shown(render_cleaning(some)) == "removed container c1\nfreed 3.0 MiB\n"


def test_numbers_keep_three_figures_or_so() -> None:
    assert [factor(v) for v in (0.98765, 1.0134, 2.314, 12.34, 480.2)] == [
        "0.988", "1.013", "2.31", "12.3", "480",
    ]  # fmt: skip
    assert [seconds(v) for v in (None, 1.254, 0.0131, 8e-6)] == ["-", "1.25 s", "13.1 ms", "8.0 us"]
