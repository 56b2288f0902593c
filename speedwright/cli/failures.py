"""Every way a command can end badly, as a message on stderr and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from pathlib import Path

from speedwright.cli import output
from speedwright.errors import EnvironmentMissing, SpeedwrightError

INTERRUPTED = 130
INTERNAL = 70
USAGE = 2
ENVIRONMENT_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE}
)
_run: dict[str, Path] = {}


def reset() -> None:
    """Forget the last run: a new command begins."""
    _run.clear()


def remember_run(folder: Path) -> None:
    """Keep the folder of the run, to name it if the run ends badly."""
    _run["folder"] = folder


def known(error: SpeedwrightError, *, as_json: bool) -> int:
    """Tell an error that was raised on purpose."""
    return _tell(type(error).__name__, error.message, error.hint, error.exit_code, as_json)


def usage(message: str, command: str, *, as_json: bool) -> int:
    """Tell that the command line could not be understood."""
    hint = f"try `{command} --help`"
    return _tell("UsageError", message.strip(), hint, USAGE, as_json)


def interrupted(*, as_json: bool, can_resume: bool) -> int:
    """Tell that Ctrl-C or a termination signal ended the command."""
    hint = ""
    if "folder" in _run:
        hint = f"your files are untouched; what was done is in {_run['folder']}"
        if can_resume:
            hint += f"\nto go on, add `--resume {_run['folder'].name}` to the same command"
    return _tell("Interrupted", "interrupted", hint, INTERRUPTED, as_json)


def unexpected(error: Exception, *, as_json: bool, debug: bool) -> int:
    """Tell an error that nobody foresaw: a full disk and the like, or a bug of ours."""
    if isinstance(error, OSError) and error.errno in ENVIRONMENT_FAULTS:
        where = f"`{error.filename}`: " if error.filename else ""
        return known(EnvironmentMissing(f"{where}{error.strerror}"), as_json=as_json)
    if debug:
        traceback.print_exception(error)
    hint = "this is a bug in speedwright; please report it with this message and the command"
    if "folder" in _run:
        hint += f"\nthe run's folder helps: {_run['folder']}"
    if not debug:
        hint += "\nset SPEEDWRIGHT_DEBUG=1 for the traceback"
    message = f"{type(error).__name__}: {error}"
    return _tell("InternalError", message, hint, INTERNAL, as_json)


def _tell(kind: str, message: str, hint: str, exit_code: int, as_json: bool) -> int:
    lines = [f"error: {message}", *(f"  {line}" for line in hint.splitlines())]
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except BrokenPipeError:
        pass  # nobody reads stderr any more; the exit code still tells
    if as_json and not output.has_document():
        error = {"kind": kind, "message": message, "hint": hint, "exit_code": exit_code}
        output.write_document({"schema_version": 1, "error": error})
    return exit_code
