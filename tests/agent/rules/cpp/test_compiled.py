"""Rewritten programs compile and print what they printed before."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from speedwright.agent.rules.cpp import RULES
from speedwright.agent.rules.interfaces import Rule
from speedwright.agent.situation import HotFile

PROGRAMS = Path(__file__).parent / "programs"
INCLUDE = re.compile(r"^#include <.*>\n", re.MULTILINE)
RUN = """
int main() {{
    std::ios_base::sync_with_stdio(false);
    for (const auto& program : std::vector<std::pair<std::string, int (*)()>>{{{table}}}) {{
        std::istringstream in("3 4 5\\n-1 oops");
        std::ostringstream out;
        auto* old_in = std::cin.rdbuf(in.rdbuf());
        auto* old_out = std::cout.rdbuf(out.rdbuf());
        std::cin.clear();
        program.second();
        std::cin.rdbuf(old_in);
        std::cout.rdbuf(old_out);
        std::cout << program.first << '\\x1f' << out.str() << '\\x1e';
    }}
    return 0;
}}
"""


def rewritten(rule: Rule, source: str) -> list[str]:
    return [r.source for r in rule.rewrites(HotFile(path="program.cpp", source=source))]


def composed(rule: Rule, source: str) -> str:
    """All changes of a rule, one after the other."""
    for _ in range(50):
        found = rewritten(rule, source)
        if not found:
            return source
        source = found[0]
    pytest.fail(f"{rule.id} never comes to an end")


def every_rule(source: str) -> str:
    for rule in RULES:
        source = composed(rule, source)
    return source


def variants() -> dict[str, str]:
    """Name -> source of every program: as it is, with each change, with all changes."""
    found: dict[str, str] = {}
    for rule in RULES:
        base = (PROGRAMS / f"{rule.id}.cpp").read_text()
        name = rule.id.replace("-", "_")
        found[f"{name}__base"] = base
        for number, text in enumerate(rewritten(rule, base)):
            found[f"{name}__{number}"] = text
        found[f"{name}__all"] = composed(rule, base)
        found[f"{name}__every_rule"] = every_rule(base)
    return found


def one_file(programs: dict[str, str]) -> str:
    """All programs in one file, each in a namespace of its own."""
    headers = {"#include <sstream>\n"}
    parts = []
    for name, text in programs.items():
        headers.update(INCLUDE.findall(text))
        text = INCLUDE.sub("", text).replace("int main()", "int program()")
        parts.append(f"namespace {name} {{\n{text}\n}}\n")
    table = ", ".join(f'{{"{name}", {name}::program}}' for name in programs)
    return "".join(sorted(headers)) + "".join(parts) + RUN.format(table=table)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "all.cpp").write_text(one_file(variants()))
    command = ["g++", "-std=c++17", "-O2", "-o", "all", "all.cpp"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert built.returncode == 0, built.stderr[:4000]
    done = subprocess.run(["./all"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    records = done.stdout.split("\x1e")[:-1]
    return {r.split("\x1f")[0].strip(): r.split("\x1f")[1] for r in records}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_output_is_the_same(outputs: dict[str, str], rule: Rule) -> None:
    name = rule.id.replace("-", "_")
    own = {key: text for key, text in outputs.items() if key.startswith(f"{name}__")}
    base = own.pop(f"{name}__base")
    assert base.strip()
    assert len(own) >= 3
    assert {key: text for key, text in own.items() if text != base} == {}
