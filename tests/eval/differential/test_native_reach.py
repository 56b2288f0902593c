"""Added lines of C++ that neither workload, tests nor other inputs reach are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.differential import DifferentialReport, check_differential
from speedwright.eval.differential.native_reach import counts_of
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.progress import NullProgress
from speedwright.registry import resolve

SUM = """\
#include <cstdlib>
#include <iostream>
#include "twice.hpp"

int main(int argc, char** argv) {
    long n = argc > 1 ? std::atol(argv[1]) : 0, sum = 0;
    for (long i = 1; i <= n; i++) {
        sum += i;
    }
    if (argc > 2) {
        sum = -sum;
    }
    if (n == 7777777) {
        sum = 1;
    }
    std::cout << twice(sum) << std::endl;
}
"""
HEADER = "inline long twice(long n) {\n    return n + n;\n}\n"
MAKEFILE = "sum: sum.cpp twice.hpp\n\t$(CXX) -O2 -o $@ sum.cpp\n"
TESTS = """\
import subprocess


def test_negative():
    assert subprocess.run(["./sum", "4", "x"], capture_output=True).stdout == b"-20\\n"
"""
FILES = {"sum.cpp": SUM, "twice.hpp": HEADER, "Makefile": MAKEFILE, "test_sum.py": TESTS}
WORDS = {"sandbox": "process", "workload": "./sum 100", "build": "make"}
Maker = Callable[[Path, dict[str, str]], Path]


def checked(
    base: Baseline, changes: dict[str, tuple[str, str]], files: dict[str, str] = FILES
) -> DifferentialReport:
    for file, (old, _) in changes.items():
        assert files[file].count(old) == 1, old
    texts = {file: files[file].replace(old, new) for file, (old, new) in changes.items()}
    diff = base.target.snapshot.diff_of(texts)
    folder = base.versions.fresh(diff)
    before = sorted(p.name for p in folder.iterdir())
    report = check_differential(base, folder, diff, seed=1, progress=NullProgress())
    assert sorted(p.name for p in folder.iterdir()) == before  # what is timed stays as it was built
    base.versions.forget(folder)
    return report


@pytest.fixture(scope="module")
def base(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Maker,
    baseline_maker: Callable[..., Baseline],
) -> Baseline:
    root = repository_maker(tmp_path_factory.mktemp("sum"), FILES)
    return baseline_maker(root, tmp_path_factory.mktemp("scratch"), **WORDS)


WORKLOAD = ("        sum += i;\n", "        sum = sum + i;\n")
TEST_ONLY = ("        sum = -sum;\n", "        sum = 0 - sum;\n")
NEVER = ("        sum = 1;\n", "        sum = 2 - 1;\n")


def test_lines_that_run_are_not_named(base: Baseline) -> None:
    report = checked(base, {"sum.cpp": WORKLOAD, "twice.hpp": ("n + n", "2 * n")})
    assert report.native is not None
    assert (report.native.missed, report.native.why) == ((), "")
    assert not any("reached" in said for said in report.not_checked), report.not_checked


def test_a_line_that_only_a_test_reaches_counts(base: Baseline) -> None:
    report = checked(base, {"sum.cpp": TEST_ONLY})
    assert report.native is not None
    assert report.native.missed == ()


def test_a_line_that_nothing_reaches_is_said(base: Baseline) -> None:
    report = checked(base, {"sum.cpp": NEVER})
    assert report.verdict is None
    said = "1 changed line was reached by no test and no run of the program: sum.cpp:14"
    assert said in report.not_checked
    assert report.to_json()["native_lines_missed"] == ["sum.cpp:14"]
    assert not any("no differential test" in sentence for sentence in report.not_checked)


@pytest.mark.parametrize(
    ("build", "why"),
    [
        ("/usr/bin/g++ -O2 -o sum sum.cpp", "none of the touched files"),
        ("bash -c 'g++ -Werror -O2 -o sum sum.cpp && test ! -e .speedwright-reach'", "build fails"),
    ],
)
def test_a_build_that_shows_no_lines_is_said(
    build: str,
    why: str,
    tmp_path: Path,
    repository_maker: Maker,
    baseline_maker: Callable[..., Baseline],
) -> None:
    root = repository_maker(tmp_path / "sum", FILES)
    report = checked(
        baseline_maker(root, tmp_path / "scratch", **WORDS | {"build": build}), {"sum.cpp": NEVER}
    )
    assert report.native is not None
    assert report.native.missed is None
    assert any(why in said for said in report.not_checked), report.not_checked


@pytest.fixture(params=["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> str:
    availability = resolve("sandboxes", request.param)().availability()
    if not availability.is_available:
        pytest.skip(f"{request.param}: {availability.reason}")
    return str(request.param)


def test_in_a_box(
    sandbox: str,
    tmp_path: Path,
    repository_maker: Maker,
    baseline_maker: Callable[..., Baseline],
) -> None:
    root = repository_maker(tmp_path / "sum", FILES)
    base = baseline_maker(root, tmp_path / "scratch", **WORDS | {"sandbox": sandbox})
    report = checked(base, {"sum.cpp": NEVER})
    assert report.native is not None
    assert report.native.missed == ("sum.cpp:14",), report


LIBRARY = {
    "triple.cpp": 'extern "C" long triple(long n) {\n    return 3 * n;\n}\n',
    "Makefile": "triple.so: triple.cpp\n\t$(CXX) -O2 -shared -fPIC -o $@ triple.cpp\n",
    "workload.py": (
        "import ctypes\nimport os\n\nlibrary = ctypes.CDLL(os.path.abspath('triple.so'))\n\n\n"
        "def workload():\n    return library.triple(14)\n"
    ),
}


def test_a_workload_that_is_a_function_runs_too(
    tmp_path: Path, repository_maker: Maker, baseline_maker: Callable[..., Baseline]
) -> None:
    root = repository_maker(tmp_path / "triple", LIBRARY)
    words = WORDS | {"workload": "workload.py", "test": ""}
    base = baseline_maker(root, tmp_path / "scratch", **words)
    report = checked(base, {"triple.cpp": ("3 * n", "n + n + n")}, LIBRARY)
    assert report.native is not None
    assert (report.native.missed, report.native.why) == ((), ""), report


def test_counts_of_several_objects_add_up_and_nonsense_is_left_out() -> None:
    lines = [{"line_number": 3, "count": 2}, {"line_number": 4, "count": 0}]
    inside = {"file": "src/a.hpp", "lines": lines}
    outside = {"file": "../../usr/include/vector", "lines": lines}
    document = {"current_working_directory": "/box/it/sub", "files": [outside]}
    one = {"current_working_directory": "/box/it", "files": [inside]}
    said = [one, one, document, {}, [], {"current_working_directory": 3, "files": 5}]
    text = b"\n".join([*(json.dumps(d).encode() for d in said), b"[" * 100_000, b"\0"])
    assert counts_of(text, "/box/it") == {"src/a.hpp": {3: 4, 4: 0}}
