"""The program of a sample: read and compiled by trusted code, executed only in a child."""

from __future__ import annotations

import io
import marshal
import os
import resource
import struct
import sys
import time
from _ast import AST, Import, ImportFrom, PyCF_ONLY_AST  # what `ast` itself imports them from

from speedwright.benchmarks.enamel.inside.framing import exactly, send

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any, NoReturn

RUN = "%s\n%s\n__t0 = time.time()\n__output = %s(*__input)\n__t1 = time.time()\n"
OK, RAISED, MEMORY, OVERFLOW, NOT_PLAIN = range(5)
STATUS = {
    OK: "ok",
    RAISED: "raised",
    MEMORY: "memory",
    OVERFLOW: "overflow",
    NOT_PLAIN: "not-plain",
}
HEAD = struct.Struct("<BBddQ")  # status, whether the clock is patched, call s, program s, length
SIZE = struct.Struct(">Q")  # bytes of an input, before it
OUTPUT_VERSION = 2
SAID_BYTES = 300
IMPORTED_EARLY = (
    "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal", "enum",
    "fractions", "functools", "hashlib", "heapq", "itertools", "math", "numpy", "operator",
    "random", "re", "statistics", "string", "sys", "textwrap", "typing",
)  # fmt: skip
# Touches what any program touches, so that a fresh child does not pay for pages in the timed part.
WARM_UP = compile(
    """
def spin(n):
    a, d, s = [], {}, set()
    for i in range(n):
        a.append(i * 2 % 7); d[i] = str(i); s.add(i)
        if i % 3 == 0: a[i] += len(d[i])
    return sorted(a), sum(a), max(a), "".join(d.values()).split("1"), [x for x in a if x > 2]
spin(6)
""",
    "<warm>",
    "exec",
)


def compiled(prompt: str, code: str, entry_point: str) -> tuple[CodeType | None, str]:
    """The code object of prompt, sample and timed call; or the name of the compiler's error."""
    try:
        text = RUN % (prompt, code, entry_point)
        return compile(text, "<program>", "exec", dont_inherit=True), ""
    except BaseException as error:  # noqa: BLE001  # source text that nobody trusts
        return None, type(error).__name__


def import_early(*texts: str) -> None:
    """Import what the program will import anyway, so that finding files is not timed."""
    names = set().union(*map(_imported, texts))
    if names - set(getattr(sys, "stdlib_module_names", IMPORTED_EARLY)):
        import site

        site.main()
    for name in sorted(names & set(IMPORTED_EARLY)):
        try:
            __import__(name)
        except ImportError:
            continue


def _imported(text: str) -> set[str]:
    """First parts of the names of modules that a text imports at any place."""
    try:
        nodes: list[Any] = [compile(text, "<text>", "exec", PyCF_ONLY_AST, dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    while nodes:
        node = nodes.pop()
        if isinstance(node, Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        for name in node._fields:
            value = getattr(node, name, None)
            below = value if isinstance(value, list) else [value]
            nodes += [each for each in below if isinstance(each, AST)]
    return found


def serve(
    code: CodeType, request: dict[str, Any], go: int, out: int, keep: Callable[[], bool] | None
) -> NoReturn:
    """In the child: get ready, wait to be called; then every input is a call, up to the last.

    From the first go byte on, everything in this process may be under the program's control.
    """
    loads, read, write = marshal.loads, os.read, os.write
    given = loads(exactly(go, SIZE.unpack(exactly(go, SIZE.size))[0]))
    _limit(request["memory_bytes"])
    if keep is not None and not keep():
        os._exit(1)
    sys.stdout = sys.stderr = io.StringIO()
    sys.stdin = io.StringIO()
    read(go, 1)  # from here on, on the core for timing
    exec(WARM_UP, {})
    marshal.dumps([1, "a", 2.0], OUTPUT_VERSION)
    answer = answering(out)
    while True:
        scope = {"time": time, "input": None, "print": None, "__input": given}
        del given
        write(out, b"R")
        read(go, 1)
        answer(code, scope)
        head = read(go, SIZE.size)
        if not head:
            os._exit(0)
        scope.clear()  # functions and their globals hold each other
        given = loads(exactly(go, SIZE.unpack(head)[0]))


def answering(out: int) -> Callable[[CodeType, dict[str, Any]], None]:
    """What executes definitions and call, and sends what came of it.

    It holds what it uses from before the program's first line.
    """
    the_time, clock, dumps, pack = time.time, time.perf_counter, marshal.dumps, HEAD.pack

    def answer(code: CodeType, scope: dict[str, Any]) -> None:
        status, payload, elapsed_s, start_s = OK, b"", 0.0, clock()
        try:
            exec(code, scope)
        except MemoryError:
            status = MEMORY
        except OverflowError:
            status = OVERFLOW
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is the program's end
            status, payload = RAISED, type(error).__name__.encode()[:SAID_BYTES]
        program_s = clock() - start_s
        if status == OK:
            try:
                payload = dumps(scope["__output"], OUTPUT_VERSION)
            except MemoryError:
                status = MEMORY
            except BaseException as error:  # noqa: BLE001  # foreign types, or a bent interpreter
                status, payload = NOT_PLAIN, str(error).encode()[:SAID_BYTES]
            try:
                elapsed_s = float(scope["__t1"] - scope["__t0"])
            except BaseException:  # noqa: BLE001  # the program put something else there
                status = RAISED
        is_patched = scope.get("time") is not time or time.time is not the_time
        send(out, pack(status, is_patched, elapsed_s, program_s, len(payload)) + payload)

    return answer


def _limit(memory_bytes: int) -> None:
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_STACK):
        hard = resource.getrlimit(kind)[1]
        soft = memory_bytes if hard == resource.RLIM_INFINITY else min(hard, memory_bytes)
        resource.setrlimit(kind, (soft, hard))
