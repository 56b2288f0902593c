"""Sympy as it stands on PyPI, and its contributors' own patches: judged, and found by a model.

The data lie beside the checkout; wheels come from the package index. What was seen stands in
docs/design/0004-search.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from speedwright.agent.optimize import OptimizePlan, optimize
from speedwright.eval.judge.policy import check_policy
from speedwright.eval.judging import JudgeReport, JudgeRequest, judge_patch
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

REQUIREMENTS = ("mpmath<1.4", "pytest")
PURE = {"SYMPY_GROUND_TYPES": "python"}


def _git(folder: Path, *words: str, stdin: str = "") -> str:
    options = (
        "-c",
        "user.name=dev",
        "-c",
        "user.email=dev@example.org",
        "-c",
        "core.autocrlf=false",
    )
    done = subprocess.run(
        ["git", *options, *words],
        cwd=folder,
        input=stdin,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


class Task:
    """One instance: its repository, its workload, its tests, the expert's patch."""

    def __init__(self, facts: dict[str, Any], folder: Path) -> None:
        self.facts = facts
        self.root = folder / "sympy"
        self.workload = folder / "sympy_workload.py"
        self.workload.write_text(facts["workload"])

    @property
    def request(self) -> TargetRequest:
        tests = " ".join([*self.facts["pytest_args"], *self.facts["tests"]])
        return TargetRequest(
            path=self.root,
            workload=str(self.workload),
            test=f"python -m pytest -q {tests}",
            requirements=REQUIREMENTS,
            env=PURE,
            sandbox="process",
        )

    def diff(self, change: Callable[[Path], None]) -> str:
        """What a change of the working tree comes to; the tree is put back."""
        try:
            change(self.root)
            return _git(self.root, "diff")
        finally:
            _git(self.root, "checkout", "-q", "--", ".")

    @property
    def expert(self) -> str:
        return self.diff(lambda root: _apply(root, self.facts["patch"]))

    @property
    def file(self) -> str:
        return str(self.facts["changed_files"][-1])

    def texts(self, change: Callable[[Path], None]) -> dict[str, str]:
        """The changed files' new texts."""
        try:
            change(self.root)
            names = _git(self.root, "diff", "--name-only").split()
            return {name: (self.root / name).read_text() for name in names}
        finally:
            _git(self.root, "checkout", "-q", "--", ".")


def _apply(root: Path, patch: str) -> None:
    _git(root, "apply", "--whitespace=nowarn", "-", stdin=patch)


def _insert(root: Path, file: str, anchor: str, text: str) -> None:
    path = root / file
    source = path.read_text()
    assert source.count(anchor) == 1, (file, anchor, source.count(anchor))
    path.write_text(source.replace(anchor, anchor + text))


ANCHORS = {
    "sympy__sympy-21501": '    """a  <--  echelon(a); return det"""\n',
    "sympy__sympy-24485": "    @classmethod\n    def flatten(cls, seq):\n",
}
BROKEN = {
    "sympy__sympy-21501": "    if len(a) > 2:\n        return K.zero\n",
    "sympy__sympy-24485": "        if len(seq) > 2:\n            seq = seq[:-1]\n",
}
INDENT = {"sympy__sympy-21501": "    ", "sympy__sympy-24485": "        "}


def broken(task: Task) -> Callable[[Path], None]:
    name = task.facts["instance_id"]
    return lambda root: _insert(root, task.file, ANCHORS[name], BROKEN[name])


def slower(task: Task) -> Callable[[Path], None]:
    name = task.facts["instance_id"]
    text = f"{INDENT[name]}sum(range({20_000_000 if name.endswith('21501') else 20_000}))\n"
    return lambda root: _insert(root, task.file, ANCHORS[name], text)


def comment(task: Task) -> Callable[[Path], None]:
    name = task.facts["instance_id"]
    return lambda root: _insert(root, task.file, ANCHORS[name], f"{INDENT[name]}# a remark\n")


@pytest.fixture(scope="session")
def instances(shared_data: Path) -> dict[str, dict[str, Any]]:
    file = shared_data / "swefficiency" / "tasks_sympy.jsonl"
    if not file.is_file():
        pytest.skip(f"no `{file}`")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {row["instance_id"]: row for row in rows}


@pytest.fixture(scope="session")
def task_of(
    instances: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Task]:
    wheels = tmp_path_factory.mktemp("wheels")
    made: dict[str, Task] = {}

    def make(name: str) -> Task:
        if name not in made:
            facts = instances[name]
            folder = tmp_path_factory.mktemp(name.rpartition("-")[2])
            root = folder / "sympy"
            wheel = _wheel(wheels, facts["base"])
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(root)
            _git(root, "init", "-q", "-b", "main")
            _git(root, "add", "-A", "-f")
            _git(root, "commit", "-qm", "base")
            made[name] = Task(facts, folder)
        return made[name]

    return make


