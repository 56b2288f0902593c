"""What the documents tell people to type exists: commands, options, settings, imports, links."""

import ast
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from speedwright.cli.app import build_app
from speedwright.config import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "AGENTS.md", "CONTRIBUTING.md", "docs/verdicts.md", "docs/user-guide.md")
DESIGN = tuple(f"docs/design/{p.name}" for p in sorted((ROOT / "docs" / "design").glob("*.md")))
LONGEST = {"README.md": 200, "AGENTS.md": 110}
IN_BLOCK = re.compile(r"^(?:\$ )?speedwright (.*)$", re.MULTILINE)
IN_LINE = re.compile(r"(?<=`)speedwright ([^`\n]*)(?=`)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)[^)]*\)")


def commands(text: str) -> list[list[str]]:
    """Every `speedwright …` of a page as words, from code blocks and from code inside sentences."""
    found = [line for _, body in BLOCK.findall(text) for line in IN_BLOCK.findall(body)]
    found += IN_LINE.findall(BLOCK.sub("", text))
    return [shlex.split(line.replace("…", ""), comments=True) for line in found]


def fault(words: list[str]) -> str:
    """Why this is no command line of ours; empty if it is."""
    command = typer.main.get_command(build_app())
    rest = list(words)
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in command.commands:
            return f"`{name}` is no command"
        command = command.commands[name]
    known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
    known |= {"-h", "--help"}
    unknown = [w for w in rest if re.fullmatch(r"--?[a-z][a-z-]*", w) and w not in known]
    return f"`{' '.join(words)}` has {unknown}" if unknown else ""


def faults(text: str) -> list[str]:
    return [found for words in commands(text) if (found := fault(words))]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text()
    return [body for name, body in BLOCK.findall(text) if name == language]


def links(page: str) -> Iterator[Path]:
    text = BLOCK.sub("", (ROOT / page).read_text())
    for target in LINK.findall(text):
        yield (ROOT / page).parent / target


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_named_exists(page: str) -> None:
    assert faults((ROOT / page).read_text()) == []


def test_the_readme_names_the_commands_that_people_need() -> None:
    named = {words[0] for words in commands((ROOT / "README.md").read_text()) if words}
    wanted = {"optimize", "apply", "judge", "compare", "verify", "profile", "doctor", "clean"}
    assert wanted <= named


def test_planted_faults_are_seen() -> None:
    assert faults("`speedwright optimise .`") == ["`optimise` is no command"]
    assert faults("```sh\nspeedwright judge . --pach x\n```") == [
        "`judge . --pach x` has ['--pach']"
    ]
    assert faults("`speedwright bench score`") == []
    assert faults("`speedwright bench gold`") == ["`gold` is no command"]


def test_the_settings_of_the_readme_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (text,) = blocks("README.md", "toml")
    (tmp_path / "speedwright.toml").write_text(text)
    loaded = load_settings(tmp_path, {}, {})
    unnamed = [key for key in Settings.model_fields if loaded.sources[key] == "default"]
    assert unnamed == []


def test_what_the_readme_imports_is_there() -> None:
    (text,) = blocks("README.md", "python")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            assert [a.name for a in node.names if not hasattr(module, a.name)] == []


@pytest.mark.parametrize("page", [*PAGES, *DESIGN, "LOG.md", "CHANGELOG.md", "CLAUDE.md"])
def test_links_lead_somewhere(page: str) -> None:
    assert [str(place) for place in links(page) if not place.exists()] == []


@pytest.mark.parametrize("page", ["README.md", "AGENTS.md", "CONTRIBUTING.md"])
def test_make_targets_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("page", LONGEST)
def test_pages_stay_short(page: str) -> None:
    assert len((ROOT / page).read_text().splitlines()) <= LONGEST[page]
