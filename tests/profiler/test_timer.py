"""Timers: fresh processes, the clock outside, import and set-up apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from speedwright.profiler import CommandWorkload, FunctionWorkload, Sample, Workload
from speedwright.profiler.timer import SOURCE_MOUNT, runner_mounts, timer_for
from speedwright.sandbox import Box, Limits, Mount, Outcome
from speedwright.sandbox.process import ProcessSandbox
from speedwright.sandbox.toolchain import choose_toolchain

pytestmark = pytest.mark.timed


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    source, trusted = tmp_path / "src", tmp_path / "trusted"
    source.mkdir()
    trusted.mkdir()
    yield source, trusted


def sample(folders: tuple[Path, Path], workload: Workload, *, seed: int = 1) -> Sample:
    source, trusted = folders
    box = Box(
        mounts=(Mount(name=SOURCE_MOUNT, source=source), *runner_mounts(workload, trusted)),
        toolchain=choose_toolchain(source).toolchain,
        limits=Limits(wall_s=30),
    )
    with ProcessSandbox().open(box) as session:
        return timer_for(workload).sample(session, seed=seed)


def test_only_the_call_is_timed_and_set_up_is_told_apart(folders: tuple[Path, Path]) -> None:
    (folders[1] / "w.py").write_text(
        "import time\ntime.sleep(0.3)\n\n\ndef setup():\n    time.sleep(0.3)\n\n\n"
        "def workload():\n    time.sleep(0.2)\n    return [1, 2.5, 'ü', None]\n"
    )
    found = sample(folders, FunctionWorkload(file="w.py"))
    assert found.result.reply == "[1, 2.5, 'ü', None]".encode()
    assert found.setup_s is not None and found.setup_s >= 0.6
    assert 0.2 <= found.wall_s < found.setup_s


def test_the_workload_is_the_bases_and_the_modules_are_the_versions(
    folders: tuple[Path, Path],
) -> None:
    source, trusted = folders
    (trusted / "lib.py").write_text("NAME = 'base'\n")
    (source / "lib.py").write_text("NAME = 'candidate'\n")
    (source / "w.py").write_text("def workload():\n    return 'cheat'\n")
    (trusted / "w.py").write_text("import lib\n\n\ndef workload():\n    return lib.NAME\n")
    assert sample(folders, FunctionWorkload(file="w.py")).result.reply == b"'candidate'"


def test_modules_beside_a_workload_in_a_folder_are_found(folders: tuple[Path, Path]) -> None:
    for root in folders:
        (root / "bench").mkdir()
        (root / "bench" / "helper.py").write_text("X = 3\n")
        (root / "bench" / "w.py").write_text(
            "from helper import X\n\n\ndef workload():\n    return X\n"
        )
    assert sample(folders, FunctionWorkload(file="bench/w.py")).result.reply == b"3"


def test_a_set_is_the_same_text_for_every_hash_seed(folders: tuple[Path, Path]) -> None:
    (folders[1] / "w.py").write_text("def workload():\n    return {'a', 'b', 'c', 'd', 'e'}\n")
    digests = {
        sample(folders, FunctionWorkload(file="w.py"), seed=s).output_sha256 for s in range(4)
    }
    assert len(digests) == 1


def test_the_seed_reaches_the_program_and_the_environment_keeps_its_length(
    folders: tuple[Path, Path],
) -> None:
    code = (
        "import os; "
        "print(os.environ['PYTHONHASHSEED'], sum(len(k + v) for k, v in os.environ.items()))"
    )
    command = CommandWorkload(argv=("python", "-c", code))
    small, large = (sample(folders, command, seed=s).result.stdout.split() for s in (7, 4_000_000))
    assert [int(small[0]), int(large[0])] == [7, 4_000_000]
    assert small[1] == large[1]


def test_a_generator_is_no_finished_result(folders: tuple[Path, Path]) -> None:
    (folders[1] / "w.py").write_text("def workload():\n    return (i for i in range(3))\n")
    found = sample(folders, FunctionWorkload(file="w.py"))
    assert not found.result.is_success
    assert b"iterator" in found.result.stderr


def test_a_failing_command_is_a_value_not_an_error(folders: tuple[Path, Path]) -> None:
    found = sample(folders, CommandWorkload(argv=("python", "-c", "raise SystemExit(3)")))
    assert (found.result.outcome, found.result.exit_code) == (Outcome.EXITED, 3)