def _wheel(folder: Path, base: dict[str, Any]) -> Path:
    file = folder / str(base["file"])
    if not file.is_file():
        words = ("-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), base["requirement"])
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no package index: {done.stderr.strip()[-200:]}")
    return file


@pytest.fixture(params=sorted(ANCHORS))
def task(request: pytest.FixtureRequest, task_of: Callable[[str], Task]) -> Task:
    return task_of(request.param)


def judged(task: Task, diff: str, tmp_path: Path, record: Callable[..., None]) -> JudgeReport:
    patch = tmp_path / "x.patch"
    patch.write_text(diff)
    report = judge_patch(JudgeRequest(target=task.request, patch=patch), NullProgress())
    found = report.to_json()
    said = {k: found[k] for k in ("verdict", "speedup", "ci_low", "ci_high", "pairs", "reasons")}
    record("judged", json.dumps(said))
    print(task.facts["instance_id"], f"{report.duration_s:.0f} s", json.dumps(said))
    return report


def test_the_expert_s_patch_is_faster(
    task: Task, tmp_path: Path, record_property: Callable[..., None]
) -> None:
    found = judged(task, task.expert, tmp_path, record_property).to_json()
    assert found["verdict"] == "faster", found["reasons"]
    assert found["ci_low"] < task.facts["measured"]["pair_speedup_max"] * 1.5
    assert found["ci_high"] > task.facts["measured"]["pair_speedup_min"] / 1.5


def test_a_comment_gains_nothing(
    task: Task, tmp_path: Path, record_property: Callable[..., None]
) -> None:
    found = judged(task, task.diff(comment(task)), tmp_path, record_property)
    assert found.judgement.word in ("equivalent", "inconclusive", "unstable")


def test_a_broken_test_is_incorrect(
    task: Task, tmp_path: Path, record_property: Callable[..., None]
) -> None:
    found = judged(task, task.diff(broken(task)), tmp_path, record_property)
    assert found.judgement.word == "incorrect"
    assert "passed on the base" in found.judgement.verdict.reasons[0]


def test_policy_lets_every_expert_s_patch_pass(
    instances: dict[str, dict[str, Any]], task_of: Callable[[str], Task], tmp_path: Path
) -> None:
    """Hunks that only mend a doctest inside the package are no tests."""
    target = resolve_target(task_of("sympy__sympy-21501").request, tmp_path, NullProgress())
    for facts in instances.values():
        assert check_policy(facts["patch"], target) == (), facts["instance_id"]


@pytest.mark.parametrize(
    ("service", "name"),
    [("openai", "sympy__sympy-21501"), ("anthropic", "sympy__sympy-24485")],
)
def test_a_model_that_finds_the_expert_s_patch_third(
    service: str,
    name: str,
    task_of: Callable[[str], Task],
    model_servers: ModuleType,
    record_property: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = task_of(name)
    expert = lambda root: _apply(root, task.facts["patch"])  # noqa: E731
    script = [
        _proposal(task.texts(change), summary)
        for change, summary in [
            (broken(task), "leave most of it out"),
            (slower(task), "warm up"),
            (expert, task.facts["expert_summary"]),
        ]
    ]
    script.append({"tool_calls": [{"name": "finish", "arguments": {"summary": "done"}}]})
    kind = model_servers.OpenAIServer if service == "openai" else model_servers.AnthropicServer
    monkeypatch.setenv(f"{service.upper()}_API_KEY", "sk-fake-0123456789abcdefghij")
    before = _git(task.root, "status", "--porcelain")
    started_s = time.monotonic()
    with kind(script) as server:
        model = f"{service}@{server.url}:scripted"
        report = optimize(OptimizePlan(target=task.request, model=model), NullProgress())
    document = report.to_json()
    keys = ("verdict", "speedup", "ci_low", "ci_high", "pairs", "reasons", "wall_s")
    told = [{k: a[k] for k in ("verdict", "speedup", "reasons")} for a in document["attempts"]]
    said = {**{k: document[k] for k in keys}, "attempts": told}
    print(name, f"{time.monotonic() - started_s:.0f} s", json.dumps(said))
    record_property("found", json.dumps(said))
    first, second, third = report.attempts
    assert first.verdict == "incorrect"
    assert not second.is_kept and second.verdict in ("slower", "inconclusive", "equivalent")
    assert third.verdict == "faster" and third.is_kept
    assert document["verdict"] == "faster" and document["found"], document["reasons"]
    assert document["ci_low"] > 1.5
    assert _git(task.root, "status", "--porcelain") == before


def _proposal(texts: dict[str, str], summary: str) -> dict[str, Any]:
    calls = [
        {"name": "write_file", "arguments": {"path": path, "text": text}, "id": f"w{number}"}
        for number, (path, text) in enumerate(texts.items())
    ]
    submit = {"name": "submit", "arguments": {"summary": summary}, "id": "s"}
    return {"text": summary, "tool_calls": [*calls, submit]}
