"""Files of predictions as people hand them in: too big, cut off, doubled, or no JSON at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from speedwright.errors import UsageError

MAX_BYTES = 2 * 1024**3
_SHOWN_CHARS = 120


def read_json(path: Path) -> Any:
    """A JSON file whose objects name nothing twice.

    Raises:
        UsageError: It cannot be read; says where.
    """
    return _parsed(_text(path), f"`{path}`")


def read_jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    """Line number and value of every line that is not empty.

    Raises:
        UsageError: It cannot be read; says where.
    """
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            yield number, _parsed(line, f"`{path}` line {number}")


def programs(value: Any, where: str) -> tuple[str, ...]:
    """A list of program texts.

    Args:
        value: As parsed.
        where: For the message.

    Raises:
        UsageError: It is something else.
    """
    if not isinstance(value, list):
        raise UsageError(f"{where}: expected a list of programs, found {shown(value)}")
    for position, text in enumerate(value):
        if not isinstance(text, str):
            raise UsageError(f"{where}, sample {position}: expected a text, found {shown(text)}")
    return tuple(value)


def shown(value: Any) -> str:
    """A value in a message: its type and the begin of it."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    cut = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
    return f"{type(value).__name__} `{cut}`"


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UsageError(
                f"`{path}` has {size / 1024**2:.0f} MiB, more than {MAX_BYTES / 1024**2:.0f}",
                hint="split it by tasks and score the parts",
            )
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"`{path}` is no UTF-8 text: byte {error.start}") from error


def _parsed(text: str, where: str) -> Any:
    def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            doubled = next(name for name in names if names.count(name) > 1)
            raise UsageError(f"{where}: `{doubled[:_SHOWN_CHARS]}` is there twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"{where} is no JSON: {error.msg} ({place})") from error
    except (RecursionError, ValueError) as error:
        raise UsageError(f"{where} is no JSON that can be read: {error}") from error
