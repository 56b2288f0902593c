"""One pair of the data: a slow program, a faster one, and which tests they are run on."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from speedwright.errors import UsageError

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TEXTS = ("src_id", "tgt_id", "problem_id", "src_code", "tgt_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the official jsonl, as far as it is used.

    Attributes:
        id: Of the task: the row's own `id`, else source and target id joined.
        src_id: Of the slow program.
        tgt_id: Of the fast program.
        problem_id: Names the folder of its tests.
        src_code: The slow program.
        tgt_code: The fast program.
        tests: Numbers of its tests; empty for all there are.
        src_agg_runtime: Sum over the tests, seconds on the row's clock; `None` if not given.
        tgt_agg_runtime: The same of the fast program.
        clock: What those were taken with.
        statement: What the programs do, for people; empty in the official data.
    """

    id: str
    src_id: str
    tgt_id: str
    problem_id: str
    src_code: str
    tgt_code: str
    tests: tuple[int, ...] = ()
    src_agg_runtime: float | None = None
    tgt_agg_runtime: float | None = None
    clock: str = "gem5"
    statement: str = ""

    @property
    def key(self) -> str:
        """What upstream tells rows apart by."""
        return self.src_code + self.tgt_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One run of a program.

    Attributes:
        number: As in the file names.
        input: Fed to standard input.
        expected: What it is to print; `None` if the fast program has to say.
        expected_sha256: Recorded digest of that, to check what the fast program says.
        is_timed: Whether it takes time worth measuring.
    """

    __test__ = False

    number: int
    input: bytes
    expected: bytes | None
    expected_sha256: str = ""
    is_timed: bool = True


def parse_row(value: Any, where: str) -> Row:
    """A row from its JSON object.

    Args:
        value: As parsed.
        where: File and line, for messages.

    Raises:
        UsageError: A field is missing or of another kind.
    """
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: expected an object, found {type(value).__name__}")
    texts = {name: _text(value, name, where) for name in _TEXTS}
    if not _SAFE_NAME.fullmatch(texts["problem_id"]):
        raise UsageError(f"{where}: `{texts['problem_id'][:80]}` is no problem id")
    return Row(
        id=str(value.get("id") or f"{texts['src_id']}_{texts['tgt_id']}"),
        tests=_numbers(value.get("tests"), where),
        src_agg_runtime=_seconds(value.get("src_agg_runtime")),
        tgt_agg_runtime=_seconds(value.get("tgt_agg_runtime")),
        clock=str(value.get("clock", "gem5")),
        statement=str(value.get("statement", "")),
        **texts,
    )


def _text(value: Mapping[str, Any], name: str, where: str) -> str:
    found = value.get(name)
    if not isinstance(found, str) or not found:
        raise UsageError(f"{where}: `{name}` is missing or no text")
    return found


def _numbers(value: Any, where: str) -> tuple[int, ...]:
    """Test numbers; upstream also writes them as texts, and the list itself as one."""
    try:
        listed = ast.literal_eval(value) if isinstance(value, str) else value
        return tuple(int(number) for number in listed or ())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise UsageError(f"{where}: `tests` is no list of numbers") from error


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) and value > 0 else None
