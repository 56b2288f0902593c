"""Runs a workload inside the box under a profiler; stdlib only, imports nothing of ours.

    python drive.py call FILE FOLDER... [-- NAME=NUMBER...]
                                                    setup(), then workload() under a marker frame
    python drive.py count call FILE FOLDER...       the same, counted by cProfile
    python drive.py count main PROGRAM [ARG...]     a script, `-m MODULE` or `-c CODE`, counted

Counts are written as JSON to `speedwright-counts.json` in TMPDIR; `speedwright-done` there says
that a called workload came back. FOLDERs go on the module search path, numbers to `setup()`. The
harness cuts call stacks at the name `speedwright_measured`.
"""

from __future__ import annotations

import cProfile
import json
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType

_MAX_FUNCTIONS = 20_000


def speedwright_measured(function: Callable[[], object]) -> object:
    """Call it; frames below this one belong to the workload, frames above to us."""
    return function()


def main() -> None:
    """Run what the arguments say."""
    arguments = sys.argv[1:]
    profiler = None
    if arguments[0] == "count":
        profiler, arguments = cProfile.Profile(), arguments[1:]
    function = prepared(arguments[1:]) if arguments[0] == "call" else program(arguments[1:])
    scratch = Path(os.environ.get("TMPDIR", "/tmp"))
    if profiler is None:
        speedwright_measured(function)
        (scratch / "speedwright-done").write_text("done", encoding="ascii")
        return
    try:
        profiler.runcall(function)
    finally:
        profiler.disable()
        text = json.dumps(counts(profiler))
        (scratch / "speedwright-counts.json").write_text(text, encoding="ascii")


def prepared(arguments: list[str]) -> Callable[[], object]:
    """`workload` of a file, with the module loaded and `setup()` done."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    file, folders = arguments[0], arguments[1:end]
    given = {n: int(number) for n, number in (w.split("=") for w in arguments[end + 1 :])}
    sys.argv = [file]
    sys.path[0:1] = folders
    namespace = runpy.run_path(file, run_name="__speedwright__")
    if "workload" not in namespace:
        raise SystemExit(f"{file} has no workload()")
    if "setup" in namespace:
        namespace["setup"](**given)
    workload: Callable[[], object] = namespace["workload"]
    return workload


def program(arguments: list[str]) -> Callable[[], object]:
    """What `python ARGUMENTS...` would run, as a function without arguments."""
    first, rest = arguments[0], arguments[1:]
    if first == "-m":
        sys.argv = rest
        sys.path[0] = str(Path.cwd())
        return lambda: runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    if first == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path[0] = ""
        code = compile(rest[0], "<string>", "exec")
        return lambda: exec(code, fresh_main("<string>"))
    sys.argv = arguments
    sys.path[0] = str(Path(first).resolve().parent)
    return lambda: runpy.run_path(first, run_name="__main__")


def fresh_main(file: str) -> dict[str, object]:
    """Namespace of a new `__main__`, so that the program does not see ours."""
    module = type(sys)("__main__")
    module.__file__ = file
    sys.modules["__main__"] = module
    return module.__dict__


def counts(profiler: cProfile.Profile) -> dict[str, list[list[object]]]:
    """Functions and call edges as plain lists; marshalled statistics would not be safe to read."""
    numbers: dict[tuple[str, int, str], int] = {}
    functions: list[list[object]] = []
    edges: list[list[object]] = []
    stats = sorted(profiler.getstats(), key=lambda entry: -entry.inlinetime)[:_MAX_FUNCTIONS]
    for entry in stats:
        numbers[key(entry.code)] = len(functions)
        functions.append([*key(entry.code), entry.callcount, entry.inlinetime, entry.totaltime])
    for entry in stats:
        for callee in entry.calls or ():
            if key(callee.code) in numbers:
                ends = [numbers[key(entry.code)], numbers[key(callee.code)]]
                edges.append([*ends, callee.callcount, callee.totaltime])
    return {"functions": functions, "edges": edges}


def key(code: CodeType | str) -> tuple[str, int, str]:
    """File, line and name of what was called; built-in functions have only a name."""
    if isinstance(code, str):
        return ("", 0, code)
    return (code.co_filename, code.co_firstlineno, getattr(code, "co_qualname", code.co_name))


if __name__ == "__main__":
    main()
