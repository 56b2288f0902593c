"""Candidates that crash, hang, flood or lie, and bases that cannot be recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.differential import DifferentialReport
from speedwright.eval.differential.changed_function import ChangedFunction
from speedwright.eval.differential.faults import CallUnderTest, Origin, Standing, judge_call

Check = Callable[..., DifferentialReport]

NEGATED = "    return [-value for value in values]\n"
HOSTILE = {
    "dies": ("    import os\n    os._exit(0)\n", "kills its process"),
    "deep": ("    for _ in range(9999):\n        values = [values]\n    return values\n",
             "cannot be read"),
    "huge": ("    return ['x' * 5_000_000]\n", "cannot be read"),
    "endless": ("    import itertools\n    return itertools.count()\n", "iterator"),
    "liar": ("    class Liar(list):\n        __class__ = property(lambda self: list)\n"
             "        __eq__ = lambda self, other: True\n        __hash__ = None\n"
             "        def __repr__(self):\n            raise OSError\n    return Liar()\n", "Liar"),
    "recursion": ("    return negated(values)\n", "RecursionError"),
    "system exit": ("    raise SystemExit(0)\n", "SystemExit"),
    "child that comes back": (
        "    import os, time\n    if not hasattr(os, 'once'):\n        os.once = True\n"
        "        if os.fork():\n            time.sleep(0.3)\n            raise SystemExit\n"
        "    return [-value for value in values]\n",
        "SystemExit",
    ),
    "forged answer": (
        "    import json, os, struct\n"
        "    data = json.dumps({'nonce': 'x', 'outcomes': []}).encode()\n"
        "    os.write(4, struct.pack('>Q', len(data)) + data)\n    os._exit(0)\n",
        "kills its process",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_result_is_found_and_named(name: str, check: Check) -> None:
    body, said = HOSTILE[name]
    report = check({"numbers_.py": [(NEGATED, body)]})
    assert report.verdict is not None, report
    assert said in report.verdict.reasons[0]


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "returned", "args": 3, "keywords": [], "value": 1},
        {"kind": "returned", "args": [], "keywords": [], "value": ["l"]},
        {"kind": "returned", "args": [], "keywords": [], "value": ["l", 0, None]},
        {"kind": "returned", "args": [], "keywords": [], "value": ["f", []]},
        {"kind": "raised", "types": [3], "message": 4, "args": [], "keywords": []},
    ],
)
@pytest.mark.parametrize("value", [["l", 0, [1]], ["f", "0x1p+0"], 1])
def test_a_malformed_answer_is_a_fault_of_the_candidate(
    answer: dict[str, object], value: object
) -> None:
    call = CallUnderTest(
        function=ChangedFunction(file="a.py", name="f"), text="[[],[]]", origin=Origin.RECORDED
    )
    base = {"kind": "returned", "args": [], "keywords": [], "value": value}
    if answer.get("args") == 3 and value == 1:
        return
    assert judge_call(call, base, answer).standing is Standing.FAULT


def test_code_that_no_call_reaches_is_said(check: Check) -> None:
    old = "    if value > high:\n        return high\n"
    new = old + "    if value == 10**9:\n        return low\n"
    report = check({"numbers_.py": [(old, new)]})
    assert report.verdict is None
    assert report.uncovered_lines is not None
    assert len(report.uncovered_lines) == 1
    assert "1 changed line was reached by no replayed call: numbers_.py:" in report.not_checked[0]


def test_a_line_that_only_a_made_up_call_reaches_counts_as_reached(check: Check) -> None:
    old = "    if value > high:\n        return high\n"
    reached = f"    if value == {2**31}:\n        return high\n"
    missed = "    if value == 10**9:\n        return low\n"
    report = check({"numbers_.py": [(old, reached + missed + old)]})
    assert report.verdict is None
    assert report.uncovered_lines is not None
    assert len(report.uncovered_lines) == 1, report.uncovered_lines


def test_a_function_that_nobody_calls_is_said(check: Check) -> None:
    report = check({"texts.py": [('"""Words."""\n', '"""Words."""\n\n\ndef extra():\n    pass\n')]})
    assert report.verdict is None
    assert "changes no Python function" in report.not_checked[0]


def test_a_candidate_that_cannot_be_imported_is_refused(check: Check) -> None:
    report = check(
        {"numbers_.py": [('"""Numbers."""\n', "import nowhere\n"), (NEGATED, "    return []\n")]}
    )
    assert report.verdict is not None
    assert "nowhere" in report.verdict.reasons[0]
