"""One timed run at a time on this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from speedwright.profiler.timing_lock import timing_lock

HOLDER = """
import sys
from pathlib import Path
from speedwright.profiler.timing_lock import timing_lock
with timing_lock(path=Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_the_second_waits_until_the_first_is_done_and_is_told_once(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told: list[str] = []

        def on_wait() -> None:
            told.append("waiting")
            holder.stdin.write("go on\n")  # type: ignore[union-attr]  # asserted above
            holder.stdin.flush()  # type: ignore[union-attr]

        with timing_lock(on_wait, path=lock) as waited_s:
            assert told == ["waiting"]
            assert waited_s > 0
    assert holder.returncode == 0


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.wait()
        with timing_lock(path=lock):
            pass


def test_others_may_use_it_and_a_planted_link_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with timing_lock(path=lock):
        assert lock.stat().st_mode & 0o777 == 0o666
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic links"), timing_lock(path=tmp_path / "link"):
        pass
    assert not (tmp_path / "precious").exists()
