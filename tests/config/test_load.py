import re
from pathlib import Path

import pytest

from speedwright.config import Settings, load_settings
from speedwright.config.sources import OTHER_VARIABLES
from speedwright.errors import ConfigError


def repository(folder: Path, toml: str = "", pyproject: str = "") -> Path:
    (folder / ".git").mkdir()
    if toml:
        (folder / "speedwright.toml").write_text(toml)
    if pyproject:
        (folder / "pyproject.toml").write_text(pyproject)
    return folder


def message(folder: Path, environ: dict[str, str] | None = None, **cli: object) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(folder, cli, environ or {})
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_defaults_without_any_source(tmp_path: Path) -> None:
    loaded = load_settings(repository(tmp_path), {}, {})
    assert loaded.settings == Settings()
    assert loaded.settings.model == "rules"
    assert loaded.settings.sandbox == "auto"
    assert set(loaded.sources.values()) == {"default"}
    assert set(loaded.sources) == set(Settings.model_fields)


def test_command_line_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    folder = repository(tmp_path, 'model = "openai:file"\nattempts = 3\nmargin = 0.02\n')
    environ = {"SPEEDWRIGHT_MODEL": "openai:env", "SPEEDWRIGHT_ATTEMPTS": "4"}
    loaded = load_settings(folder, {"model": "rules", "test": None}, environ)
    assert (loaded.settings.model, loaded.settings.attempts, loaded.settings.margin) == (
        "rules",
        4,
        0.02,
    )
    assert loaded.sources["model"] == "--model"
    assert loaded.sources["attempts"] == "SPEEDWRIGHT_ATTEMPTS"
    assert loaded.sources["margin"] == f"{folder / 'speedwright.toml'}: margin"
    assert loaded.sources["test"] == "default"


def test_pyproject_table_in_kebab_case_found_from_a_file_below(tmp_path: Path) -> None:
    repository(tmp_path, pyproject="[tool.speedwright]\nmin-speedup = 1.2\ntime-limit-min = 7\n")
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    (below / "slow.py").write_text("")
    settings = load_settings(below / "slow.py", {}, {}).settings
    assert (settings.min_speedup, settings.time_limit_min) == (1.2, 7.0)


def test_a_file_above_the_repository_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "speedwright.toml").write_text("attempts = 1\n")
    inside = tmp_path / "repository"
    inside.mkdir()
    assert load_settings(repository(inside), {}, {}).settings.attempts == Settings().attempts


def test_commands_become_argument_lists(tmp_path: Path) -> None:
    folder = repository(
        tmp_path,
        "workload = \"python bench.py 'a b'\"\ntest = ['python', '-m', 'pytest']\n"
        "holdout = ['python bench.py 2', ['python', 'bench.py', '3']]\n",
    )
    settings = load_settings(folder, {}, {}).settings
    assert settings.workload == ("python", "bench.py", "a b")
    assert settings.test == ("python", "-m", "pytest")
    assert settings.holdout == (("python", "bench.py", "2"), ("python", "bench.py", "3"))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("python bench.py | head", "no shell reads it, so `|` means nothing"),
        ("A=1 python bench.py", "say `env A=… …`"),
        ("python 'bench.py", "its quotes do not match"),
        ("  ", "the command is empty"),
    ],
)
def test_a_command_that_needs_a_shell_is_refused(tmp_path: Path, command: str, reason: str) -> None:
    text = message(repository(tmp_path), workload=command)
    assert text.startswith(f'`--workload` is "{command}"; expected a command')
    assert reason in text


def test_lists_from_the_environment(tmp_path: Path) -> None:
    environ = {
        "SPEEDWRIGHT_PATHS": "src/**, lib/**",
        "SPEEDWRIGHT_DENY": '["a,b"]',
        "SPEEDWRIGHT_REQUIREMENTS": "numpy>=1,<3\nscipy",
        "SPEEDWRIGHT_TEST": '["python", "-c", "a b"]',
        "SPEEDWRIGHT_ENV": "LANG,OMP_NUM_THREADS=1",
    }
    settings = load_settings(repository(tmp_path), {}, environ).settings
    assert settings.paths == ("src/**", "lib/**")
    assert settings.deny == ("a,b",)
    assert settings.requirements == ("numpy>=1,<3", "scipy")
    assert settings.test == ("python", "-c", "a b")
    assert settings.env == ("LANG", "OMP_NUM_THREADS=1")


def test_unknown_key_in_a_file_says_where_and_what_was_meant(tmp_path: Path) -> None:
    folder = repository(tmp_path, "min-spedup = 1.2\n")
    text = message(folder)
    assert f"`{folder / 'speedwright.toml'}: min-spedup` is no setting" in text
    assert "did you mean `min_speedup`?" in text


