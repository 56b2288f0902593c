"""How long `speedwright --help` takes, in a fresh process each time; the target is 0.25 s."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 21
TARGET_S = 0.25


def main() -> None:
    script = Path(sys.executable).with_name("speedwright")
    values_s = []
    for _ in range(RUNS + 1):
        start_s = time.perf_counter()
        subprocess.run([script, "--help"], check=True, stdout=subprocess.DEVNULL)
        values_s.append(time.perf_counter() - start_s)
    warm_s = values_s[1:]  # the first one may compile
    print(
        f"speedwright --help: median {statistics.median(warm_s):.3f} s, "
        f"slowest {max(warm_s):.3f} s of {RUNS} (target {TARGET_S} s)"
    )


if __name__ == "__main__":
    main()
