"""The question before the first call that costs money, on a terminal that is really one."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

PAID = "openai:gpt-nothing"
LOCAL = "openai@http://127.0.0.1:9/v1:m"
CODE = """
import sys
from speedwright.cli.consent import ask_before_paying
ask_before_paying(sys.argv[1], 2.5, is_asked=sys.argv[2] == "asked")
print("went on")
"""


def said(model: str, answer: bytes, *, asked: str = "asked", **env: str) -> tuple[str, str]:
    """What a program with a terminal printed there and on stdout, given that answer."""
    ours, theirs = pty.openpty()
    variables = {k: v for k, v in os.environ.items() if k != "CI"}
    os.write(ours, answer)
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE, model, asked],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True,
        env={**variables, "OPENAI_API_KEY": "sk-test", **env},
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 4096):
            seen += data
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    return seen.decode(), done.stdout


def test_it_names_model_and_limit_and_goes_on_after_yes() -> None:
    asked, out = said(PAID, b"y\n")
    assert "use openai:gpt-nothing for at most $2.50 (--budget-usd)? [y/N] " in asked
    assert out == "went on\n"


@pytest.mark.parametrize("answer", [b"\n", b"n\n", b"maybe\n", b"\x04"])
def test_anything_else_is_no(answer: bytes) -> None:
    asked, out = said(PAID, answer)
    assert "nothing was done" in asked
    assert out == ""


@pytest.mark.parametrize("model", ["rules", "scripted:file", LOCAL])
def test_what_costs_nothing_is_not_asked_about(model: str) -> None:
    assert said(model, b"") == ("", "went on\n")


def test_nobody_is_asked_twice_or_in_ci() -> None:
    assert said(PAID, b"", asked="no") == ("", "went on\n")
    assert said(PAID, b"", CI="true") == ("", "went on\n")
    assert said(PAID, b"", OPENAI_BASE_URL="http://[::1]:8000/v1") == ("", "went on\n")


def test_a_missing_key_is_said_before_anything_is_asked() -> None:
    asked, out = said(PAID, b"y\n", OPENAI_API_KEY="")
    assert "no key for `openai`" in asked and "[y/N]" not in asked
    assert out == ""


def optimize(target: Path, words: Sequence[str], answer: bytes) -> tuple[int, str]:
    """Exit code of the command and what it printed on its terminal."""
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    variables = {k: v for k, v in os.environ.items() if k != "CI"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "speedwright", "optimize", str(target), *words],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        env={**variables, "OPENAI_API_KEY": "sk-test"}, timeout=60,
    )  # fmt: skip
    os.close(theirs)
    seen = os.read(ours, 65536).decode()
    os.close(ours)
    return done.returncode, seen


def test_the_command_asks_before_it_does_anything(tmp_path: Path) -> None:
    code, seen = optimize(tmp_path, ["--model", PAID], b"n\n")
    assert (code, "[y/N]" in seen) == (2, True)
    code, seen = optimize(tmp_path, ["--model", PAID, "--yes"], b"n\n")
    assert "[y/N]" not in seen
    assert "error:" in seen, "the folder is no repository"
