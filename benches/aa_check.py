"""Live A/A: the same program judged against itself again and again; no verdict may be `faster`.

The candidate is the base with one comment changed, built and run like any other candidate. With 100
verdicts and no `faster` the true rate is below 3 % at 95 % confidence (rule of three).

Run: python benches/aa_check.py [VERDICTS] [SANDBOX]
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from small_target import cpp_program

from speedwright.eval.candidate import Candidate
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.progress import NullProgress


def main(verdicts: int, sandbox: str) -> int:
    """Print the counts; 1 if a verdict was `faster` or `slower` more often than it may."""
    words: Counter[str] = Counter()
    start_s = time.perf_counter()
    with cpp_program(sandbox) as prepared:
        for seed in range(verdicts):
            case = Case(candidate=Candidate(diff=prepared.diff, author="a/a"), seed=seed)
            words[judge(case, prepared.baseline, NullProgress()).word] += 1
    counts = ", ".join(f"{word} {count}" for word, count in words.most_common())
    elapsed_s = time.perf_counter() - start_s
    print(f"{verdicts} A/A verdicts in {sandbox}, {elapsed_s / verdicts:.1f} s each: {counts}")
    return int(words["faster"] > 0.03 * verdicts)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    sys.exit(main(count, sys.argv[2] if len(sys.argv) > 2 else "auto"))
