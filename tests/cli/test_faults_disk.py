"""Full disks and read-only places: named, with the way out, and no half result left behind."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from speedwright.cli import failures

REJECTED = """\
diff --git a/conftest.py b/conftest.py
new file mode 100644
--- /dev/null
+++ b/conftest.py
@@ -0,0 +1 @@
+x = 1
"""


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A small disk with room for a few folders only."""
    place = tmp_path / "full"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root and the right to mount")
    with (place / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def _words(target: Path, tmp_path: Path) -> tuple[object, ...]:
    patch = tmp_path / "a.diff"
    patch.write_text(REJECTED)
    words = ("--workload", "work.py", "--test", "", "--sandbox", "process", "--json")
    return ("judge", target, "--patch", patch, *words)


@pytest.mark.parametrize("room_bytes", [0, 8192, 16384])
def test_a_full_place_for_results(
    console: ModuleType, tmp_path: Path, full: Path, room_bytes: int
) -> None:
    os.truncate(full / "filler", 256 * 1024 - room_bytes)
    target = console.make_target(tmp_path / "target")
    ended = console.run_script(*_words(target, tmp_path), "--out", full)
    assert ended.code == 3, ended.err
    assert f"cannot write `{full}" in ended.error and "--out" in ended.error
    assert ended.document["error"]["kind"] == "EnvironmentMissing"
    left = [p.name for p in full.rglob("*") if p.is_file()]
    assert left == ["filler"], "half of the evidence would pass for all of it"


@pytest.mark.parametrize("room_bytes", [4096, 65536, 131072])
def test_a_full_place_for_scratch_files(
    console: ModuleType, tmp_path: Path, full: Path, room_bytes: int
) -> None:
    os.truncate(full / "filler", 256 * 1024 - room_bytes)
    target = console.make_target(tmp_path / "target")
    ended = console.run_script(*_words(target, tmp_path), env={"TMPDIR": str(full)})
    assert ended.code == 3, ended.err
    assert f"`{full}/" in ended.error and "TMPDIR" in ended.error
    assert [p.name for p in full.iterdir()] == ["filler"]


def test_a_read_only_target(console: ModuleType, tmp_path: Path) -> None:
    target = console.make_target(tmp_path / "target")
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    bind = ["mount", "--bind", str(target), str(mounted)]
    if os.getuid() != 0 or subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("mounting needs root and the right to mount")
    try:
        remount = ["mount", "-o", "remount,ro,bind", str(mounted)]
        if subprocess.run(remount, capture_output=True).returncode:
            pytest.skip("a read-only mount is not allowed here")
        words = _words(mounted, tmp_path)
        refused = console.run_script(*words)
        elsewhere = console.run_script(*words, "--out", tmp_path / "runs")
    finally:
        subprocess.run(["umount", "-l", mounted], check=True)
    assert (refused.code, "--out" in refused.error) == (2, True), refused.err
    assert "Read-only file system" in refused.error
    assert (elsewhere.code, elsewhere.document["verdict"]) == (0, "rejected"), elsewhere.err


def test_a_file_where_runs_should_go(console: ModuleType, tmp_path: Path) -> None:
    target = console.make_target(tmp_path / "target")
    ended = console.run_script(*_words(target, tmp_path), "--out", target / "mod.py")
    assert (ended.code, "cannot write a run folder" in ended.error) == (2, True)


def test_a_disk_that_fills_up_while_a_tree_is_copied(capsys: pytest.CaptureFixture[str]) -> None:
    error = shutil.Error([("/a/x.py", "/b/x.py", "[Errno 28] No space left on device")])
    assert failures.unexpected(error, as_json=False, debug=False) == 3
    assert "`/b/x.py`: No space left" in capsys.readouterr().err
    other = shutil.Error([("/a/x.py", "/b/x.py", "the same file")])
    assert failures.unexpected(other, as_json=False, debug=False) == 70
