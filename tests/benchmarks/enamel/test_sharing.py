"""Cases of one level in one process: nothing is won by it, and no case fails for another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from speedwright.benchmarks.enamel import evaluate
from speedwright.benchmarks.enamel.cases import Case, Draw
from speedwright.benchmarks.enamel.inside import talk
from speedwright.benchmarks.enamel.inside.inputs import Inputs
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.benchmarks.enamel.timing import candidate_plan
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.progress import NullProgress

pytestmark = pytest.mark.timed

TRIES = 3
PARAMETERS = Parameters()
CASES = tuple(
    Case(
        draw=Draw(level=level, number=number, size=1, seed=0),
        given=b"",
        answer=b"",
        is_self_equal=True,
        hint_s=float(number % 3),
    )
    for level, count in enumerate(PARAMETERS.cases)
    for number in range(count)
)

STATE = """
import keyword
class Kept:
    calls = 0
found = [each for each in keyword.softkwlist if not isinstance(each, str)]
state = found[0] if found else Kept()
if not found:
    keyword.softkwlist.append(state)
state.calls += 1
"""
# Once in a process: with it the slowest case (40000) is beyond twice the expert's, without it not.
ONCE = """
def mix(xs):
    if %s and not hasattr(state, "table"):
        state.table = honest(list(range(80000)))
    return honest(xs)
"""
# Speaks for its process: answers, takes the next input itself, works, and only then says ready.
TAKES_OVER = """
import os, marshal, struct, time

def ends():
    found = []
    for number in range(3, 64):
        try:
            kind = os.readlink("/pro" + "c/self/fd/%d" % number)
        except OSError:
            continue
        if kind.startswith("pipe:"):
            found.append(number)
    return found

