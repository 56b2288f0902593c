"""Finding the workload and the tests of a target when nobody named them."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from speedwright.errors import NoWorkload, UsageError
from speedwright.eval.inputs import read_inputs
from speedwright.eval.target import TestCommand
from speedwright.profiler import CommandWorkload, FunctionWorkload, Workload
from speedwright.sandbox.snapshot import Snapshot

BENCH_FOLDERS = ("", "benchmarks", "benchmark", "bench", "benches")
BENCH_NAMES = re.compile(r"(bench.*|.*_bench|workload.*)\.py$")
OUTSIDE_FOLDER = ".speedwright-workload"
READ_LIMIT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWorkload:
    """A workload and how it was found.

    Attributes:
        workload: What to time.
        how: For people.
        extra_files: Files to lay over the judge's copy (a workload file from outside the target).
        protected: Files of the target that no patch may touch.
    """

    workload: Workload
    how: str
    extra_files: dict[str, bytes] = field(default_factory=dict)
    protected: tuple[str, ...] = ()


def named_workload(text: str, snapshot: Snapshot, root: Path) -> FoundWorkload:
    """The workload that the user named: a command, or a Python file.

    Raises:
        UsageError: The text is empty or cannot be split into words.
    """
    words = split_words(text, "workload")
    if len(words) == 1 and words[0].endswith(".py"):
        return _file(words[0], snapshot, root)
    known = set(snapshot.paths())
    used = tuple(w for w in (_normal(w) for w in words) if w in known)
    scripts = tuple(u for u in used if not _is_program(words[0], u))
    return FoundWorkload(
        workload=CommandWorkload(argv=words), how=f"`{shlex.join(words)}`", protected=scripts
    )


def find_workload(snapshot: Snapshot, tests: TestCommand | None) -> FoundWorkload | None:
    """Benchmarks of the target: pytest-benchmark, then asv, then `bench*.py`; `None` if none."""
    paths = snapshot.paths()
    for finder in (_pytest_benchmarks, _asv_benchmarks, _bench_files):
        found = finder(snapshot, paths, tests)
        if found is not None:
            return found
    return None


def slowest_tests(durations_s: dict[str, float], *, most: int = 5) -> FoundWorkload:
    """The slowest tests as a workload, when there is nothing better.

    Raises:
        NoWorkload: There are no tests either, or they take no time worth measuring.
    """
    slow = sorted(durations_s, key=lambda name: -durations_s[name])[:most]
    if not slow or sum(durations_s[name] for name in slow) < 0.05:
        raise NoWorkload(
            "no workload was found: no benchmarks, no `bench*.py`, no slow tests",
            hint="name one: --workload 'python script.py' or --workload file_with_workload.py",
        )
    argv = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *slow)
    files = tuple(dict.fromkeys(name.split("::")[0] for name in slow))
    return FoundWorkload(
        workload=CommandWorkload(argv=argv),
        how=f"the {len(slow)} slowest tests, first {slow[0]}",
        protected=files,
    )


def named_tests(text: str) -> TestCommand | None:
    """The test command that the user named; an empty text says that there are none."""
    if not text.strip():
        return None
    return as_test_command(split_words(text, "test"))


def find_tests(snapshot: Snapshot) -> TestCommand | None:
    """`python -m pytest` if the target holds pytest tests, else `None`."""
    for path in snapshot.paths():
        name = PurePosixPath(path).name
        if name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py")):
            return as_test_command(("python", "-m", "pytest", "-q"))
    return None


def as_test_command(argv: Sequence[str]) -> TestCommand:
    """Recognises pytest however it is started."""
    words = tuple(argv)
    for at, word in enumerate(words):
        is_module = word == "-m" and words[at + 1 : at + 2] in (("pytest",), ("py.test",))
        if is_module and "python" in PurePosixPath(words[0]).name:
            return TestCommand(argv=words, pytest_args=words[at + 2 :], is_module=True)
    if words and PurePosixPath(words[0]).name in ("pytest", "py.test"):
        return TestCommand(argv=words, pytest_args=words[1:])
    return TestCommand(argv=words, pytest_args=None)


def split_words(text: str, what: str) -> tuple[str, ...]:
    """Words of a command as a shell would split them, without giving them to one.

    Raises:
        UsageError: Nothing there, or a quote is not closed.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"the {what} command `{text}` cannot be split: {error}") from error
    if not words:
        raise UsageError(f"the {what} command is empty")
    shell = {"|", "||", "&&", ";", ">", ">>", "<", "&"} & set(words)
    if shell:
        raise UsageError(
            f"the {what} command `{text}` uses `{min(shell)}`, which needs a shell",
            hint="say so openly: bash -c '…'",
        )
    return words


