"""Which of the given lines are executed; slow, so never while anything is timed."""

from __future__ import annotations

import dis
import os
import sys
import threading
import types
from pathlib import Path
from typing import Any


class LineTrace:
    """Notes the executed lines of some files.

    Args:
        source: Folder of the target.
        lines: Path in the target -> numbers of lines that matter.
    """

    def __init__(self, source: str, lines: dict[str, list[int]]) -> None:
        self._wanted = {os.path.realpath(Path(source, f)): (f, set(n)) for f, n in lines.items()}
        self._hit: dict[str, set[int]] = {path: set() for path in self._wanted}
        self._code = {
            path: wanted & _lines_with_code(path) for path, (_, wanted) in self._wanted.items()
        }

    def start(self) -> None:
        """From here on, in every thread."""
        threading.settrace(self._call)
        sys.settrace(self._call)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be seen."""
        return all(code <= self._hit[path] for path, code in self._code.items())

    def missed(self) -> list[list[Any]]:
        """File and number of every line that holds code and was not executed."""
        sys.settrace(None)
        found: list[list[Any]] = []
        for path, (file, _) in self._wanted.items():
            left = self._code[path] - self._hit[path]
            found += [[file, number] for number in sorted(left)]
        return found

    def _call(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        hit = self._hit.get(frame.f_code.co_filename)
        if hit is None:
            return None

        def line(frame: types.FrameType, event: str, argument: Any) -> Any:
            hit.add(frame.f_lineno)
            return line

        hit.add(frame.f_lineno)
        return line


def _lines_with_code(path: str) -> set[int]:
    try:
        codes = [compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)]
    except (OSError, SyntaxError, ValueError):
        return set()
    found: set[int] = set()
    for code in codes:
        found |= {number for _, number in dis.findlinestarts(code) if number}
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return found
