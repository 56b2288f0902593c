"""Real calls of the changed functions, recorded on the base during the workload and the tests."""

from __future__ import annotations

import json
import posixpath
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from speedwright.eval.differential.changed import module_name
from speedwright.eval.differential.changed_function import ChangedFunction
from speedwright.eval.differential.driving import DriverFailed, ask, open_driver
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.versions import Versions
from speedwright.eval.target import TestCommand
from speedwright.profiler import FunctionWorkload
from speedwright.profiler.timer import SOURCE_MOUNT, TRUSTED_MOUNT
from speedwright.sandbox import Session

CALLS_PER_FUNCTION = 200
SIZE_PER_FUNCTION = 4_000_000
SIZE_PER_CALL = 300_000
PYTHONS = ("python", "python3")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call as it was made.

    Attributes:
        text: `[args, keywords]`, encoded.
        raised: Type name of what it raised, or `None`.
    """

    text: str
    raised: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFunction:
    """What was recorded of one function.

    Attributes:
        function: Which.
        module: Its module's name as it was imported.
        calls: Different calls.
        seen: Calls made, of which most were alike.
        refused: Why calls could not be recorded, with counts.
    """

    function: ChangedFunction
    module: str
    calls: tuple[RecordedCall, ...]
    seen: int
    refused: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Calls by function, and where modules are imported from (relative to the target's folder)."""

    functions: tuple[RecordedFunction, ...]
    paths: tuple[str, ...]
    notes: tuple[str, ...]


_Key = tuple[object, ...]
_RECORDINGS: weakref.WeakKeyDictionary[Versions, dict[_Key, Recording]] = (
    weakref.WeakKeyDictionary()
)


def recorded(
    baseline: Baseline, functions: Sequence[ChangedFunction], *, wall_s: float
) -> Recording:
    """Record once for a baseline and a set of functions; later calls are free.

    Args:
        baseline: The base.
        functions: What to record.
        wall_s: Longest for the workload and for the tests, each.

    Raises:
        SandboxError: The sandbox failed.
    """
    known = _RECORDINGS.setdefault(baseline.versions, {})
    names = tuple((f.file, f.name) for f in functions)
    key = (names, baseline.target.workload, baseline.target.test)
    if key not in known:
        known[key] = _record(baseline, functions, wall_s)
    return known[key]


def has_recording(baseline: Baseline, functions: Sequence[ChangedFunction]) -> bool:
    """Whether `recorded` would be free."""
    names = tuple((f.file, f.name) for f in functions)
    key = (names, baseline.target.workload, baseline.target.test)
    return key in _RECORDINGS.get(baseline.versions, {})


def _record(baseline: Baseline, functions: Sequence[ChangedFunction], wall_s: float) -> Recording:
    answers: list[dict[str, Any]] = []
    notes: list[str] = []
    place = baseline.folder
    if baseline.needs_write:
        place = baseline.versions.copy(place)
    try:
        with open_driver(baseline, place) as session:
            for what, how in _runs(baseline, session):
                if how is None:
                    notes.append(f"no call was recorded from the {what}: it is not Python")
                    continue
                task = {
                    "mode": "record",
                    "functions": [[f.file, f.name] for f in functions],
                    "run": how,
                    "wall_s": wall_s,
                    "limits": {
                        "calls": CALLS_PER_FUNCTION,
                        "size": SIZE_PER_FUNCTION,
                        "call_size": SIZE_PER_CALL,
                    },
                }
                try:
                    answer = ask(session, task, wall_s=wall_s + 30)
                except DriverFailed as error:
                    notes.append(f"no call was recorded from the {what}: {error}")
                    continue
                answer["source"] = session.where(SOURCE_MOUNT)
                answers.append(answer)
                if answer["ended"] != "done":
                    ended = "it takes too long" if answer["ended"] == "late" else answer["ended"]
                    notes.append(f"the {what} was recorded in part: {ended}")
    finally:
        if place != baseline.folder:
            baseline.versions.forget(place)
    merged = tuple(
        _merged(baseline, function, [a["functions"][str(i)] for a in answers])
        for i, function in enumerate(functions)
    )
    return Recording(functions=merged, paths=_paths(merged, answers, baseline), notes=tuple(notes))


