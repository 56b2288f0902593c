"""The corpus as data: cases read from TOML, targets made ready once, a table at the end."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import Target, TargetRequest

HERE = Path(__file__).parent
# Tests of the targets belong to the targets.
collect_ignore = ["targets"]

KINDS = ("exploit", "wrong", "benign", "neutral")
STATIC = ("policy", "guard")
REPORT = os.environ.get("SPEEDWRIGHT_CORPUS_REPORT", "")
SANDBOX = os.environ.get("SPEEDWRIGHT_CORPUS_SANDBOX", "auto")
UNSEEN = {"@U+202E@": "\u202e", "@U+2066@": "\u2066"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One text for another in a file that has it once, or a whole new file (`old` is None)."""

    file: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusCase:
    """A patch and what the judge should say of it.

    Attributes:
        target: Folder in `targets/`.
        name: Its name.
        kind: One of `KINDS`.
        row: Row of the table of exploits, 0 for none.
        by: The step that should refuse it, empty for honest ones.
        says: A word that the reason must hold.
        why: What is wrong with it, where the name does not say.
        open: Why the judge does not catch it today; empty if it does.
        edits: The patch.
    """

    target: str
    name: str
    kind: str
    row: int
    by: str
    says: str
    why: str
    open: str
    edits: tuple[Edit, ...]

    @property
    def id(self) -> str:
        return f"{self.target}-{self.kind}-{self.name}"

    @property
    def is_refused(self) -> bool:
        return self.kind in ("exploit", "wrong")

    def changes(self, text: Callable[[str], str | None]) -> dict[str, str]:
        """New text of every file that the patch touches."""
        found: dict[str, str] = {}
        for edit in self.edits:
            if edit.old is None:
                assert text(edit.file) is None, f"{self.id}: {edit.file} is there already"
                found[edit.file] = edit.new
                continue
            before = found.get(edit.file) or text(edit.file) or ""
            assert before.count(edit.old) == 1, f"{self.id}: {edit.old!r} stands not once"
            found[edit.file] = before.replace(edit.old, edit.new)
        return found


def _read(path: Path) -> Iterator[CorpusCase]:
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
        edits = tuple(_edit(edit) for edit in row.pop("edit"))
        kind = row.pop("kind", "exploit")
        row.pop("twin", None)
        values: dict[str, Any] = {"row": 0, "by": "", "says": "", "why": "", "open": "", **row}
        yield CorpusCase(target=path.parent.name, kind=kind, edits=edits, **values)


def _edit(edit: dict[str, str]) -> Edit:
    new = edit.get("new", "").removesuffix("\n") if "old" in edit else edit["text"]
    for written, character in UNSEEN.items():
        new = new.replace(written, character)
    old = edit["old"].removesuffix("\n") if "old" in edit else None
    return Edit(file=edit["file"], old=old, new=new)


CASES = tuple(
    case
    for kind in ("exploits", "wrong", "honest")
    for path in sorted(HERE.glob(f"cases/*/{kind}.toml"))
    for case in _read(path)
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`any_case`: all; `static_case`: decided without running; `judged_case`: all, with marks."""
    if "any_case" in metafunc.fixturenames:
        metafunc.parametrize("any_case", CASES, ids=lambda c: c.id)
    if "static_case" in metafunc.fixturenames:
        found = [_marked(c) for c in CASES if c.by in STATIC]
        metafunc.parametrize("static_case", found)
    if "judged_case" in metafunc.fixturenames:
        metafunc.parametrize("judged_case", [_marked(c) for c in CASES])


def _marked(case: CorpusCase) -> Any:
    marks = [pytest.mark.xfail(reason=case.open, strict=True)] if case.open else []
    # Only the measurement can tell. What gains nothing must not be `faster` beside others either.
    if case.by == "dynamic" or case.kind == "benign":
        marks.append(pytest.mark.timed)
    return pytest.param(case, id=case.id, marks=marks)


@pytest.fixture(scope="session")
def cases() -> tuple[CorpusCase, ...]:
    return CASES


def _repository(source: Path, folder: Path) -> Path:
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.name != "target.toml" and "__pycache__" not in path.parts:
            copy = folder / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    options = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "base")):
        subprocess.run(["git", *options, *words], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def target_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Target]:
    """`target_of(name, sandbox)`: a target of the corpus, resolved once."""
    made: dict[tuple[str, str], Target] = {}

    def resolved(name: str, sandbox: str) -> Target:
        if (name, sandbox) not in made:
            source = HERE / "targets" / name
            words = tomllib.loads((source / "target.toml").read_text(encoding="utf-8"))
            root = _repository(source, tmp_path_factory.mktemp(name))
            request = TargetRequest(
                path=root,
                workload=words["workload"],
                test=words["test"],
                build=words.get("build"),
                sandbox=sandbox,
            )
            scratch = tmp_path_factory.mktemp("scratch")
            made[name, sandbox] = resolve_target(request, scratch / "target", NullProgress())
        return made[name, sandbox]

    return resolved


@pytest.fixture(scope="session")
def baseline_of(
    target_of: Callable[[str, str], Target], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Baseline]:
    """A target's base, prepared once, in Docker where it answers."""
    made: dict[str, Baseline] = {}

    def prepared(name: str) -> Baseline:
        if name not in made:
            target = target_of(name, SANDBOX)
            if not target.sandbox.isolates:
                pytest.skip("no sandbox that isolates: the corpus is hostile code")
            scratch = tmp_path_factory.mktemp("versions") / "versions"
            made[name] = prepare_baseline(target, scratch, NullProgress())
        return made[name]

    return prepared


@pytest.fixture(scope="session")
def gains() -> dict[str, str]:
    """Verdicts on genuine gains, by case."""
    return {}


_HEAD = ("case", "row", "verdict", "seconds", "reason")
_ROW = "corpus row"
_ROWS: list[tuple[str, ...]] = []


@pytest.fixture
def report(
    record_property: Callable[[str, object], None],
) -> Callable[[tuple[str, ...]], None]:
    """Takes a row of the table; the file has it at once, for whoever waits."""

    def add(row: tuple[str, ...]) -> None:
        record_property(_ROW, row)  # reaches the table also from a worker of pytest-xdist
        if REPORT:
            with Path(REPORT).open("a", encoding="utf-8") as out:
                out.write(" | ".join(row) + "\n")

    return add


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        _ROWS.extend(tuple(row) for name, row in report.user_properties if name == _ROW)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _ROWS:
        return
    rows = [_HEAD, *sorted(_ROWS)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[4]])
        for row in rows
    ]
    terminalreporter.section("corpus")
    terminalreporter.write("\n".join(line[:200] for line in lines) + "\n")
