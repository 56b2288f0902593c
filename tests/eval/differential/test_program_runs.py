"""What a target's tests feed its compiled program is noted, varied, and compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.differential import check_differential
from speedwright.eval.differential.program_runs import recorded_runs
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

PROGRAM = """\
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

int main(int argc, char** argv) {
  std::string text;
  if (argc == 2 && std::string(argv[1]) == "--made") {
    text = std::string(2000, 'x');
  } else if (argc == 2) {
    std::ifstream in(argv[1]);
    text.assign(std::istreambuf_iterator<char>(in), {});
  } else {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  }
  if (text.empty()) throw std::invalid_argument("nothing to read");
  long sum = 0;
  for (std::size_t i = 0; i < text.size(); i++) sum += text[i] * (i % 7 + 1);
  std::printf("%ld\\n", sum);
}
"""
TESTS = """\
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).with_name("checksum")


def run(*words, **options):
    done = subprocess.run([str(PROGRAM), *words], capture_output=True, text=True, **options)
    return done.stdout, done.returncode


def test_input():
    assert run(input="ab\\ncd\\n") == ("1279\\n", 0)


def test_file(tmp_path):
    (tmp_path / "text").write_text("ab")
    assert run(str(tmp_path / "text"))[1] == 0
"""
LOOP = "for (std::size_t i = 0; i < text.size(); i++) sum += text[i] * (i % 7 + 1);"


@pytest.fixture(scope="module")
def checksum(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
) -> Baseline:
    files = {"checksum.cpp": PROGRAM, "test_checksum.py": TESTS}
    root = repository_maker(tmp_path_factory.mktemp("checksum"), files)
    scratch = tmp_path_factory.mktemp("scratch")
    request = TargetRequest(
        path=root,
        sandbox="process",
        build="g++ -O1 -o checksum checksum.cpp",
        workload="./checksum --made",
    )
    target = resolve_target(request, scratch / "target", NullProgress())
    return prepare_baseline(target, scratch / "versions", NullProgress())


def test_runs_of_the_tests_are_noted(checksum: Baseline) -> None:
    runs = recorded_runs(checksum)
    assert {run.program for run in runs} == {"checksum"}
    assert b"ab\ncd\n" in {run.stdin for run in runs}
    assert ((0, b"ab"),) in {run.files for run in runs}
    assert recorded_runs(checksum) is runs


@pytest.mark.parametrize(
    ("old", "new", "is_wrong"),
    [
        (LOOP, "std::size_t i = 0; for (char c : text) sum += c * (i++ % 7 + 1);", False),
        ("i < text.size()", "i < std::min<std::size_t>(20, text.size())", True),
        ('throw std::invalid_argument("nothing to read")', "return 0", True),
    ],
)
def test_the_candidate_is_run_with_their_input_and_others(
    checksum: Baseline, old: str, new: str, is_wrong: bool
) -> None:
    assert PROGRAM.count(old) == 1
    diff = checksum.target.snapshot.diff_of({"checksum.cpp": PROGRAM.replace(old, new)})
    folder = checksum.versions.fresh(diff)
    report = check_differential(checksum, folder, diff, seed=1, progress=NullProgress())
    assert (report.verdict is not None) == is_wrong, report
    if not is_wrong:
        assert report.programs > 10
