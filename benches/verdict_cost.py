"""Seconds that one verdict costs on a 10 ms workload, base prepared; target: under 2 s.

Run: python benches/verdict_cost.py [REPEATS]
"""

from __future__ import annotations

import statistics
import sys
import time

from small_target import python_function

from speedwright.errors import SandboxUnavailable
from speedwright.eval.candidate import Candidate
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.progress import NullProgress
from speedwright.sandbox.choose import choose_sandbox


def main(repeats: int) -> None:
    """Print a row for each sandbox that is here."""
    print("sandbox      verdict s (median, min-max)   runs   words")
    for name in ("process", "bubblewrap", "docker"):
        try:
            choose_sandbox(name)
        except SandboxUnavailable as error:
            print(f"{name:12} not here: {str(error).splitlines()[0]}")
            continue
        with python_function(name) as prepared:
            seconds, words, runs = [], set(), []
            for seed in range(repeats):
                case = Case(candidate=Candidate(diff=prepared.diff, author="bench"), seed=seed)
                start_s = time.perf_counter()
                found = judge(case, prepared.baseline, NullProgress())
                seconds.append(time.perf_counter() - start_s)
                words.add(found.word)
                runs += [s.runs for s in found.steps if s.step == "confirm"]
        span = f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"
        print(f"{name:12} {span:29} {max(runs, default=0):4}   {', '.join(sorted(words))}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
