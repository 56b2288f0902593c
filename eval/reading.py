"""A patch file as its author meant it: other prefixes, other line ends, another root.

Covers: no `a/` and `b/` (`git diff --no-prefix`), CRLF, paths from the top of a repository of which
the target is a sub-folder; the result is always git's own rendering of what the patch does.
Does not cover: context that has moved too far, patches in other encodings than UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from speedwright.errors import PatchUnreadable
from speedwright.eval.patch import touched_files, without_carriage_returns
from speedwright.sandbox.git import GitFailed, git
from speedwright.sandbox.snapshot import Snapshot

NO_DIFF = (
    "only garbage",
    "No valid patches",
    "corrupt patch",
    "fragment without header",
    "unrecognized input",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a patch was understood.

    Attributes:
        diff: What it does, as git writes it; the text as given if it does not apply.
        note: What had to be assumed, for people; empty if nothing.
    """

    diff: str
    note: str = ""


def as_meant(diff: str, snapshot: Snapshot, root: Path) -> Reading:
    """Read a user's patch against the copy of the target at `root`.

    Raises:
        PatchUnreadable: It is no unified diff to git, or it changes nothing.
    """
    first: PatchUnreadable | None = None
    for text, strip, note in _readings(diff, root):
        try:
            found = snapshot.canonical(text, strip=strip)
        except PatchUnreadable as error:
            first = first or error
            continue
        if not found.strip():
            raise PatchUnreadable(
                "the patch changes nothing", hint="write it with: git diff > fix.patch"
            )
        return Reading(diff=found, note=note)
    if first is not None and any(words in first.hint for words in NO_DIFF):
        raise PatchUnreadable(
            f"the patch is no valid unified diff: {first.hint.removeprefix('error: ')}",
            hint="write it with: git diff > fix.patch",
        ) from first
    if _is_there_already(diff, snapshot):
        raise PatchUnreadable(
            "the patch is in the target already",
            hint="judge it against the version before it, e.g. speedwright compare HEAD~1 HEAD",
        )
    return Reading(diff=diff)


def _readings(diff: str, root: Path) -> Iterator[tuple[str, int, str]]:
    yield diff, 1, ""
    plain = without_carriage_returns(diff)
    if plain != diff:
        yield plain, 1, "the patch was read without its carriage returns"
    yield plain, 0, "the patch was read without `a/` and `b/` before its paths"
    try:
        above = git(root, "rev-parse", "--show-prefix").decode("utf-8", "replace").strip()
    except GitFailed:
        return
    if above and all(name.startswith(above) for name in _names(plain)):
        note = f"the paths of the patch were read from the repository's top, without `{above}`"
        yield plain, 1 + above.count("/"), note


def _names(diff: str) -> Iterator[str]:
    for file in touched_files(diff):
        yield from filter(None, (file.path, file.old_path))


def _is_there_already(diff: str, snapshot: Snapshot) -> bool:
    try:
        snapshot.canonical(diff, reverse=True)
    except PatchUnreadable:
        return False
    return True
