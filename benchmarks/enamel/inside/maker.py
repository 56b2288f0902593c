"""Makes inputs and answers of one problem in a box that no candidate ever enters.

Everything it executes is the data set's own. Cases are dealt out to as many processes as there are
cores; the times it notes are only hints on which case is slow.
"""

from __future__ import annotations

import gc
import marshal
import os
import struct
import time
import traceback

from speedwright.benchmarks.enamel.inside import draws
from speedwright.benchmarks.enamel.inside.framing import exactly, receive, reply, send

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from typing import Any

HELPERS = {name: getattr(draws, name) for name in draws.__all__}
MAKE = "%s\n%s\nrandom.seed(%d)\n__input = generate_input(size = %d, lid = %d, cid = %d)\n"
ANSWER = "%s\n%s\n__output = %s(*__input)\n"
CHECK = "%s\n    pass\n%s\n__accepted = __check(__input, __answer, __output)\n"
INPUT_VERSION, ANSWER_VERSION = 4, 2

Made = tuple[bytes, bytes, bool, float]


def made(problem: dict[str, str], case: dict[str, int]) -> Made:
    """Input, answer, whether the checker accepts the answer itself, and seconds it took."""
    scope: dict[str, Any] = {"time": time, **HELPERS}
    words = (problem["prompt"], problem["input_generator"], case["seed"])
    exec(MAKE % (*words, case["size"], case["level"], case["number"]), scope)
    given = marshal.dumps(scope["__input"], INPUT_VERSION)
    scope = {"time": time, "__input": marshal.loads(given)}
    program = (problem["prompt"], problem["reference_solution"], problem["entry_point"])
    code = compile(ANSWER % program, "<reference>", "exec", dont_inherit=True)
    start = time.perf_counter()
    exec(code, scope)
    took_s = time.perf_counter() - start
    answer = marshal.dumps(scope["__output"], ANSWER_VERSION)
    return given, answer, accepted(problem, given, answer, answer), took_s


def accepted(problem: dict[str, str], given: bytes, answer: bytes, output: bytes) -> bool:
    """What the problem's checker says of an output; all of it marshalled by trusted code."""
    scope: dict[str, Any] = {"time": time, "input": None, "print": None}
    scope["__input"] = marshal.loads(given)
    scope["__answer"] = marshal.loads(answer)
    scope["__output"] = marshal.loads(output)
    try:
        exec(CHECK % (problem["prompt"], problem["checker"]), scope)
    except Exception:  # noqa: BLE001  # the official evaluator takes any for a wrong output
        return False
    return bool(scope.get("__accepted"))


def deal(problem: dict[str, str], cases: list[dict[str, int]]) -> list[Made]:
    """Make every case, in as many processes as cores; results in order."""
    hands = min(len(os.sched_getaffinity(0)), len(cases))
    readers = []
    for hand in range(hands):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            work(problem, cases[hand::hands], writer)
        os.close(writer)
        readers.append(reader)
    found: dict[int, Made] = {}
    for hand, reader in enumerate(readers):
        (size,) = struct.unpack(">Q", exactly(reader, 8))
        results = marshal.loads(exactly(reader, size))
        if isinstance(results, str):
            raise SystemExit(results)
        found.update(zip(range(hand, len(cases), hands), results))  # noqa: B905  # Python 3.8
    return [found[place] for place in range(len(cases))]


def work(problem: dict[str, str], cases: list[dict[str, int]], writer: int) -> None:
    """In a child: answer with a list of results, or with the text of what went wrong."""
    answer: list[Made] | str
    try:
        answer = [made(problem, case) for case in cases]
    except BaseException:  # noqa: BLE001  # whatever the data set's code does is told
        answer = traceback.format_exc(limit=3)[-2000:]
    data = marshal.dumps(answer)
    send(writer, struct.pack(">Q", len(data)) + data)
    os._exit(0)


def main() -> None:
    """Make tests, or check outputs."""
    request = receive()
    gc.disable()
    problem, cases = request["problem"], request["cases"]
    if request["op"] == "make":
        results = deal(problem, cases)
        head = {"accepted": [r[2] for r in results], "seconds": [r[3] for r in results]}
        reply(head, [part for given, answer, _, _ in results for part in (given, answer)])
        return
    said = [accepted(problem, c["input"], c["answer"], c["output"]) for c in cases]
    reply({"accepted": said}, [])
