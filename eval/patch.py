"""Reading a unified diff as hostile text: which files it touches and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from speedwright.errors import PatchUnreadable

MAX_PATCH_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedFile:
    """One file of a diff.

    Attributes:
        path: Path after the change, `/`-separated (before it, for a deleted file).
        old_path: Path before the change, empty for a new file.
        is_new: The file does not exist in the base.
        is_deleted: The file does not exist afterwards.
        added: Added lines: (number in the new file, text).
        removed: Removed lines: (number in the old file, text).
        mode: New file mode if the diff names one, e.g. `120000` for a symbolic link.
        is_binary: Git says it is binary.
    """

    path: str
    old_path: str
    is_new: bool
    is_deleted: bool
    added: tuple[tuple[int, str], ...]
    removed: tuple[tuple[int, str], ...]
    mode: str
    is_binary: bool


def read_patch(file: Path) -> str:
    """Text of a patch file.

    Raises:
        PatchUnreadable: Missing, too large, not text, empty, or no unified diff.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PatchUnreadable(
            f"cannot read the patch `{file}`: {error.strerror}",
            hint="name a file that was written with: git diff > fix.patch",
        ) from error
    if len(data) > MAX_PATCH_BYTES:
        raise PatchUnreadable(
            f"the patch `{file}` has {len(data):,} bytes, more than 5 MB",
            hint="leave generated files out: git diff -- the/slow/file.py > fix.patch",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PatchUnreadable(
            f"the patch `{file}` is not UTF-8 text",
            hint="write it with: git diff > fix.patch; files in other encodings cannot be patched",
        ) from error
    if not text.strip():
        raise PatchUnreadable(
            f"the patch `{file}` is empty", hint="write it with: git diff > fix.patch"
        )
    touched_files(text)
    return text if text.endswith("\n") else text + "\n"


def touched_files(diff: str) -> tuple[TouchedFile, ...]:
    """Files that a diff touches.

    Raises:
        PatchUnreadable: It is no unified diff, or touches nothing.
    """
    if "\0" in diff:
        raise PatchUnreadable(
            "the patch holds NUL bytes: it is not text", hint="write it with: git diff > fix.patch"
        )
    try:
        parsed = PatchSet(diff)
    except (UnidiffParseError, ValueError, IndexError) as error:
        raise PatchUnreadable(
            f"the patch is no valid unified diff: {error}", hint="write it with: git diff"
        ) from error
    if not len(parsed):
        raise PatchUnreadable(
            "the patch holds no unified diff", hint="write it with: git diff > fix.patch"
        )
    return tuple(_touched(file) for file in parsed)


def without_carriage_returns(diff: str) -> str:
    """The diff with LF line ends, for a patch that a mail program or an editor rewrote."""
    return diff.replace("\r\n", "\n")


def _touched(file) -> TouchedFile:  # type: ignore[no-untyped-def]  # unidiff has no types
    header = "".join(str(line) for line in (file.patch_info or ()))
    modes = re.findall(r"^(?:new file mode|new mode|deleted file mode) (\d+)", header, re.M)
    source = _strip(file.source_file)
    target = _strip(file.target_file)
    added, removed = [], []
    for hunk in file:
        for line in hunk:
            if line.is_added:
                added.append((line.target_line_no, line.value))
            elif line.is_removed:
                removed.append((line.source_line_no, line.value))
    return TouchedFile(
        path=target or source,
        old_path=source,
        is_new=not source,
        is_deleted=not target,
        added=tuple(added),
        removed=tuple(removed),
        mode=modes[-1] if modes else "",
        is_binary=bool(file.is_binary_file),
    )


def _strip(name: str | None) -> str:
    """Path without git's `a/` or `b/`; empty for /dev/null."""
    if not name or name.rstrip("\r") == "/dev/null":
        return ""
    # A mailed patch ends its header lines in CR; the path must not, or no rule would know it.
    name = name.rstrip("\r").strip('"')
    return name[2:] if name.startswith(("a/", "b/")) else name
