"""`optimize --model rules` on three packages as they stand on the package index; nothing is chosen.

Run: python benches/real_packages.py [PACKAGE ...]     some 20 minutes; needs the index and git

Each is unpacked from its source distribution (tests included), gets a workload of ours that does
what the package is for, and is optimised with the rules. What was found is printed, nothing
included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SPEEDWRIGHT = Path(sys.executable).with_name("speedwright")
TIME_LIMIT_MIN = "12"
ATTEMPTS = "12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the index.

    Attributes:
        requirement: Exact version.
        workload: Text of a workload file.
        test: Test command, run in the unpacked folder.
    """

    requirement: str
    workload: str
    test: str


PACKAGES = {
    "sqlparse": Package(
        requirement="sqlparse==0.6.1",
        workload="""\
import sqlparse

QUERY = (
    "select a.id, b.name, count(*) as n from orders a join people b on a.who = b.id "
    "where a.day between '2020-01-01' and '2021-01-01' and b.name like 'x%' "
    "group by a.id, b.name having count(*) > 3 order by n desc limit 10;\\n"
)


def workload():
    return sqlparse.format(QUERY * 12, reindent=True, keyword_case="upper")
""",
        test="python -m pytest -q tests",
    ),
    "tabulate": Package(
        requirement="tabulate==0.10.0",
        workload="""\
from tabulate import tabulate

ROWS = [[i, i * 1.37, f"name {i % 17}", None if i % 5 else "x"] for i in range(400)]


def workload():
    return tabulate(ROWS, headers=["id", "value", "name", "mark"], tablefmt="grid")
""",
        test="python -m pytest -q test --deselect test/test_cli.py --ignore test/test_cli.py",
    ),
    "mistune": Package(
        requirement="mistune==3.4.0",
        workload="""\
import mistune

TEXT = '''# Title

Some *text* with [a link](https://example.org), `code` and **more** of it.

- one
- two with ~~nothing~~
  - nested

| a | b |
|---|---|
| 1 | 2 |

```python
print("hello")
```
'''


def workload():
    return mistune.html(TEXT * 25)
""",
        test="python -m pytest -q tests",
    ),
}


def main(names: list[str]) -> None:
    """Print a line for each package."""
    for name in names or list(PACKAGES):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{name:10} {_optimised(PACKAGES[name], Path(folder))}", flush=True)


def _optimised(package: Package, folder: Path) -> str:
    root = _unpacked(package.requirement, folder)
    (root / "speed_workload.py").write_text(package.workload)
    for words in (("init", "-q"), ("add", "-A", "-f"), ("commit", "-qm", "base")):
        options = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
        subprocess.run(["git", *options, *words], cwd=root, check=True)
    start_s = time.monotonic()
    words = ("--workload", "speed_workload.py", "--test", package.test, "--json", "--quiet")
    limits = ("--attempts", ATTEMPTS, "--time-limit", TIME_LIMIT_MIN)
    command = [str(SPEEDWRIGHT), "optimize", str(root), *words, *limits]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start_s
    if done.returncode or not done.stdout.strip():
        return f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}"
    found = json.loads(done.stdout)
    words_of = [f"{a['verdict']}" for a in found["attempts"]]
    gain = ""
    if found.get("speedup"):
        gain = f" {found['speedup']:.3f}x ({found['ci_low']:.3f}-{found['ci_high']:.3f})"
    return (
        f"{found['verdict'] or 'nothing'}{gain}; attempts: {', '.join(words_of)}; {seconds:.0f} s"
    )


def _unpacked(requirement: str, folder: Path) -> Path:
    words = ("download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder), requirement)
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


if __name__ == "__main__":
    main(sys.argv[1:])
