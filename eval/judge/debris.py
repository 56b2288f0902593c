"""Debris: what a patch leaves lying about and no gain can come from, found without running it.

Covers: hunks that change comments and blank lines only; debugging prints and breakpoints in Python,
debugging output to stderr in C and C++, each a whole statement that the patch adds; new files that
no other file names.
Does not cover: logging; code that is never reached; comments beside code that changes (they explain
it); what a program finds by listing folders: whoever removes debris judges what is left.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from unidiff.patch import PatchSet

from speedwright.errors import SpeedwrightError
from speedwright.eval.guards.cpp_text import read_cpp
from speedwright.eval.patch import TouchedFile, touched_files
from speedwright.sandbox.snapshot import Snapshot

CONTEXT = 3
MAX_READ_BYTES = 1_000_000
CPP = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".cu", ".cuh")
ALWAYS_KEPT = ("__init__.py", "__main__.py", "py.typed")
PRINTS = frozenset({"print", "pprint", "pprint.pprint", "breakpoint", "pdb.set_trace"})
CPP_PRINT = re.compile(r"\s*(?:std::)?(?:cerr|clog)\s*<<[^;]*;\s*|\s*fprintf\(stderr,[^;]*;\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debris:
    """One thing that does not belong into a patch.

    Attributes:
        path: File.
        line: Line in the patched file; 0 for a whole file.
        what: For people, e.g. `a print`.
    """

    path: str
    line: int
    what: str

    @property
    def sentence(self) -> str:
        """For people."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{self.what} at {place} was removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """A patch without its debris.

    Attributes:
        diff: What is left; empty if it was debris altogether.
        removed: What is gone.
    """

    diff: str
    removed: tuple[Debris, ...] = ()


def tidied(diff: str, snapshot: Snapshot) -> Tidied:
    """Take the debris out of a patch that applies; any other comes back as it is."""
    try:
        with tempfile.TemporaryDirectory(prefix="speedwright-tidy-") as scratch:
            patched = snapshot.checkout(Path(scratch) / "patched", diff)
            return _tidied(diff, snapshot, patched)
    except SpeedwrightError:
        return Tidied(diff=diff)


def _tidied(diff: str, snapshot: Snapshot, patched: Path) -> Tidied:
    removed: list[Debris] = []
    sections: list[str] = []
    files = touched_files(diff)
    for file, section in zip(files, PatchSet(diff), strict=True):
        if file.is_new and _is_stray(file.path, patched, files, snapshot):
            removed.append(Debris(path=file.path, line=0, what="a new file that nothing names"))
            continue
        base, text = snapshot.text(file.old_path), _read(patched / file.path)
        is_plain = file.path == file.old_path and not file.is_binary
        found = _cleaned(file.path, base or "", text) if text is not None and is_plain else None
        if found is None or not found[1]:
            sections.append(str(section))
            continue
        removed += found[1]
        if found[0] != base:
            sections.append(snapshot.diff_of({file.path: found[0]}))
    if not removed:
        return Tidied(diff=diff)
    return Tidied(diff="".join(sections), removed=tuple(removed))


def _cleaned(path: str, base: str, text: str) -> tuple[str, list[Debris]] | None:
    """The new text without debris, and what was in it; `None` where nothing can be said."""
    try:
        if _code(path, text) is None:
            return None
        printless, prints = _without_prints(path, base, text)
        found, comments = _without_comment_hunks(path, base, printless)
        if _code(path, found) != _code(path, printless):
            return None
    except (SyntaxError, ValueError, RecursionError):
        return None
    return found, [*prints, *comments]


def _code(path: str, text: str) -> object | None:
    """What of a text is code: equal for two texts that differ in comments only."""
    if path.endswith(".py"):
        return ast.dump(ast.parse(text))
    if path.endswith(CPP):
        found = read_cpp(text)
        return found.code.split(), [content for _, content in found.strings]
    return None


def _without_comment_hunks(path: str, base: str, text: str) -> tuple[str, list[Debris]]:
    """Undo hunks after which the code is what it was before them."""
    before, after = _lines(base), _lines(text)
    code = _code(path, text)
    found: list[Debris] = []
    matcher = difflib.SequenceMatcher(a=before, b=after)
    for group in reversed(list(matcher.get_grouped_opcodes(CONTEXT))):
        first, last = group[0], group[-1]
        undone = [*after[: first[3]], *before[first[1] : last[2]], *after[last[4] :]]
        try:
            is_comment = _code(path, "".join(undone)) == code
        except (SyntaxError, ValueError):
            is_comment = False
        if is_comment:
            at = next(op[3] for op in group if op[0] != "equal")
            found.append(Debris(path=path, line=at + 1, what="a change of comments alone"))
            after = undone
    return "".join(after), found[::-1]


def _without_prints(path: str, base: str, text: str) -> tuple[str, list[Debris]]:
    lines = _lines(text)
    added = _added(_lines(base), lines)
    if path.endswith(".py"):
        spans = list(_python_prints(base, text))
    else:
        spans = [(n, n) for n, line in enumerate(lines, start=1) if CPP_PRINT.fullmatch(line)]
    gone = [(a, b) for a, b in spans if all(n in added for n in range(a, b + 1))]
    for first, last in sorted(gone, reverse=True):
        del lines[first - 1 : last]
    what = "a print for debugging"
    return "".join(lines), [Debris(path=path, line=first, what=what) for first, _ in gone]


def _python_prints(base: str, text: str) -> Iterator[tuple[int, int]]:
    """Lines of whole statements that print, beyond those the base has, each beside other ones."""
    known = Counter(ast.unparse(node) for node in _statements(_parsed(base)) if _is_print(node))
    lines = _lines(text)
    for body in _bodies(ast.parse(text)):
        prints = [node for node in body if _is_print(node)]
        for node in prints:
            said = ast.unparse(node)
            known[said] -= 1
            last = node.end_lineno or node.lineno
            alone = [n for n in body if n.lineno <= last and (n.end_lineno or 0) >= node.lineno]
            rest = lines[last - 1].encode()[node.end_col_offset or 0 :].strip()
            is_whole = not lines[node.lineno - 1].encode()[: node.col_offset].strip()
            is_whole &= not rest or rest.startswith(b"#")
            if known[said] < 0 and len(alone) == 1 and is_whole and len(prints) < len(body):
                yield node.lineno, last


def _lines(text: str) -> list[str]:
    """Lines with their ends, split where Python's parser splits them and nowhere else."""
    return io.StringIO(text, newline="").readlines()


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield body


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    for body in _bodies(tree):
        yield from body


def _is_print(node: ast.stmt) -> bool:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    return ast.unparse(node.value.func) in PRINTS


def _added(before: list[str], after: list[str]) -> frozenset[int]:
    """Numbers of the lines of `after` that are not in `before`."""
    matcher = difflib.SequenceMatcher(a=before, b=after)
    ops = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    return frozenset(n + 1 for op in ops for n in range(op[3], op[4]))


def _is_stray(path: str, patched: Path, files: Iterable[TouchedFile], snapshot: Snapshot) -> bool:
    """Whether no other file of the patched target names it."""
    pure = PurePosixPath(path)
    if pure.name in ALWAYS_KEPT:
        return False
    word = re.compile(rf"(?<![\w]){re.escape(pure.stem)}(?![\w])")
    others = {*snapshot.paths(), *(f.path for f in files)} - {path}
    return not any(word.search(_read(patched / other) or "") for other in others)


def _read(file: Path) -> str | None:
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_READ_BYTES:
            return None
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
