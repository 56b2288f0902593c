"""A double of a suite, for tests of what surrounds suites. Its samples are real programs.

A sample is a Python program that defines `answer(n)`; it is run in a process of its own and timed
from outside. The data folder holds `tasks.json` (a list of ids) and gets a line in `calls.log` for
every piece of work, so that tests can see what was done twice. Ids say what happens:

- `infra-N-…`: the first N tries to score it fail through our fault;
- `gate-…`: scoring waits until the file `go` is there;
- `endless-…`: scoring never ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from speedwright.errors import DataMissing, SandboxError
from speedwright.eval.batch.beside import TaskOutcome, beside
from speedwright.eval.batch.interfaces import (
    Solution,
    Suite,
    SuiteScore,
    Task,
    TaskScore,
    TaskTarget,
)
from speedwright.eval.batch.options import SolverOptions, SuiteOptions
from speedwright.eval.batch.reading import programs, read_json
from speedwright.eval.batch.replay import ReplayRow
from speedwright.eval.progress import Progress

SLOW = """\
def answer(n):
    found = []
    for i in range(n):
        if i % 700 not in found:
            found.append(i % 700)
    return len(found)
"""
FAST = "def answer(n):\n    return len({i % 700 for i in range(n)})\n"
WRONG = "def answer(n):\n    return -1\n"
WORKLOAD = "from solution import answer\n\n\ndef workload():\n    return answer(4_000)\n"
DRIVER = """\
import sys, time
scope = {}
exec(sys.argv[1], scope)
print(scope["answer"](3000))
"""


class ToySuite:
    """See the module."""

    def __init__(self, options: SuiteOptions) -> None:
        self._options = options

    @property
    def name(self) -> str:
        return "toy"

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"version": 1, "seed": self._options.seed or 0}

    @property
    def provenance(self) -> Mapping[str, Any]:
        return {"origin": "made up for tests", "licence": "Apache-2.0"}

    def tasks(self) -> Sequence[Task]:
        if self._options.data is None:
            raise DataMissing("no toy data", hint="download nothing; write tasks.json into --data")
        ids = json.loads((self._options.data / "tasks.json").read_text())
        files = {"solution.py": SLOW, "work.py": WORKLOAD}
        target = TaskTarget(files=files, answer="solution.py", workload="work.py")
        is_given = self._options.samples_from is not None
        return [
            Task(
                id=name, prompt=f"write answer(n): {name}", language="python",
                target=target if is_given else None,
            )
            for name in ids
        ]  # fmt: skip

    def gold(self, task_id: str) -> tuple[str, ...]:
        self._log("gold", task_id)
        return (FAST,)

    def nop(self, task_id: str) -> tuple[str, ...]:
        return (SLOW,)

    def read_predictions(self, path: Path) -> Mapping[str, tuple[str, ...]]:
        return {name: programs(found, name) for name, found in read_json(path).items()}

    def expect(self, work: Sequence[tuple[Task, Sequence[str]]]) -> None:
        self._log("expect", " ".join(task.id for task, _ in work))

    def evaluate(self, task: Task, samples: Sequence[str], progress: Progress) -> TaskScore:
        self._log("evaluate", task.id)
        self._misbehave(task.id)
        outcomes = [self._run(sample) for sample in samples]
        correct = [is_correct for is_correct, _ in outcomes]
        walls = [wall_s for is_correct, wall_s in outcomes if is_correct]
        official = {"is_correct": any(correct[:1]), "best_wall_s": min(walls, default=None)}
        return TaskScore(task_id=task.id, official=official, hardened={"correct": correct})

    def aggregate(self, scores: Sequence[TaskScore], ks: Sequence[int]) -> SuiteScore:
        correct = [bool(score.official.get("is_correct")) for score in scores]
        share = sum(correct) / len(scores) if scores else None
        outcomes = [TaskOutcome(is_correct=c, speedup=2.0 if c else None) for c in correct]
        names = [f"correct@{k}" for k in ks]
        return SuiteScore(
            official=dict.fromkeys(names, share),
            hardened=dict.fromkeys(names, share),
            beside=beside(outcomes, values={names[0]: [float(c) for c in correct]}),
        )

    def replay(self, progress: Progress, ids: Sequence[str]) -> Sequence[ReplayRow]:
        slow, fast = self._run(SLOW)[1], self._run(FAST)[1]
        verdict = {"wins": "faster"}
        return [
            ReplayRow(
                task_id=name, verdict=verdict.get(name.partition("-")[0], "slower"),
                speedup=slow / fast,
            )
            for name in ids
        ]  # fmt: skip

    def _run(self, sample: str) -> tuple[bool, float]:
        begun_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-I", "-c", DRIVER, sample], capture_output=True, text=True, timeout=60
        )
        return done.stdout == "700\n", time.monotonic() - begun_s

    def _misbehave(self, name: str) -> None:
        assert self._options.data is not None
        if name.startswith("infra-"):
            tries = (self._options.data / "calls.log").read_text().split("\n")
            if tries.count(f"evaluate {name}") <= int(name.split("-")[1]):
                raise SandboxError(f"no box for {name}")
        while name.startswith("gate-") and not (self._options.data / "go").exists():
            time.sleep(0.02)
        while name.startswith("endless-"):
            time.sleep(0.02)

    def _log(self, what: str, name: str) -> None:
        if self._options.data is None:
            return
        with (self._options.data / "calls.log").open("a") as log:
            log.write(f"{what} {name}\n")
            log.flush()
            os.fsync(log.fileno())


class Unreplayable(ToySuite):
    """A double without `replay`."""

    replay = None  # type: ignore[assignment]


class SleepySolver:
    """A double that does not answer in time where a task is called `sleepy-…`."""

    def __init__(self, options: SolverOptions) -> None:
        self.name = "sleepy"

    def solve(self, task: Task, suite: Suite, progress: Progress) -> Solution:
        while task.id.startswith("sleepy-"):
            time.sleep(0.02)
        if task.id.startswith("boxless-"):
            raise SandboxError("no box to solve in")
        return Solution(task_id=task.id, samples=(FAST,), cost_usd=0.25)