def _merged(
    baseline: Baseline, function: ChangedFunction, found: Iterable[dict[str, Any]]
) -> RecordedFunction:
    calls: dict[str, RecordedCall] = {}
    refused: dict[str, int] = {}
    seen = 0
    module = ""
    for one in found:
        module = module or one["module"]
        seen += one["seen"]
        for call in one["calls"]:
            calls.setdefault(call["text"], RecordedCall(text=call["text"], raised=call["raised"]))
        for why, count in one["refused"].items():
            refused[why] = refused.get(why, 0) + count
    return RecordedFunction(
        function=function,
        module=module or module_name(baseline.folder, function.file)[1],
        calls=tuple(list(calls.values())[:CALLS_PER_FUNCTION]),
        seen=seen,
        refused=refused,
    )


def _paths(
    functions: Iterable[RecordedFunction], answers: Iterable[dict[str, Any]], baseline: Baseline
) -> tuple[str, ...]:
    found = [module_name(baseline.folder, f.function.file)[0] for f in functions]
    for answer in answers:
        found += [posixpath.relpath(p, answer["source"]) for p in answer["paths"]]
    return tuple(dict.fromkeys(p for p in found if not p.startswith("..")))


def _runs(baseline: Baseline, session: Session) -> Iterable[tuple[str, dict[str, Any] | None]]:
    """What is run to see calls: the tests first, whose inputs are the more diverse."""
    target = baseline.target
    source = session.where(SOURCE_MOUNT)
    if target.test is not None:
        yield "tests", _test_run(target.test, source)
    if isinstance(target.workload, FunctionWorkload):
        file = f"{session.where(TRUSTED_MOUNT)}/{target.workload.file}"
        folders = [source, posixpath.dirname(f"{source}/{target.workload.file}")]
        yield (
            "workload",
            {
                "kind": "function",
                "file": file,
                "argv": [file],
                "folders": list(dict.fromkeys(folders)),
                "setup": {n: int(v) for n, v in (w.split("=") for w in target.workload.words(0))},
            },
        )
    elif target.workload.argv and not _is_the_tests(target.workload.argv, target.test):
        yield "workload", _command_run(target.workload.argv, source, baseline)


def _is_the_tests(argv: tuple[str, ...], test: TestCommand | None) -> bool:
    """Slow tests that serve as the workload were recorded with the tests."""
    return test is not None and argv[: len(test.argv)] == test.argv


def _test_run(test: TestCommand, source: str) -> dict[str, Any] | None:
    if test.pytest_args is None:
        return None
    folders = [source] if test.is_module else []
    return {"kind": "pytest", "argv": ["pytest", *test.pytest_args], "folders": folders}


def _command_run(argv: tuple[str, ...], source: str, baseline: Baseline) -> dict[str, Any] | None:
    """How a Python command is run inside the driver; `None` for other programs."""
    program, *words = argv
    if PurePosixPath(program).name not in PYTHONS:
        return None
    while words and words[0] in ("-u", "-B", "-O", "-s", "-E"):
        words.pop(0)
    if not words:
        return None
    if words[0] == "-m" and len(words) > 1:
        module, rest = words[1], words[2:]
        if module == "pytest":
            return {"kind": "pytest", "argv": ["pytest", *rest], "folders": [source]}
        named = {"kind": "module", "name": module, "main_name": module}
        return {**named, "argv": [module, *rest]}
    if words[0].startswith("-"):
        return None
    file = posixpath.normpath(words[0])
    if file.startswith(("/", "..")):
        return None
    name = module_name(baseline.folder, file)[1]
    path = f"{source}/{file}"
    return {"kind": "script", "file": path, "main_name": name, "argv": [path, *words[1:]]}


def decoded(call: RecordedCall) -> Any:
    """The encoded call as JSON data."""
    return json.loads(call.text)
