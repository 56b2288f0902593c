"""From `--focus` and `--changed-since` to the files and the function where changes are wanted."""

from __future__ import annotations

import difflib
from pathlib import Path

from speedwright.agent.hot import Focus, has_function
from speedwright.errors import UsageError
from speedwright.eval.target import Target
from speedwright.sandbox.git import GitFailed, git


def focus_of(focus: str | None, changed_since: str | None, target: Target) -> Focus:
    """What the user asked for, checked against the target.

    Args:
        focus: `FILE` or `FILE:FUNCTION`; the file from the target's folder or from here.
        changed_since: Git ref.
        target: The target.

    Raises:
        UsageError: No such file or function, no such ref, or nothing changed since.
    """
    files: frozenset[str] | None = None
    function = ""
    if focus:
        named, _, function = focus.partition(":")
        name = _file(named, target)
        files = frozenset({name})
        if function:
            _check_function(name, function, target)
    if changed_since:
        changed = _changed_since(target.root, changed_since)
        files = changed if files is None else files & changed
        if not files:
            where = f"`{focus}` did not change" if focus else "no file of the target changed"
            raise UsageError(f"{where} since `{changed_since}`")
    return Focus(files=files, function=function or None)


def _file(named: str, target: Target) -> str:
    known = target.snapshot.paths()
    name = Path(named).as_posix()
    if name in known:
        return name
    whole = Path(named).resolve()
    if whole.is_relative_to(target.root):
        name = whole.relative_to(target.root).as_posix()
        if name in known:
            return name
    near = difflib.get_close_matches(named, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "--focus FILE[:FUNCTION]"
    raise UsageError(f"no file `{named}` in the target", hint=hint)


def _check_function(name: str, function: str, target: Target) -> None:
    if not name.endswith(".py"):
        raise UsageError(
            f"`{name}` is no Python file: only there a function can be named",
            hint=f"--focus {name}",
        )
    if not has_function(target.snapshot.text(name) or "", function):
        raise UsageError(
            f"no function `{function}` in `{name}`", hint="--focus FILE:FUNCTION or FILE:CLASS.NAME"
        )


def _changed_since(root: Path, ref: str) -> frozenset[str]:
    """Files that differ from the ref, and new ones git does not know yet."""
    try:
        words = ("diff", "--name-only", "--relative", "-z", "--end-of-options", ref, "--", ".")
        listed = git(root, *words)
        listed += git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    except GitFailed as error:
        raise UsageError(f"no commit `{ref}` in `{root}`", hint="git log --oneline") from error
    return frozenset(filter(None, listed.decode("utf-8", "surrogateescape").split("\0")))
