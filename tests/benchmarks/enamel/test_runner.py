"""The runner in the box, run here without one: what it loads early, how often a reference runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from speedwright.benchmarks.enamel.inside import runner

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
    took_s = {0: 0.5, 1: 0.4, 2: 0.6, 3: 0.1, 4: 0.2}

    def run_plan(
        code: CodeType, plan: list[tuple[int, int]], limit_s: float, request: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], list[bytes]]:
        runs = [{"case": n, "status": "ok", "call_s": took_s[n]} for n, k in plan for _ in range(k)]
        return runs, []

    monkeypatch.setattr(runner, "run_plan", run_plan)
    code = compile("", "<none>", "exec")
    plan = [[(0, 6), (1, 6), (2, 6)], [(3, 6), (4, 6)]]
    request = {"reference_plan": plan, "reference_limit_s": 1.0}
    runs = [run["case"] for run in runner.run_reference(code, request)]
    assert {n: runs.count(n) for n in took_s} == {0: 6, 1: 1, 2: 6, 3: 6, 4: 6}
