"""The runner in the box, run here without one: what it loads early, how often a reference runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from speedwright.benchmarks.enamel import timing
from speedwright.benchmarks.enamel.cases import Case, Draw
from speedwright.benchmarks.enamel.inside import runner
from speedwright.benchmarks.enamel.parameters import Parameters

pytestmark = pytest.mark.timed

PROMPT = 'def f(x):\n    """ Doubles. """\n'
BODY = "    import fractions\n    return 2 * x\n"
LOADED = """
import sys
from speedwright.benchmarks.enamel.inside.runner import prepared
assert "fractions" not in sys.modules
code, fault = prepared({"prompt": sys.argv[1], "entry_point": "f"}, sys.argv[2])
assert code is not None, fault
print("fractions" in sys.modules)
"""


@pytest.mark.parametrize("text", [BODY, PROMPT + BODY, f"import fractions\n{PROMPT}    return 1\n"])
def test_what_a_program_imports_is_loaded_before_it_is_timed(text: str, tmp_path: Path) -> None:
    """Also of a body, which only reads as Python where it continues the prompt."""
    command = [sys.executable, "-c", LOADED, PROMPT, text]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == ["True"], done.stderr


def test_cases_of_the_reference_that_may_be_the_slowest_are_repeated_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run_plan(
        code: CodeType, plan: list[timing.Round], limit_s: float, request: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], list[bytes]]:
        called = [n for each in plan for n in timing.calls(each)]
        return [{"case": n, "status": "ok", "call_s": took_s[n]} for n in called], []

    monkeypatch.setattr(runner, "run_plan", run_plan)
    levels = ((0, ()), (1, (0.5, 0.4, 0.6)), (2, (0.1, 0.2)))
    took_s = dict(enumerate([0.01, *(s for _, members in levels for s in members)]))
    cases = [
        Case(
            draw=Draw(level=level, number=n, size=1, seed=0),
            given=b"",
            answer=b"",
            is_self_equal=True,
            hint_s=-n,
        )
        for level, members in levels
        for n in range(max(1, len(members)))
    ]
    parameters = Parameters(cases=(1, 3, 2), hardness=(0, 3, 4))
    plan = timing.reference_plan(cases, parameters)
    request = {
        "reference_plan": plan.rounds,
        "reference_again": plan.again,
        "reference_limit_s": 1.0,
    }
    code = compile("", "<none>", "exec")
    runs = [run["case"] for run in runner.run_reference(code, request)]
    assert {n: runs.count(n) for n in list(took_s)[1:]} == {1: 6, 2: 1, 3: 6, 4: 6, 5: 6}
