"""Step 1, policy: what a patch may touch at all.

Covers: paths outside the target, tests and what steers them, CI, build and packaging files, lock
files, start-up hooks of Python, git internals, links, binaries, files the measurement itself uses.
Does not cover: what the changed lines do (step 3).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from pathlib import PurePosixPath

from speedwright.errors import PatchUnreadable
from speedwright.eval.patch import TouchedFile, touched_files, without_carriage_returns
from speedwright.eval.target import Target

TESTS = (
    "test/*", "tests/*", "testing/*", "*/test/*", "*/tests/*", "test_*.py", "*_test.py",
    "*_test.cpp", "*_test.cc", "test_*.cpp", "conftest.py",
)  # fmt: skip
TEST_SETTINGS = ("pytest.ini", ".pytest.ini", "tox.ini", "noxfile.py", ".coveragerc", "nose.cfg")
START_UP = ("*.pth", "sitecustomize.py", "usercustomize.py", "_virtualenv.py", ".env", "*.egg-link")
CI = (".github/*", ".gitlab-ci.yml", ".circleci/*", "azure-pipelines.yml", ".travis.yml", ".ci/*")
GIT = (".git", ".git/*", "*/.git/*", ".gitattributes", ".gitmodules", ".gitignore")
LOCKS = ("*.lock", "package-lock.json", "requirements*.txt", "Pipfile*", "constraints*.txt")
OWN = ("speedwright.toml", ".speedwright/*", ".speedwright-*")
NEVER = {
    "tests": TESTS,
    "test settings": TEST_SETTINGS,
    "Python's start-up files": START_UP,
    "CI files": CI,
    "git's own files": GIT,
    "lock and requirement files": LOCKS,
    "speedwright's settings": OWN,
}

MACHINERY = (
    "pyproject.toml", "setup.py", "setup.cfg", "Makefile", "GNUmakefile", "makefile", "*.mk",
    "CMakeLists.txt", "*.cmake", "meson.build", "BUILD", "BUILD.bazel", "WORKSPACE", "Dockerfile*",
    "package.json", "configure", "configure.ac", "SConstruct", "*.spec", "MANIFEST.in",
)  # fmt: skip
"""Denied too, unless the user's `paths` names the very file."""

LINK_MODE = "120000"
SUBMODULE_MODE = "160000"


def check_policy(diff: str, target: Target) -> tuple[str, ...]:
    """Reasons why the diff is refused, empty if it may pass."""
    try:
        files = touched_files(diff)
    except PatchUnreadable as error:
        return (error.message,)
    reasons = _all_reasons(files, target)
    return reasons or _reasons_of_effect(diff, files, target)


def allowed(path: str, target: Target) -> bool:
    """Whether a patch may touch this file, for telling a proposer before it tries."""
    return not _path_reason(path, target)


def _all_reasons(files: Iterable[TouchedFile], target: Target) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for file in files for reason in _reasons(file, target)))


def _reasons_of_effect(diff: str, files: Iterable[TouchedFile], target: Target) -> tuple[str, ...]:
    """Reasons in what git makes of the diff: headers can say one thing and do another."""
    try:
        does = touched_files(_canonical(diff, target))
    except PatchUnreadable:
        return ()  # the next step tells that it does not apply
    reasons = _all_reasons(does, target)
    hidden = _names(does) - _names(files)
    if hidden and not reasons:
        return (f"`{min(hidden)}` is changed, but not named as git names it",)
    return reasons


def _canonical(diff: str, target: Target) -> str:
    try:
        return target.snapshot.canonical(diff)
    except PatchUnreadable:
        return target.snapshot.canonical(without_carriage_returns(diff))


def _names(files: Iterable[TouchedFile]) -> set[str]:
    return {name for file in files for name in (file.path, file.old_path) if name}


def _reasons(file: TouchedFile, target: Target) -> Iterable[str]:
    for path in filter(None, (file.path, file.old_path)):
        reason = _path_reason(path, target)
        if reason:
            yield reason
    if file.is_binary:
        yield f"`{file.path}` is binary: a patch is text"
    if file.mode == LINK_MODE:
        yield f"`{file.path}` is a symbolic link: links may not be added or changed"
    if file.mode == SUBMODULE_MODE:
        yield f"`{file.path}` is a submodule"


def _path_reason(path: str, target: Target) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or not pure.parts:
        return f"`{path}` leaves the target"
    if path in target.protected:
        return f"`{path}` belongs to the workload: the measurement itself uses it"
    lowered = path.lower()
    for what, patterns in NEVER.items():
        if matches(lowered, patterns):
            return f"`{path}` is one of {what}, which no patch may touch"
    if matches(path, MACHINERY) and path not in target.paths:
        return f"`{path}` steers the build: name it in `paths` to allow it"
    if matches(path, target.deny):
        return f"`{path}` is denied by the setting `deny`"
    if target.paths and not matches(path, target.paths):
        return f"`{path}` is outside the setting `paths` ({', '.join(target.paths)})"
    return ""


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a glob matches the whole path, or its last part if the glob has no slash."""
    name = PurePosixPath(path).name
    return any(
        fnmatch.fnmatchcase(path, p) or ("/" not in p and fnmatch.fnmatchcase(name, p))
        for p in patterns
    )
