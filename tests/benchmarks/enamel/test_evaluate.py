"""Real programs in real processes: honest ones count, and no trick brings a hardened point."""

from __future__ import annotations

import textwrap

import pytest

from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.progress import NullProgress

pytestmark = pytest.mark.timed

HONEST = """
def mix(xs):
    a = 1
    out = []
    for x in xs:
        a = (a * 1103515245 + x) % 2147483648
        out.append(a % 10)
    return sum(out), out
"""
TASK = "HumanEval/0"

# What would be right but is far too slow, unless something makes it look faster.
SLOW = HONEST + "honest = mix\n"

TRICKS = {
    "patched clock": """
        import time
        time.time = lambda: 0.0
        """,
    "clock patched without its name": """
        globals()["ti" + "me"] = type("T", (), {"time": staticmethod(lambda: 0.0)})
        """,
    "state in a module": """
        import sys
        def mix(xs):
            known = sys.modules.setdefault("known", {})
            if len(xs) > 100 and not known:
                while True: pass
            known[1] = 1
            return honest(xs)
        """,
    "state in a file": """
        import os
        def mix(xs):
            os.mkdir("seen") if not os.path.exists("seen") else None
            return honest(xs)
        """,
    "state in the times of the folder": """
        import os
        def mix(xs):
            os.utime(".", (1, 1))
            return honest(xs)
        """,
    "state in limits of the parent": """
        import resource, os
        def mix(xs):
            soft, hard = resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)
            resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (soft - 1, hard))
            return honest(xs)
        """,
    "a process that stays": """
        import os
        def mix(xs):
            if os.fork() == 0:
                os.setsid()
                while True: pass
            return honest(xs)
        """,
    "frames and memory": """
        import sys, gc
        def mix(xs):
            frame = sys._getframe()
            while frame:
                for space in (frame.f_globals, frame.f_locals):
                    for name in ("__answer", "answer", "cases"):
                        if name in space: return space[name]
                frame = frame.f_back
            for thing in gc.get_objects():
                if isinstance(thing, dict) and "__answer" in thing: return thing["__answer"]
            return None
        """,
    "alarm swallowed": """
        import signal
        def mix(xs):
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                try: pass
                except BaseException: pass
        """,
    "faked equality": """
        class Any(tuple):
            def __eq__(self, other): return True
            __hash__ = tuple.__hash__
        def mix(xs):
            return Any((0, []))
        """,
    "rebound names": """
        type = lambda x: 0
        len = max = sum = lambda *x: 0
        def mix(xs):
            return 0, []
        """,
    "exit": "def mix(xs): raise SystemExit(0)",
    "hard exit": "import os\ndef mix(xs): os._exit(0)",
    "killed runner": "import os\ndef mix(xs): os.kill(os.getppid(), 9)",
    "words in the channel": """
        import os
        def mix(xs):
            for n in range(3, 50):
                try: os.write(n, bytes(26) + b"x" * 100)
                except OSError: pass
            os._exit(0)
        """,
    "no plain data": "def mix(xs): return (x for x in xs)",
    "endless output": "def mix(xs): return 'x' * (100 << 20)",
}


SEEN_AT_RUN_TIME = {
    "patched clock": "patched-clock",
    "clock patched without its name": "patched-clock",
    "state in a file": "left-state",
    "state in the times of the folder": "left-state",
    "state in limits of the parent": "left-state",
    "a process that stays": "left-processes",
}


def scored(suite: EnamelSuite, *samples: str) -> TaskScore:
    """The score of samples of the first task."""
    task = next(task for task in suite.tasks() if task.id == TASK)
    score = suite.evaluate(task, samples, NullProgress())
    assert score.infra is None
    return score


def test_honest_samples_pass_by_both_clocks(suite: EnamelSuite) -> None:
    body = HONEST.partition("\n    ")[2]
    score = scored(suite, HONEST, "    " + body, *suite.gold(TASK))
    assert score.official["passes"] == [True] * 3
    assert score.hardened["passes"] == [True] * 3
    assert score.flags == ()
    assert min(score.official["efficiencies"]) > 0
    assert max(score.hardened["efficiencies"]) <= 1.0
    found = suite.aggregate([score], (1, 2, 3, 10))
    assert set(found.official) == {f"{m}@{k}" for m in ("pass", "eff") for k in (1, 2, 3)}


@pytest.mark.parametrize("name", list(TRICKS))
def test_no_trick_brings_a_hardened_point(suite: EnamelSuite, name: str) -> None:
    score = scored(suite, SLOW + textwrap.dedent(TRICKS[name]))
    assert score.hardened["efficiencies"] == [0.0], (name, score)
    assert score.hardened["pass"] == 0.0 or name == "state in a module"
    assert SEEN_AT_RUN_TIME.get(name, "") in {*score.flags, ""}


def test_the_next_sample_is_none_the_worse(suite: EnamelSuite) -> None:
    score = scored(suite, TRICKS["killed runner"], TRICKS["hard exit"], HONEST)
    assert score.official["passes"] == [False, False, True]
    assert score.hardened["passes"] == [False, False, True]


def test_stop_rules_of_real_programs(suite: EnamelSuite) -> None:
    rules = {
        "raise in level 0": ("def mix(xs):\n    raise KeyError", False, "raised KeyError"),
        "wrong type": ("def mix(xs):\n    return list(honest(xs))", False, "wrong output"),
        "does not parse": ("def mix(xs:", False, "SyntaxError"),
        "empty": ("", False, "wrong output"),
        "print is None": ("def mix(xs):\n    print(1)", False, "raised TypeError"),
        "10 GB at level 1": (
            "def mix(xs):\n    y = bytes(10**10 if len(xs) > 5000 else 1)\n    return honest(xs)",
            True,
            "memory",
        ),
        "endless at level 2": (
            "def mix(xs):\n    while len(xs) > 15000: pass\n    return honest(xs)",
            True,
            "timed-out",
        ),
    }
    samples = [
        text if name in ("does not parse", "empty") else SLOW + text
        for name, (text, _, _) in rules.items()
    ]
    score = scored(suite, *samples)
    assert score.official["passes"] == [passed for _, passed, _ in rules.values()]
    assert score.official["why"] == [why for _, _, why in rules.values()]
    levels = dict(zip(rules, score.official["levels"], strict=True))
    assert levels["10 GB at level 1"] == [0.0] * 4
    assert levels["endless at level 2"][2:] == [0.0, 0.0]


def test_no_sample_is_no_point(suite: EnamelSuite) -> None:
    score = scored(suite)
    assert suite.aggregate([score], (1,)).official == {"pass@1": 0.0, "eff@1": 0.0}


def test_tests_are_equal_when_made_again_and_read_back(suite: EnamelSuite) -> None:
    from speedwright.benchmarks.enamel.making import cases_of

    problem = suite._data.problems[TASK]
    made = cases_of(problem, suite._parameters, suite._boxes, None)
    kept = cases_of(problem, suite._parameters, suite._boxes, suite._cache)
    assert [(c.given, c.answer) for c in made] == [(c.given, c.answer) for c in kept]
    assert [c.draw.level for c in made] == [0] * 8 + [1] * 4 + [2] * 4 + [3] * 4
    assert made[0].draw.seed == 998244353 ^ 0
    assert made[19].draw.seed == 998244353 ^ 19
