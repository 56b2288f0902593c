"""Runs every guard over what a patch adds.

Covers: every file that the diff touches and that is no test (step 1 answers for those). Constructs
that the base has in the same number, in the file or moved within the patch, are not held against
the patch; where such a construct was rewritten, that is a warning.
Does not cover: languages other than Python, C and C++ (named in `unread`); what runs only shows at
run time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from speedwright.errors import PatchUnreadable
from speedwright.eval.guards import (
    answers,
    clocks,
    cpp,
    frames,
    harness,
    hidden,
    machinery,
    persistence,
    processes,
    results,
    semantics,
    stand_ins,
    startup,
)
from speedwright.eval.guards.context import Context
from speedwright.eval.guards.cpp_text import read_cpp
from speedwright.eval.guards.finding import Finding, GuardReport, Mark, Severity
from speedwright.eval.guards.module import NotPython, PythonModule
from speedwright.eval.guards.texts import Texts, Unreadable
from speedwright.eval.judge.policy import TESTS, matches
from speedwright.eval.patch import TouchedFile, touched_files, without_carriage_returns

PYTHON = (".py", ".pyw")
CPP = (".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp",
       ".tcc", ".tpp", ".cu", ".cuh", ".def")  # fmt: skip
OTHER_CODE = (".pyx", ".pxd", ".pxi", ".rs", ".go", ".js", ".ts", ".java", ".sh", ".f", ".f90",
              ".s", ".asm", ".jl", ".pl", ".rb", ".lua", ".m", ".mm", ".ipynb")  # fmt: skip
PROSE = (".md", ".rst", ".adoc")
SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One touched file: its marks before and after, and the lines that the patch adds."""

    file: TouchedFile
    before: tuple[Mark, ...] = ()
    after: tuple[Mark, ...] = ()
    old: str = ""
    new: str = ""
    broken: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()


def check_guards(diff: str, base: Texts, new: Texts, context: Context | None = None) -> GuardReport:
    """What a patch adds that is never honest, or that a person should look at.

    Args:
        diff: The patch.
        base: Files before it.
        new: Files after it, which nobody trusts.
        context: The files that measure and test the target.
    """
    try:
        # As the build does it; line numbers stay.
        files = touched_files(without_carriage_returns(diff))
    except PatchUnreadable:
        # Step 1 has said so already, or git has refused it.
        return GuardReport(unread=("static guards: the patch could not be read",))
    context = context or Context()
    seen = [_look(f, base, new, context) for f in files if not matches(f.path, TESTS)]
    refusals: list[Finding] = []
    warnings: list[Finding] = []
    for file, mark, severity in _added(seen):
        finding = Finding(
            path=file.file.path, line=mark.line, rule=mark.rule, sentence=mark.sentence
        )
        (refusals if severity is Severity.REFUSE else warnings).append(finding)
    return GuardReport(
        refusals=_once(refusals),
        warnings=_once(warnings),
        broken=tuple(f for s in seen for f in s.broken),
        unread=tuple(text for s in seen for text in s.unread),
    )


def _look(file: TouchedFile, base: Texts, new: Texts, context: Context) -> _Seen:
    try:
        old = _old_text(file, base)
        text = None if file.is_deleted else new.text(file.path)
    except Unreadable as error:
        return _Seen(file=file, after=(_unreadable(file, str(error)),))
    if file.is_deleted:
        text = ""
    if text is None:
        return _Seen(file=file, after=(_unreadable(file, "it is not where the patch puts it"),))
    kind = _kind(file.path, text)
    seen = _Seen(file=file, old=old, new=text)
    if kind == "python":
        seen = _python(seen, context)
    elif kind == "c++":
        seen = _cpp(seen, context)
    elif kind == "code":
        seen = replace(seen, unread=(f"static guards do not read `{file.path}`",))
    elif kind == "data" and not file.is_deleted:
        seen = replace(seen, after=(_data(file),))
    before = (*seen.before, *hidden.text_marks(old))
    after = (*seen.after, *hidden.text_marks(text), *stand_ins.marks(file, context))
    return replace(seen, before=before, after=after)


