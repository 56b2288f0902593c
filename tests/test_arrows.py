"""Imports point one way: sandbox <- profiler <- eval <- {agent, benchmarks} <- speedwright.cli."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "sandbox": {"sandbox"},
    "profiler": {"profiler", "sandbox"},
    "eval": {"eval", "profiler", "sandbox"},
    "agent": {"agent", "eval", "profiler", "sandbox"},
    "benchmarks": {"benchmarks", "eval", "profiler", "sandbox"},
}
LEAVES = {"errors", "registry"}
PURE = ("eval/metrics", "eval/stats")
IMPURE = {"docker", "openai", "anthropic", "os", "socket", "subprocess", "time"}


def imports(file: Path) -> Iterator[str]:
    """Dotted names that a file imports, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.ImportFrom) and node.module == "speedwright":
            yield from (f"speedwright.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def arrow_faults(root: Path) -> list[str]:
    """Imports between rooms that point the wrong way, and relative ones."""
    faults = []
    for room, allowed in ALLOWED.items():
        for file in sorted((root / room).rglob("*.py")):
            for name in imports(file):
                parts = name.split(".")
                ours = parts[1] if parts[0] == "speedwright" and len(parts) > 1 else None
                if name.startswith("."):
                    faults.append(f"{file.relative_to(root)}: relative import {name}")
                elif name == "speedwright" or (
                    ours is not None and ours not in allowed | LEAVES | {"__version__"}
                ):
                    faults.append(f"{file.relative_to(root)}: {name}")
    return faults


def leaf_faults(root: Path) -> list[str]:
    """Imports of ours in the two leaves; the registry may raise our errors."""
    wanted = {"errors": set(), "registry": {"speedwright.errors"}}
    return [
        f"{leaf}: {name}"
        for leaf, allowed in wanted.items()
        for name in imports(root / "speedwright" / f"{leaf}.py")
        if name.startswith((".", "speedwright")) and name not in allowed
    ]


def purity_faults(root: Path) -> list[str]:
    """Imports that make statistics or metrics depend on more than their arguments."""
    return [
        f"{file.relative_to(root)}: {name}"
        for folder in PURE
        for file in sorted((root / folder).rglob("*.py"))
        for name in imports(file)
        if name.split(".")[0] in IMPURE
        or (name.startswith("speedwright") and not name.startswith("speedwright.eval"))
    ]


@pytest.mark.parametrize("check", [arrow_faults, leaf_faults, purity_faults])
def test_imports_point_one_way(check) -> None:
    assert check(ROOT) == []


def test_the_rooms_are_looked_at() -> None:
    for room in ALLOWED:
        assert list((ROOT / room).rglob("*.py")), f"no file of `{room}` is checked"


def plant(root: Path, file: str, line: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("sandbox/box.py", "from speedwright.profiler import Timer"),
        ("profiler/deep/x.py", "def f():\n    import speedwright.eval.verdict"),
        ("eval/judge/x.py", "from speedwright import agent"),
        ("agent/x.py", "from speedwright.benchmarks.enamel import suite"),
        ("benchmarks/x.py", "import speedwright.agent"),
        ("agent/y.py", "from speedwright.cli.app import app"),
        ("eval/y.py", "from speedwright.config import Settings"),
        ("eval/z.py", "from .verdict import Verdict"),
        ("eval/w.py", "import speedwright"),
    ],
)
def test_a_planted_arrow_is_seen(tmp_path: Path, file: str, line: str) -> None:
    plant(tmp_path, file, line)
    assert [fault.split(":")[0] for fault in arrow_faults(tmp_path)] == [file]


def test_honest_arrows_are_not_seen(tmp_path: Path) -> None:
    plant(tmp_path, "agent/x.py", "from speedwright import __version__\nimport speedwright.eval")
    plant(tmp_path, "sandbox/x.py", "from speedwright.errors import SandboxError\nimport os")
    assert arrow_faults(tmp_path) == []


def test_a_planted_leaf_import_is_seen(tmp_path: Path) -> None:
    plant(tmp_path, "speedwright/errors.py", "import speedwright.registry")
    plant(tmp_path, "speedwright/registry.py", "from speedwright.sandbox import Box")
    assert len(leaf_faults(tmp_path)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "import subprocess",
        "from os import environ",
        "import speedwright.sandbox",
        "def f():\n    import time",
    ],
)
def test_a_planted_impurity_is_seen(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "eval/stats/x.py", line)
    assert len(purity_faults(tmp_path)) == 1
