"""What surrounds a command: signals, and errors turned into messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import typer
import typer.main

from speedwright.cli import failures, output
from speedwright.errors import SpeedwrightError


def main() -> None:
    """Run the command line of this process and exit."""
    _open_missing_streams()
    _catch_signals()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    if code == failures.INTERRUPTED:  # all is tidied up: one more Ctrl-C changes nothing
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    sys.exit(code)


def _open_missing_streams() -> None:
    """Give a process that was started without stdin, stdout or stderr empty ones.

    Otherwise the next file opened would take their number, and be written into.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
            if descriptor != number:
                os.dup2(descriptor, number)
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing escapes but a second Ctrl-C."""
    failures.reset()
    output.reset()
    as_json = "--json" in arguments
    debug = "--debug" in arguments or os.environ.get("SPEEDWRIGHT_DEBUG", "") not in ("", "0")
    try:
        code = _invoke(arguments)
        if code == failures.INTERRUPTED:  # typer makes an exit code of KeyboardInterrupt
            raise KeyboardInterrupt
        return code
    except SpeedwrightError as error:
        if debug and error.exit_code == failures.INTERNAL:
            return failures.unexpected(error, as_json=as_json, debug=debug)
        return failures.known(error, as_json=as_json, can_resume=_can_resume(arguments))
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "speedwright"
        return failures.usage(error.format_message(), command, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        return failures.interrupted(as_json=as_json, can_resume=_can_resume(arguments))
    except Exception as error:  # noqa: BLE001  # the last resort: a bug becomes a report
        return failures.unexpected(error, as_json=as_json, debug=debug)


def _can_resume(arguments: Sequence[str]) -> bool:
    """Whether the command is one that goes on where it was stopped."""
    return "optimize" in arguments or "bench" in arguments


def _invoke(arguments: Sequence[str]) -> int:
    from speedwright.cli.app import build_app

    command = typer.main.get_command(build_app())
    result = command.main(list(arguments), prog_name="speedwright", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _catch_signals() -> None:
    """Stop in good order on the first Ctrl-C or SIGTERM, at once on the second."""
    seen: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            _tell_run()
            _force()
        _say("\nstopping, once more to force\n")
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, stop)


def _tell_run() -> None:
    """Say where the run is, past all buffers."""
    hint = failures.run_hint(can_resume=_can_resume(sys.argv))
    if hint:
        _say(f"{hint}\n")


def _say(text: str) -> None:
    try:
        os.write(2, text.encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # the terminal is gone


def _force() -> None:
    """Kill all that this process started and leave without any tidying up."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
    os._exit(failures.INTERRUPTED)