def test_unknown_variable_is_an_error_but_other_variables_of_ours_are_not(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    assert "`SPEEDWRIGHT_MODLE` is no setting" in message(folder, {"SPEEDWRIGHT_MODLE": "rules"})
    load_settings(folder, {}, {"SPEEDWRIGHT_DEBUG": "1", "SPEEDWRIGHT_PLUGINS": "", "HOME": "/"})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('attempts = "3"', 'attempts` is "3"; expected a whole number of 1 or more'),
        ("attempts = 0", "attempts` is 0; expected a whole number of 1 or more"),
        ("attempts = true", "attempts` is True; expected a whole number of 1 or more"),
        ("margin = 1.0", "margin` is 1.0; expected a number from 0 to below 1"),
        ("margin = nan", "margin` is nan; expected a number from 0 to below 1"),
        ("workload = 3", "workload` is 3; expected a command, or a file with `workload()`"),
        ('sandbox = "dokcer"', "expected `auto`, `docker`, `bubblewrap` or `process` (known are"),
        ("paths = [1]", "paths` is [1]; expected a list of globs that a patch may touch"),
        ('env = ["OPENAI_API_KEY"]', "no secret enters the sandbox"),
        ('env = {hf_token = "x"}', "no secret enters the sandbox"),
    ],
)
def test_wrong_value_says_key_value_and_expected(tmp_path: Path, line: str, expected: str) -> None:
    assert expected in message(repository(tmp_path, line + "\n"))


@pytest.mark.parametrize(
    "line",
    [
        'sandbox = "process"',
        'sandbox = "speedwright.sandbox.process:ProcessSandbox"',
        'strategy = "somebody.elses:Strategy"',
        'model = "somebody.elses:Model"',
    ],
)
def test_a_file_may_not_lower_isolation_but_the_user_may(tmp_path: Path, line: str) -> None:
    key, value = line.replace('"', "").split(" = ")
    folder = repository(tmp_path, line + "\n")
    text = message(folder)
    assert f'speedwright.toml: {key}` is "{value}"; a settings file may only choose `' in text
    assert f"`--{key} {value}`" in text
    assert f"SPEEDWRIGHT_{key.upper()}" in text
    (folder / "speedwright.toml").unlink()
    chosen = load_settings(folder, {key: value}, {}).settings
    assert getattr(chosen, key) == value
    assert load_settings(folder, {}, {f"SPEEDWRIGHT_{key.upper()}": value}).settings == chosen


def test_a_file_may_choose_a_box_and_an_image(tmp_path: Path) -> None:
    folder = repository(tmp_path, 'sandbox = "bubblewrap"\nimage = "ci/Dockerfile"\n')
    settings = load_settings(folder, {}, {}).settings
    assert (settings.sandbox, settings.image) == ("bubblewrap", "ci/Dockerfile")


def test_every_wrong_value_is_named_at_once(tmp_path: Path) -> None:
    text = message(repository(tmp_path), {"SPEEDWRIGHT_MARGIN": "wide"}, attempts=0)
    assert '`SPEEDWRIGHT_MARGIN` is "wide"' in text
    assert "`--attempts` is 0" in text


def test_two_spellings_or_two_files_are_refused(tmp_path: Path) -> None:
    folder = repository(tmp_path, "min-speedup = 1.2\nmin_speedup = 1.3\n")
    assert "are the same setting" in message(folder)
    (folder / "pyproject.toml").write_text("[tool.speedwright]\nattempts = 2\n")
    assert "has settings in `speedwright.toml` and in `pyproject.toml`" in message(folder)


def test_broken_toml_is_named(tmp_path: Path) -> None:
    assert "speedwright.toml` is no valid TOML" in message(repository(tmp_path, "= 3"))


def test_a_repository_may_not_choose_the_server_that_gets_the_key(tmp_path: Path) -> None:
    spec = "openai@http://203.0.113.1/v1:m"
    folder = repository(tmp_path, f'model = "{spec}"\n')
    assert "names a server" in message(folder)
    (folder / "speedwright.toml").unlink()
    assert load_settings(folder, {"model": spec}, {}).settings.model == spec


def test_every_variable_of_ours_in_the_sources_is_known() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    rooms = ("speedwright/cli", "agent", "eval", "profiler", "sandbox", "benchmarks", "tests")
    files = [*(root / "speedwright").glob("*.py")]
    files += [file for room in rooms for file in (root / room).rglob("*.py")]
    used = {n for f in files for n in re.findall(r"\bSPEEDWRIGHT_([A-Z_]+)\b", f.read_text())}
    misspelt_on_purpose = {"MODLE"}
    settings = {key.upper() for key in Settings.model_fields}
    assert used - settings - misspelt_on_purpose - OTHER_VARIABLES == set()
