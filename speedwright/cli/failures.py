"""Every way a command can end badly, as a message on stderr and an exit code."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import sys
import traceback
from pathlib import Path

from speedwright.cli import output
from speedwright.errors import BudgetExhausted, EnvironmentMissing, ModelError, SpeedwrightError

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


def known(error: SpeedwrightError, *, as_json: bool, can_resume: bool = False) -> int:
    """Tell an error that was raised on purpose, and how to go on if something was done already."""
    hint = error.hint
    if can_resume and isinstance(error, ModelError | BudgetExhausted) and _has_state():
        hint = "\n".join(filter(None, (hint, run_hint(can_resume=True))))
    return _tell(type(error).__name__, error.message, hint, error.exit_code, as_json)


def _has_state() -> bool:
    return "folder" in _run and any(
        (_run["folder"] / name).is_file() for name in ("state.json", "predictions.jsonl")
    )


def usage(message: str, command: str, *, as_json: bool) -> int:
    """Tell that the command line could not be understood."""
    hint = f"try `{command} --help`"
    return _tell("UsageError", message.strip(), hint, USAGE, as_json)


def interrupted(*, as_json: bool, can_resume: bool) -> int:
    """Tell that Ctrl-C or a termination signal ended the command."""
    hint = run_hint(can_resume=can_resume)
    return _tell("Interrupted", "interrupted", hint, INTERRUPTED, as_json)


def run_hint(*, can_resume: bool) -> str:
    """Where the run is and how to go on with it; empty if there is none."""
    if "folder" not in _run:
        return ""
    folder = _run["folder"]
    hint = f"your files are untouched; what was done is in {folder}"
    if (folder / "predictions.jsonl").is_file():  # a run over a suite
        where = shlex.quote(str(folder))
        return f"{hint}\nto go on, add `--resume --out {where}` to the same command"
    if not can_resume:
        return hint
    # A run that is kept elsewhere (--out) is found by its path only.
    is_usual = folder.parts[-3:-1] == (".speedwright", "runs")
    name = folder.name if is_usual else shlex.quote(str(folder))
    return f"{hint}\nto go on, add `--resume {name}` to the same command"


def unexpected(error: Exception, *, as_json: bool, debug: bool) -> int:
    """Tell an error that nobody foresaw: a full disk and the like, or a bug of ours."""
    if isinstance(error, shutil.Error) and error.args:
        error = _first_of(error)
    if isinstance(error, OSError) and error.errno in ENVIRONMENT_FAULTS:
        return known(_missing(error), as_json=as_json)
    if debug:
        traceback.print_exception(error)
    hint = "this is a bug in speedwright; please report it with this message and the command"
    if "folder" in _run:
        hint += f"\nthe run's folder helps: {_run['folder']}"
    if not debug:
        hint += "\nset SPEEDWRIGHT_DEBUG=1 for the traceback"
    message = f"{type(error).__name__}: {error}"
    return _tell("InternalError", message, hint, INTERNAL, as_json)


def _first_of(error: shutil.Error) -> Exception:
    """The full disk behind a copied tree's list of (source, target, why); else the error itself."""
    full = os.strerror(errno.ENOSPC)
    for entry in error.args[0] if isinstance(error.args[0], list) else ():
        if full in str(entry[-1]):
            return OSError(errno.ENOSPC, full, str(entry[1]))
    return error


def _missing(error: OSError) -> EnvironmentMissing:
    # A copy that fails names its source first; it is the other end that is full.
    place = error.filename2 or error.filename
    what = f"`{os.fsdecode(place)}`: {error.strerror}" if place else str(error.strerror)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return EnvironmentMissing(what)
    if place == "stdout":
        return EnvironmentMissing(what, hint="the result is lost: send it to another place")
    hint = "make room there; TMPDIR names the place of scratch files, --out that of results"
    return EnvironmentMissing(what, hint=hint)


def _tell(kind: str, message: str, hint: str, exit_code: int, as_json: bool) -> int:
    lines = [f"error: {message}", *(f"  {line}" for line in hint.splitlines())]
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except OSError:
        pass  # nobody reads stderr any more; the exit code still tells
    if as_json and not output.has_document():
        error = {"kind": kind, "message": message, "hint": hint, "exit_code": exit_code}
        output.write_document({"schema_version": 1, "error": error})
    return exit_code
