"""Lines of JSON, one at a time: files of predictions can be larger than memory likes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from speedwright.errors import UsageError

MAX_LINE_BYTES = 64 << 20


def stream(path: Path, *, max_line_bytes: int = MAX_LINE_BYTES) -> Iterator[tuple[str, Any]]:
    """Place and value of every line that is not empty; holds one line at a time.

    Raises:
        UsageError: The file cannot be read, or a line is too long or no JSON; says which.
    """
    try:
        with path.open("rb") as lines:
            number = 0
            while line := lines.readline(max_line_bytes + 1):
                number += 1
                where = f"`{path}` line {number}"
                if len(line) > max_line_bytes:
                    raise UsageError(
                        f"{where} is longer than {max_line_bytes} bytes",
                        hint="one row a line, with `generated_answers` as a list of programs",
                    )
                if line.strip():
                    yield where, _parsed(line, where)
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from error


def _parsed(line: bytes, where: str) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{where} is no UTF-8 text: byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{where} is no JSON: {error.msg} (column {error.colno})") from error
    except (RecursionError, ValueError) as error:
        raise UsageError(f"{where} is no JSON that can be read: {error}") from error
