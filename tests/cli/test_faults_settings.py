"""Settings, names and numbers that make no sense, and keys and engines that are not there."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

WORDS = ("--workload", "work.py", "--test", "", "--json")


def refused(ended: Any, code: int, *said: str) -> None:
    assert ended.code == code, ended.err
    assert ended.document["error"]["exit_code"] == code
    for words in said:
        assert words in ended.error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("atempts = 3\n", ("atempts` is no setting", "did you mean `attempts`?")),
        ("attempts = 'many'\n", ('is "many"; expected a whole number',)),
        ("attempts = = 3\n", ("is no valid TOML", "line 1")),
        ("margin = nan\n", ("margin` is nan; expected",)),
        ("model = 'openai@http://elsewhere/v1:x'\n", ("names a server", "your key")),
        ("env = ['OPENAI_API_KEY']\n", ("no secret enters the sandbox",)),
    ],
    ids=["unknown", "type", "toml", "nan", "endpoint", "secret"],
)
def test_a_wrong_settings_file(
    console: ModuleType, tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    target = console.make_target(tmp_path / "t", {**console.FILES, "speedwright.toml": text})
    ended = console.run_script("optimize", target, *WORDS, "--dry-run")
    refused(ended, 2, "speedwright.toml", *said)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--budget-usd", "-1", "expected dollars"),
        ("--budget-usd", "nan", "expected dollars"),
        ("--attempts", "0", "expected a whole number of 1 or more"),
        ("--time-limit", "inf", "expected minutes"),
        ("--min-speedup", "0.5", "expected a factor"),
        ("--strategy", "liner", "known are"),
        ("--sandbox", "dokcer", "`docker`, `bubblewrap` or `process`"),
        ("--model", "opnai:x", "did you mean `openai`?"),
        ("--focus", "none.py", "no file `none.py`"),
        ("--changed-since", "none", "no commit `none`"),
    ],
)
def test_options_that_make_no_sense(
    console: ModuleType, tmp_path: Path, option: str, value: str, said: str
) -> None:
    target = console.make_target(tmp_path / "target")
    ended = console.run_script("optimize", target, *WORDS, "--dry-run", option, value)
    refused(ended, 2, said)


def test_a_key_that_is_not_set(console: ModuleType, tmp_path: Path) -> None:
    target = console.make_target(tmp_path / "target")
    ended = console.run_script("optimize", target, *WORDS, "--model", "openai:some-model")
    refused(ended, 3, "`OPENAI_API_KEY` is not set", "--model rules")
    assert not (target / ".speedwright").exists(), "nothing was begun"


def test_an_engine_that_does_not_answer(console: ModuleType, tmp_path: Path) -> None:
    target = console.make_target(tmp_path / "target")
    env = {"DOCKER_HOST": "unix:///nonexistent/x.sock"}
    asked = console.run_script(
        "profile", target, *WORDS[:2], "--json", "--sandbox", "docker", env=env
    )
    refused(asked, 3, "no Docker engine answers at `unix:///nonexistent/x.sock`", "--sandbox")
    auto = console.run_script("optimize", target, *WORDS, "--dry-run", env=env)
    assert auto.code == 0, auto.err
    assert auto.document["sandbox"] in ("bubblewrap", "process")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "kind", "said"),
    [
        (
            {"status": 401, "kind": "invalid_api_key", "message": "no"},
            "KeyMissing",
            "refused the key",
        ),
        ({"status": 500, "kind": "api_error", "message": "no"}, "ModelError", "--resume"),
        ({"refusal": "no"}, "Declined", "declined: no"),
    ],
    ids=["401", "500", "refusal"],
)
def test_a_model_that_does_not_help(
    console: ModuleType, model_servers: ModuleType, tmp_path: Path, step: Any, kind: str, said: str
) -> None:
    key = "sk-not-to-be-seen-0123456789"
    target = console.make_target(tmp_path / "target")
    with model_servers.OpenAIServer([step] * 9) as server:
        env = {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": server.url}
        words = ("--sandbox", "process", "--model", f"openai@{server.url}:m")
        ended = console.run_script("optimize", target, *WORDS, *words, env=env)
    refused(ended, 3, said)
    assert ended.document["error"]["kind"] == kind
    assert key not in ended.out + ended.err
    kept = [p.read_bytes() for p in (target / ".speedwright").rglob("*") if p.is_file()]
    assert kept and not any(key.encode() in data for data in kept)
