"""The result on stdout: one JSON document, or text for people.

Covers: text is never read as markup; a reader that goes away (`| head`) is no error.
Does not cover: progress, see `speedwright.cli.progress`; errors, see `speedwright.cli.failures`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Document = Mapping[str, Any]
WIDTH_OF_PIPES = 120
_state = {"has_document": False}


def reset() -> None:
    """Forget that a document was written: a new command begins."""
    _state["has_document"] = False


def has_document() -> bool:
    """Whether the one JSON document of this process was written."""
    return _state["has_document"]


def result(
    document: Document, render: Callable[[Document], Sequence[RenderableType]], *, as_json: bool
) -> None:
    """Write a report: as the one JSON document, or rendered for people."""
    if as_json:
        write_document(document)
    else:
        show(*render(document))


def write_document(document: Document) -> None:
    """Write the one JSON document; `schema_version` comes first, NaN is refused."""
    ordered = {"schema_version": document["schema_version"], **document}
    _state["has_document"] = True
    write(json.dumps(ordered, indent=2, allow_nan=False) + "\n")


def write(text: str) -> None:
    """Write text to stdout; a closed pipe swallows it and all that follows."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        drop_stdout()
    except OSError as error:
        drop_stdout()  # what is still buffered would fail again when Python exits
        raise OSError(error.errno, error.strerror, "stdout") from error


def drop_stdout() -> None:
    """Let what is still to be written to stdout go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(*parts: RenderableType) -> None:
    """Show a result to people: a table, or text that is printed as it is."""
    console = console_for(sys.stdout.isatty())
    with console.capture() as captured:
        for part in parts:
            console.print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str))
    write(captured.get())


def console_for(is_terminal: bool) -> Console:
    """A rich console for stdout; pipes get no colours and a fixed width."""
    from rich.console import Console

    width = None if is_terminal else WIDTH_OF_PIPES
    return Console(force_terminal=is_terminal, width=width, emoji=False)
