"""The hottest source lines of the target with their share beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from speedwright.profiler.hot import charged_shares, line_shares
from speedwright.profiler.profile import Profile

Sources = Mapping[str, str] | Callable[[str], str | None]
"""Text of the target's files by relative path, or a function that reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One line of an excerpt.

    Attributes:
        number: Line number, from 1.
        text: As it reads in the file.
        share: Of the run (0-1) with this line on the stack, `None` if it was never seen.
    """

    number: int
    text: str
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Hot lines of one file with a little around them; lines between blocks are left out.

    Attributes:
        file: Relative to the target's folder.
        blocks: Runs of neighbouring lines, top of the file first.
    """

    file: str
    blocks: tuple[tuple[SourceLine, ...], ...]


def excerpts(
    profile: Profile,
    sources: Sources,
    *,
    max_files: int = 3,
    max_lines: int = 40,
    min_share: float = 0.01,
    context: int = 2,
) -> tuple[Excerpt, ...]:
    """Excerpts of the files to which most time is charged, the largest share first.

    Args:
        profile: Says which lines are hot.
        sources: Where the text comes from; files it does not have are left out.
        max_files: How many files.
        max_lines: Lines of all excerpts together; the hottest are kept.
        min_share: Lines below it are not picked, but may stand beside one that is.
        context: Lines shown above and below a hot one.
    """
    read = sources.get if isinstance(sources, Mapping) else sources
    found: list[Excerpt] = []
    left = max_lines
    by_line = line_shares(profile)
    for file in charged_shares(profile):
        if len(found) == max_files or left <= 0:
            break
        text = read(file)
        if text is None or file not in by_line:
            continue
        blocks = _blocks(text.splitlines(), by_line[file], left, min_share, context)
        if blocks:
            found.append(Excerpt(file=file, blocks=blocks))
            left -= sum(len(block) for block in blocks)
    return tuple(found)


def _blocks(
    lines: list[str], shares: Mapping[int, float], room: int, min_share: float, context: int
) -> tuple[tuple[SourceLine, ...], ...]:
    numbers: set[int] = set()
    hot = [line for line in shares if shares[line] >= min_share and line <= len(lines)]
    for line in sorted(hot, key=lambda line: (-shares[line], line)):
        around = set(range(max(1, line - context), min(len(lines), line + context) + 1))
        if len(numbers | around) > room:
            around = {line}
        if len(numbers | around) > room:
            break
        numbers |= around
    blocks: list[list[SourceLine]] = []
    previous = -1
    for number in sorted(numbers):
        if number - previous > 1:
            blocks.append([])
        blocks[-1].append(
            SourceLine(number=number, text=lines[number - 1], share=shares.get(number))
        )
        previous = number
    return tuple(tuple(block) for block in blocks)
