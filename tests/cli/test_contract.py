"""The command line that scripts depend on: every command and option, and what judge prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from speedwright.cli.shell import run
from speedwright.registry import BUILTIN

OPTIONS = {
    "optimize": "--workload --test --focus --changed-since --model --strategy --sandbox --image "
    "--budget-usd --time-limit --attempts --min-speedup --out --resume --dry-run --json --quiet",
    "apply": "--branch",
    "profile": "--workload --json --quiet",
    "judge": "--patch --workload --test --json --quiet",
    "compare": "--repo --workload --json --quiet",
    "verify": "--json --quiet",
    "bench list": "",
    "bench run": "--solver --model --limit --ids --data --executor --out --resume --json",
    "bench score": "--data --k --json",
    "bench replay": "",
    "report": "--html",
    "export": "--format",
    "doctor": "--json",
    "clean": "--json",
    "list": "--json",
    "config show": "--json",
}
FIELDS = (
    "schema_version verdict speedup ci_low ci_high confidence pairs base_wall_s candidate_wall_s "
    "cpu_ratio reasons evidence"
).split()


@pytest.mark.parametrize("command", OPTIONS)
def test_every_command_has_its_options(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*command.split(), "--help"]) == 0
    text = capsys.readouterr().out.replace("\n", " ")
    assert [option for option in OPTIONS[command].split() if f" {option} " not in text + " "] == []


def test_bench_list_tells_of_suites(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["kind"] == "suites"
    assert [part["name"] for part in document["parts"]] == list(BUILTIN["suites"])


def test_list_shows_the_built_in_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "sandboxes"]) == 0
    text = capsys.readouterr().out.replace("\n", " ")
    assert all(name in text for name in ("docker", "bubblewrap", "process"))


def test_config_show_says_where_values_come_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "speedwright.toml").write_text("min-speedup = 1.5\n")
    monkeypatch.setenv("SPEEDWRIGHT_ATTEMPTS", "7")
    assert run(["config", "show", str(tmp_path), "--json"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["min_speedup"]["value"] == 1.5
    assert settings["min_speedup"]["source"].endswith("speedwright.toml: min-speedup")
    assert settings["attempts"] == {"value": 7, "source": "SPEEDWRIGHT_ATTEMPTS"}
    assert run(["config", "show", str(tmp_path)]) == 0
    assert "SPEEDWRIGHT_ATTEMPTS" in capsys.readouterr().out


def test_judge_prints_the_fields_and_leaves_the_target_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "bench.py").write_text("print(sum(range(1000)))\n")
    (folder / "test_it.py").write_text("def test_it():\n    assert True\n")
    git = ["git", "-c", "user.name=dev", "-c", "user.email=dev@example.org"]
    for more in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run([*git, *more], cwd=folder, check=True)
    (folder / "test_it.py").write_text("def test_it():\n    pass\n")
    diff = subprocess.run([*git, "diff"], cwd=folder, check=True, capture_output=True).stdout
    (tmp_path / "edit.diff").write_bytes(diff)
    subprocess.run([*git, "checkout", "-q", "."], cwd=folder, check=True)
    words = ["judge", str(folder), "--patch", str(tmp_path / "edit.diff"), "--json"]
    words += ["--workload", f"{sys.executable} bench.py", "--sandbox", "process"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "speedwright", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [field for field in FIELDS if field not in answer] == []
    assert next(iter(answer)) == "schema_version"
    assert answer["verdict"] == "rejected"
    assert Path(answer["evidence"]).is_dir()
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""
