"""Progress: live on a terminal, plain lines elsewhere, nothing under --quiet."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from speedwright.cli import failures
from speedwright.cli.live_progress import LiveProgress
from speedwright.cli.progress import PlainProgress, SilentProgress, watching
from speedwright.eval.progress import Progress


def drive(progress: Progress, folder: Path) -> None:
    progress.folder(folder)
    progress.step("baseline tests", "python -m pytest")
    progress.update(3, 10, "pairs")
    progress.note("workload: `python bench.py`")
    progress.warn("a plain process does not isolate")
    progress.attempt(1, "rewrote\x1b[2J \u202ethe loop", "faster", "2.10x, 2.00-2.20")


def test_plain_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with watching(False) as progress:
        assert isinstance(progress, PlainProgress)
        drive(progress, tmp_path)
    out, err = capsys.readouterr()
    assert out == ""
    lines = [re.sub(r"^\[ *\d+\.\d s\] ", "", line) for line in err.splitlines()]
    assert lines == [
        "baseline tests: python -m pytest",
        "workload: `python bench.py`",
        "warning: a plain process does not isolate",
        "attempt 1: faster (2.10x, 2.00-2.20): rewrote ?the loop",
    ]


def test_quiet_is_silent_but_knows_the_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    failures.reset()
    with watching(True) as progress:
        assert isinstance(progress, SilentProgress)
        drive(progress, tmp_path)
    assert capsys.readouterr() == ("", "")
    failures.interrupted(as_json=False, can_resume=True)
    assert f"`--resume {tmp_path}`" in capsys.readouterr().err


@pytest.mark.parametrize(("no_color", "has_color"), [("", True), ("1", False)])
def test_live_display_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_color: str, has_color: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100, highlight=False, markup=False)
    with LiveProgress(console) as progress:
        drive(progress, tmp_path)
    shown = text.getvalue()
    assert "faster" in shown
    assert "rewrote ?the loop" in shown
    assert "warning: a plain process does not isolate" in shown
    assert re.search(r"baseline tests \(\d+\.\d s\)", shown)
    assert ("\x1b[33m" in shown) is has_color, "warnings are yellow unless NO_COLOR is set"


def test_plain_updates_are_rare(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = PlainProgress()
    for done in range(1000):
        progress.update(done, 1000, "pairs")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(PlainProgress, "UPDATE_EVERY_S", 0.0)
    progress.update(7, 1000, "pairs")
    assert capsys.readouterr().err.endswith("7 of 1000 pairs\n")