def _old_text(file: TouchedFile, base: Texts) -> str:
    if not file.old_path:
        return ""
    try:
        return base.text(file.old_path) or ""
    except Unreadable:
        # Nothing is set against the patch then, which is the strict side.
        return ""


def _unreadable(file: TouchedFile, why: str) -> Mark:
    return Mark(
        rule="unreadable", key=file.path, line=1,
        sentence=f"the patched file cannot be checked: {why}",
    )  # fmt: skip


def _data(file: TouchedFile) -> Mark:
    return Mark(
        rule="data-file", key=file.path, line=1, severity=Severity.WARN,
        sentence="the patch adds or changes a data file: does it hold answers?",
    )  # fmt: skip


def _kind(path: str, text: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    first = text[:200].partition("\n")[0]
    if suffix in PYTHON or (first.startswith("#!") and "python" in first):
        return "python"
    if suffix in CPP:
        return "c++"
    if suffix in OTHER_CODE or first.startswith("#!"):
        return "code"
    return "prose" if suffix in PROSE else "data"


def _python(seen: _Seen, context: Context) -> _Seen:
    try:
        before = PythonModule(seen.old)
    except NotPython:
        return replace(
            seen,
            unread=(f"static guards cannot parse `{seen.file.path}`, before the patch either",),
        )
    try:
        after = PythonModule(seen.new)
    except NotPython as error:
        said = f"the file does not parse any more: {error}"
        broken = Finding(path=seen.file.path, line=error.line, rule="syntax", sentence=said)
        return replace(seen, broken=(broken,))
    found = tuple(_python_marks(after, context))
    if not seen.file.is_deleted:
        found += (*results.changes(before, after), *semantics.changes(before, after))
    return replace(seen, before=tuple(_python_marks(before, context)), after=found)


def _python_marks(module: PythonModule, context: Context) -> Iterator[Mark]:
    for family in (
        clocks, frames, processes, persistence, results, semantics, hidden, startup,
    ):  # fmt: skip
        yield from family.marks(module)
    for informed in (machinery, harness, answers):
        yield from informed.marks(module, context)


def _cpp(seen: _Seen, context: Context) -> _Seen:
    before, after = read_cpp(seen.old), read_cpp(seen.new)
    found = tuple(cpp.marks(after, seen.new, context))
    if not seen.file.is_deleted:
        found += tuple(cpp.changes(before, after))
    return replace(seen, before=tuple(cpp.marks(before, seen.old, context)), after=found)


def _added(seen: Iterable[_Seen]) -> Iterator[tuple[_Seen, Mark, Severity]]:
    """Marks that the patch adds, with what follows from each."""
    files = list(seen)
    net: Counter[tuple[str, str]] = Counter()
    for file in files:
        net.update((m.rule, m.key) for m in file.after)
        net.subtract((m.rule, m.key) for m in file.before)
    for file in files:
        had = Counter((m.rule, m.key) for m in file.before)
        rules = {m.rule for m in file.before}
        lines = {number for number, _ in file.file.added}
        old_lines = {line.strip() for line in file.old.splitlines()}
        new_lines = file.new.splitlines()
        surplus = Counter((m.rule, m.key) for m in file.after)
        surplus.subtract(had)
        for mark in sorted(file.after, key=lambda m: (m.line not in lines, m.line)):
            name = (mark.rule, mark.key)
            if surplus[name] > 0 and net[name] > 0:
                surplus[name] -= 1
                net[name] -= 1
                is_soft = mark.is_softened and mark.rule in rules
                yield file, mark, Severity.WARN if is_soft else mark.severity
            elif mark.severity is Severity.REFUSE and mark.line in lines and had[name]:
                text = new_lines[mark.line - 1] if mark.line <= len(new_lines) else ""
                if text.strip() not in old_lines:
                    yield file, mark, Severity.WARN


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first of each sentence in a file, in order of place."""
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in sorted(findings, key=lambda f: (f.path, f.line, f.rule)):
        first.setdefault((finding.path, finding.rule, finding.sentence), finding)
    return tuple(first.values())[:SHOWN]