def take(go, size):
    data = b""
    while len(data) < size:
        piece = os.read(go, size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data

def mix(xs):
    go, out = ends()
    if len(xs) > 5000:
        return honest(xs)
    output = honest(xs)
    while True:
        data = marshal.dumps(output, 2)
        rest = struct.pack("<BBddQ", 0, 0, 0.0, 0.0, len(data)) + data
        while rest:
            rest = rest[os.write(out, rest):]
        size, = struct.unpack(">Q", take(go, 8))
        (xs,) = marshal.loads(take(go, size))
        for _ in range(TIMES):
            output = honest(xs)
        os.write(out, b"R")
        os.read(go, 1)
"""
LOOKS_AT_INPUTS = """
import sys
def mix(xs):
    frame = sys._getframe()
    while frame:
        request = frame.f_locals.get("request")
        if request:
            return [bytes(request["inputs"].of(n)) for n in range(8, 20)]
        frame = frame.f_back
    return honest(xs)
"""
THREADS = """
import threading, time
def mix(xs):
    thread = threading.Thread(target=time.sleep, args=(%s,), daemon=True)
    thread.start()
    %s
    return honest(xs)
"""
CHILD = """
import os, time
def mix(xs):
    if os.fork() == 0:
        time.sleep(0.5)
        os._exit(0)
    return honest(xs)
"""
# A repetition without a suite: what opens it, what its cases come back as.
ALONE = """
import json, marshal, os, sys
from speedwright.benchmarks.enamel.inside import children, framing
from speedwright.benchmarks.enamel.inside.repetition import Repeater
from speedwright.benchmarks.enamel.inside.runner import prepared
for number in (framing.IN, framing.OUT):
    os.dup2(os.open(os.devnull, os.O_RDWR), number)
children.protect()
request = {
    "prompt": "", "entry_point": "f", "spare_cpus": [], "memory_bytes": 1 << 32,
    "output_bytes": 1 << 20, "inputs": {n: marshal.dumps((n,)) for n in range(4)},
}
code, fault = prepared(request, sys.argv[1])
for runs in Repeater(code, 5.0, request).run([(0, [1, 2, 3]), (None, [3])]):
    print(json.dumps([[r["case"], r["status"], "opens" in r, r["flags"]] for r in runs]))
"""


@pytest.fixture
def base(honest: str) -> str:
    """The expert's way under another name, and state that outlives a call."""
    return honest.replace("mix", "honest") + STATE


def scored(suite: EnamelSuite, *samples: str) -> TaskScore:
    score = suite.evaluate(suite.tasks()[0], samples, NullProgress())
    assert score.infra is None
    return score


def guarded(score: TaskScore) -> list[str]:
    """What the text alone gave away; these tests are about what happens at run time."""
    return [flag for flag in score.flags if flag.startswith("guard:")]


def test_every_repetition_of_a_case_is_in_another_process() -> None:
    plan = candidate_plan(CASES, PARAMETERS)
    assert all(len(set(members)) == len(members) for _, members in plan)
    assert all(len({CASES[n].draw.level for n in members}) == 1 for _, members in plan)
    counts = Counter(n for _, members in plan for n in members)
    assert counts == {n: PARAMETERS.repetitions_at(case.draw.level) for n, case in enumerate(CASES)}
    opens = [opening for opening, _ in plan]
    assert opens[0] is None and len(set(opens[1:])) == 1
    assert CASES[opens[1] or 0].draw.level == 0


def test_the_stop_rules_see_the_official_order_and_the_slowest_case_is_first_after_that() -> None:
    plan = candidate_plan(CASES, PARAMETERS)
    levels = [CASES[members[0]].draw.level for _, members in plan]
    assert levels == sorted(levels)
    for level in PARAMETERS.weighted:
        first, *others = [m for _, m in plan if CASES[m[0]].draw.level == level]
        assert first == sorted(first)
        hints = [CASES[n].hint_s for n in others[0]]
        assert hints == sorted(hints, reverse=True)
        assert all(each == others[0] for each in others)


@pytest.mark.parametrize("when", ["len(xs) < 5000", "len(xs) > 5000"], ids=["opening", "first"])
def test_what_is_done_once_for_all_cases_of_a_process_is_paid(
    suite: EnamelSuite, base: str, when: str
) -> None:
    for _ in range(TRIES):  # where a burst of noise made the expert slower than it is
        score = scored(suite, base + ONCE % when)
        if score.hardened["levels"][0][3] == 0.0:
            break
    assert score.hardened["levels"][0][3] == 0.0
    assert guarded(score) == []


def test_who_works_between_two_cases_gains_nothing(
    suite: EnamelSuite, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named double: guards that read nothing into this text, which the real ones refuse."""
    monkeypatch.setattr(evaluate, "refusals", lambda prompt, program: ())
    score = scored(
        suite, base + TAKES_OVER.replace("TIMES", "1"), base + TAKES_OVER.replace("TIMES", "40")
    )
    assert score.flags == ()
    # Its own clock says that every call takes no time at all, and that is all it could fake.
    assert score.official["passes"] == [True, True]
    assert max(score.official["efficiencies"]) > 1.0
    assert score.hardened["efficiencies"][1] == 0.0


def test_no_process_holds_an_input_that_it_was_not_called_with(
    suite: EnamelSuite, base: str
) -> None:
    assert scored(suite, base + LOOKS_AT_INPUTS).official["why"] == ["died"]


def test_inputs_are_there_for_the_parent_alone() -> None:
    inputs = Inputs({3: b"abc", 5: b"", 7: b"defg"})
    assert [bytes(inputs.of(case)) for case in (3, 5, 7)] == [b"abc", b"", b"defg"]
    text = (
        "import os\n"
        "from speedwright.benchmarks.enamel.inside.inputs import Inputs\n"
        "inputs = Inputs({3: b'abc'})\n"
        "pid = os.fork()\n"
        "if pid == 0:\n    bytes(inputs.of(3))\n    os._exit(0)\n"
        "print(os.waitpid(pid, 0)[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.stdout.strip() == str(int(signal.SIGSEGV)), done.stderr


def test_threads_that_go_on_between_two_cases_are_told(suite: EnamelSuite, base: str) -> None:
    score = scored(suite, base + THREADS % ("60", "pass"))
    assert "left-threads" in score.flags
    assert score.hardened["pass"] == 0.0
    waited = scored(suite, base + THREADS % ("0", "thread.join()"))
    assert waited.flags == () or "left-threads" not in waited.flags
    assert waited.official["passes"] == [True]


def test_children_that_go_on_between_two_cases_are_told(suite: EnamelSuite, base: str) -> None:
    score = scored(suite, base + CHILD)
    assert {"left-threads", "left-processes"} & set(score.flags)
    assert score.hardened["pass"] == 0.0


FAILS = ("raise KeyError", "os._exit(0)", "os.kill(os.getpid(), 9)", "bytes(2**40)")


@pytest.mark.parametrize("trick", FAILS)
def test_what_fails_after_another_case_is_seen_again_alone(
    suite: EnamelSuite, base: str, trick: str
) -> None:
    start = "\nimport os\ndef mix(xs):\n    if "
    end = f":\n        {trick}\n    return honest(xs)\n"
    assert scored(suite, f"{base}{start}state.calls > 1{end}").official["passes"] == [True]
    always = scored(suite, f"{base}{start}len(xs) > 5000{end}")
    assert always.official["efficiencies"] == [0.0]


def alone(program: str) -> list[Any]:
    """What becomes of case 0, which opens, and 1 to 3, and then of 3 in a process of its own."""
    command = [sys.executable, "-c", ALONE, program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def called(first: int, *statuses: str) -> list[list[Any]]:
    return [[first + n, status, first + n == 0, []] for n, status in enumerate(statuses)]


def test_each_case_has_the_end_that_is_its_own() -> None:
    good = called(0, "ok", "ok", "ok", "ok")
    assert alone("def f(n): return n") == [good, called(3, "ok")]
    fails = "def f(n):\n    if n == %d: %s\n    return n"
    assert alone(fails % (2, "1 / 0"))[0] == called(0, "ok", "ok", "raised")
    assert alone(fails % (3, "bytes(2**40)")) == [
        called(0, "ok", "ok", "ok", "memory"),
        called(3, "memory"),
    ]
    assert alone(f"import os\n{fails % (2, 'os._exit(0)')}")[0] == called(0, "ok", "ok", "died")


def test_an_opening_that_fails_is_left_out() -> None:
    text = f"{STATE}def f(n):\n    if n == 0: 1 / 0\n    return 1 // (4 - state.calls)"
    assert alone(text) == [called(1, "ok", "ok", "ok"), called(3, "ok")]


def test_what_was_noticed_of_a_call_that_is_seen_again_is_kept() -> None:
    text = "import time\ndef f(n):\n    if n == 0:\n        time.time = lambda: 0.0\n        1 / 0"
    (first, *_), _ = alone(text)
    assert first[3] == [] and alone(text)[0][-1][3] == ["patched-clock"]


def test_a_process_that_does_not_read_its_input_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(talk, "READY_S", 0.05)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    assert talk.give(writer, memoryview(b"few"))
    assert os.read(reader, 100) == b"\0" * 7 + b"\3few"
    assert not talk.give(writer, memoryview(bytes(1 << 22)))
    os.close(reader)
    assert not talk.give(writer, memoryview(b"few"))
    assert not talk.come(writer)
    os.close(writer)


def test_what_is_said_unasked_is_heard() -> None:
    reader, writer = os.pipe()
    assert talk.is_quiet(reader)
    os.write(writer, b"R")
    assert not talk.is_quiet(reader) and talk.is_ready(reader)
    os.write(writer, b"x")
    assert not talk.is_ready(reader)
    os.close(writer)
    assert not talk.is_quiet(reader)
    os.close(reader)
