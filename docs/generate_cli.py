"""Write docs/cli.md from the help texts; `--check` only says whether it is current."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from speedwright.cli.app import build_app
from speedwright.cli.shell import run

FILE = Path(__file__).resolve().parent / "cli.md"
WIDTH = "100"
HEAD = """# The command line

Written by `make docs` from `--help`; a test keeps it current. Settings, exit codes and the JSON
documents are explained in the README.
"""


def words_of(group: TyperGroup, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command by its words, groups before what is in them."""
    found = [above]
    for name, command in group.commands.items():
        words = (*above, name)
        found += words_of(command, words) if isinstance(command, TyperGroup) else [words]
    return found


def help_of(words: tuple[str, ...]) -> str:
    """What `speedwright WORDS --help` prints, without blanks at line ends."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        run([*words, "--help"])
    return "\n".join(line.rstrip() for line in text.getvalue().strip().splitlines())


def generate() -> str:
    """The whole page."""
    os.environ["COLUMNS"] = WIDTH
    command = get_command(build_app())
    assert isinstance(command, TyperGroup)
    parts = [HEAD]
    for words in words_of(command):
        title = " ".join(("speedwright", *words))
        parts.append(f"## {title}\n\n```text\n{help_of(words)}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it with `--check`."""
    text = generate()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text, encoding="utf-8")
        return 0
    is_current = FILE.is_file() and FILE.read_text(encoding="utf-8") == text
    print("docs/cli.md is current" if is_current else "docs/cli.md is stale: run `make docs`")
    return 0 if is_current else 1


if __name__ == "__main__":
    sys.exit(main())