def _file(name: str, snapshot: Snapshot, root: Path) -> FoundWorkload:
    inside = _inside(name, snapshot, root)
    if inside is not None:
        text = (snapshot.tree / inside).read_text("utf-8", "replace")
        return _by_content(inside, text, f"`{inside}`", protected=(inside,))
    path = Path(name)
    path = path if path.is_absolute() or path.is_file() else root / name
    if not path.is_file():
        raise NoWorkload(
            f"no workload file `{name}` in `{root}`",
            hint="give a path below the target, or a command in quotes",
        )
    stored = f"{OUTSIDE_FOLDER}/{path.name}"
    text = path.read_text("utf-8", "replace")
    found = _by_content(stored, text, f"`{path}`", protected=())
    return FoundWorkload(
        workload=found.workload, how=found.how, extra_files={stored: path.read_bytes()}
    )


def _inside(name: str, snapshot: Snapshot, root: Path) -> str | None:
    known = set(snapshot.paths())
    normal = _normal(name)
    if normal in known:
        return normal
    path = Path(name).resolve()
    if path.is_relative_to(root.resolve()):
        relative = path.relative_to(root.resolve()).as_posix()
        return relative if relative in known else None
    return None


def _by_content(path: str, text: str, how: str, *, protected: tuple[str, ...]) -> FoundWorkload:
    workload: Workload
    if defines(text, "workload"):
        inputs = read_inputs(text, path).measured
        workload = FunctionWorkload(file=path, inputs=inputs)
        at = "" if inputs.size is None else f" at size {inputs.size}"
        how = f"workload() of {how}{at}"
    else:
        workload = CommandWorkload(argv=("python", path))
    return FoundWorkload(workload=workload, how=how, protected=protected)


def defines(text: str, function: str) -> bool:
    """Whether the Python text defines a top-level function of that name."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(n, ast.FunctionDef) and n.name == function for n in tree.body)


def _pytest_benchmarks(
    snapshot: Snapshot, paths: Sequence[str], tests: TestCommand | None
) -> FoundWorkload | None:
    if tests is None or tests.pytest_args is None:
        return None
    pattern = re.compile(r"^\s*(async )?def test\w*\([^)]*\bbenchmark\b", re.MULTILINE)
    files = tuple(p for p in paths if p.endswith(".py") and pattern.search(_text(snapshot, p)))
    if not files:
        return None
    argv = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-disable")
    return FoundWorkload(
        workload=CommandWorkload(argv=(*argv, *files)),
        how=f"pytest-benchmark tests in {', '.join(files[:3])}",
        protected=files,
    )


ASV_DRIVER = '''"""Runs every asv benchmark of the modules below once."""
import importlib
import sys

sys.path.insert(0, {folder!r})
_CALLS = []


def setup():
    for name in {modules!r}:
        module = importlib.import_module(name)
        for word, item in sorted(vars(module).items()):
            if word.startswith("time_") and callable(item):
                _CALLS.append(item)
            elif isinstance(item, type) and item.__module__ == module.__name__:
                for method in sorted(dir(item)):
                    if method.startswith("time_"):
                        one = item()
                        getattr(one, "setup", lambda: None)()
                        _CALLS.append(getattr(one, method))


def workload():
    for call in _CALLS:
        call()
    return len(_CALLS)
'''


def _asv_benchmarks(
    snapshot: Snapshot, paths: Sequence[str], tests: TestCommand | None
) -> FoundWorkload | None:
    if "asv.conf.json" not in paths:
        return None
    text = _text(snapshot, "asv.conf.json")
    named = re.search(r'"benchmark_dir"\s*:\s*"([^"]+)"', text)
    folder = _normal(named.group(1) if named else "benchmarks")
    files = [p for p in paths if p.startswith(f"{folder}/") and p.endswith(".py")]
    timed = [p for p in files if re.search(r"def time_\w+\(", _text(snapshot, p))]
    if not timed:
        return None
    modules = [PurePosixPath(p).relative_to(folder).with_suffix("") for p in timed]
    names = [".".join((PurePosixPath(folder).name, *m.parts)) for m in modules]
    above = str(PurePosixPath(folder).parent)
    stored = f"{OUTSIDE_FOLDER}/asv_benchmarks.py"
    driver = ASV_DRIVER.format(folder=above, modules=names)
    return FoundWorkload(
        workload=FunctionWorkload(file=stored),
        how=f"asv benchmarks in {folder}/",
        extra_files={stored: driver.encode()},
        protected=tuple(files),
    )


def _bench_files(
    snapshot: Snapshot, paths: Sequence[str], tests: TestCommand | None
) -> FoundWorkload | None:
    for folder in BENCH_FOLDERS:
        for path in paths:
            pure = PurePosixPath(path)
            here = "" if str(pure.parent) == "." else str(pure.parent)
            if here == folder and BENCH_NAMES.match(pure.name):
                return _by_content(path, _text(snapshot, path), f"`{path}`", protected=(path,))
    return None


def _text(snapshot: Snapshot, path: str) -> str:
    file = snapshot.tree / path
    if file.is_symlink() or not file.is_file() or file.stat().st_size > READ_LIMIT_BYTES:
        return ""
    return file.read_text("utf-8", "replace")


def _normal(name: str) -> str:
    return PurePosixPath(name).as_posix().removeprefix("./")


def _is_program(word: str, path: str) -> bool:
    """Whether `path` is the program itself (`./prog` may be rebuilt, a script may not change)."""
    return _normal(word) == path and not path.endswith((".py", ".sh"))
