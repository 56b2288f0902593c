"""The workload command with other numbers and other input files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.differential import check_differential
from speedwright.eval.differential.program_variants import variants
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

SCRIPT = """\
use strict;
my ($times, $file) = @ARGV;
open(my $in, '<', $file) or die "no file";
my ($sum, $last) = (0, '');
while (my $line = <$in>) { chomp $line; $sum += length($line); $last = $line; }
print $sum * $times, " $last\\n";
"""


@pytest.fixture(scope="module")
def program(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
) -> Baseline:
    files = {"sum.pl": SCRIPT, "input.txt": "one\ntwo\nthree\n"}
    root = repository_maker(tmp_path_factory.mktemp("program"), files)
    scratch = tmp_path_factory.mktemp("scratch")
    command = "perl sum.pl 12 input.txt"
    request = TargetRequest(path=root, sandbox="process", workload=command, test="")
    target = resolve_target(request, scratch / "target", NullProgress())
    return prepare_baseline(target, scratch / "versions", NullProgress())


@pytest.mark.parametrize(
    ("old", "new", "is_wrong"),
    [
        ("$sum * $times", "$times * $sum", False),
        ("$sum * $times", "($times < 12 ? 0 : $sum * $times)", True),
        ("chomp $line;", "$line = substr($line, 0, -1);", True),
    ],
)
def test_a_program_is_run_with_other_inputs(
    program: Baseline, old: str, new: str, is_wrong: bool
) -> None:
    diff = program.target.snapshot.diff_of({"sum.pl": SCRIPT.replace(old, new)})
    folder = program.versions.fresh(diff)
    report = check_differential(program, folder, diff, seed=1, progress=NullProgress())
    assert (report.verdict is not None) == is_wrong, report
    if not is_wrong:
        assert report.programs > 5
        assert report.to_json()["programs"] == report.programs


def test_numbers_and_files_of_a_command_are_varied(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a\nb\n")
    argv = ("./tool", "--size=100", "8", "0.5", "data.csv", "name")
    found = variants(argv, tmp_path, seed=1)
    words = {word for v in found for word in v.argv}
    assert {"--size=50", "4", "0.25"} <= words
    assert (4, b"") in {file for v in found for file in v.files}
    assert all(v.argv[0] == "./tool" and v.argv[-1] == "name" for v in found)
