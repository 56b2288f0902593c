"""Names to parts: built-in ones, plug-ins, paths; and what is said when there is none."""

import ast
from pathlib import Path

import pytest

from speedwright.errors import EnvironmentMissing, ExtraMissing, UnknownName
from speedwright.registry import BUILTIN, EXTRAS, inventory, known, resolve

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed distribution with plug-ins: one good, one broken, one that takes a name."""
    site = tmp_path / "site"
    package = site / "speedwright_extra"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text("class Good:\n    pass\n")
    (package / "broken.py").write_text("raise RuntimeError('not today')\n")
    info = site / "speedwright_extra-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: speedwright-extra\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[speedwright.strategies]\n"
        "good = speedwright_extra.good:Good\n"
        "broken = speedwright_extra.broken:Broken\n"
        "linear = speedwright_extra.good:Good\n"
    )
    monkeypatch.syspath_prepend(str(site))
    return site


def classes_in(path: str) -> set[str]:
    """Classes of the module that `speedwright.room.module:Class` names, without importing it."""
    file = ROOT.joinpath(*path.partition(":")[0].split(".")[1:]).with_suffix(".py")
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, table in BUILTIN.items() for name in table]
)
def test_every_built_in_path_names_a_class(kind: str, name: str) -> None:
    path = BUILTIN[kind][name]
    assert path.partition(":")[2] in classes_in(path)


@pytest.mark.parametrize("kind", BUILTIN)
def test_inventory_names_the_built_in_parts(kind: str) -> None:
    found = {part.name: part.path for part in inventory(kind) if part.origin == "built-in"}
    assert found == dict(BUILTIN[kind])


def test_unknown_name_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        resolve("sandboxes", "dokcer")
    assert caught.value.message == "no sandboxes named `dokcer`"
    assert caught.value.hint.startswith("did you mean `docker`? known: bubblewrap, docker, process")


def test_unknown_kind() -> None:
    with pytest.raises(UnknownName, match="no kind named `modles`"):
        known("modles")


def test_a_path_resolves_without_being_registered(plugins: Path) -> None:
    assert resolve("models", "speedwright_extra.good:Good").__name__ == "Good"
    with pytest.raises(UnknownName, match="has no `Bad`"):
        resolve("models", "speedwright_extra.good:Bad")


def test_a_plug_in_is_found(plugins: Path) -> None:
    assert resolve("strategies", "good").__name__ == "Good"


def test_a_broken_plug_in_is_named_and_stops_nothing_else(plugins: Path) -> None:
    faults = {part.path: part.fault for part in inventory("strategies")}
    assert faults["speedwright_extra.broken:Broken"] == "RuntimeError: not today"
    assert faults["speedwright_extra.good:Good"] == "the name `linear` is taken by a built-in part"
    with pytest.raises(EnvironmentMissing, match=r"`broken`.*cannot be loaded: RuntimeError"):
        resolve("strategies", "broken")


def test_a_plug_in_cannot_take_a_built_in_name(plugins: Path) -> None:
    assert known("strategies")["linear"] == BUILTIN["strategies"]["linear"]


@pytest.mark.parametrize(
    ("allowed", "found"), [("", []), ("good", ["good"]), ("x, good", ["good"])]
)
def test_plug_ins_can_be_restricted(
    plugins: Path, monkeypatch: pytest.MonkeyPatch, allowed: str, found: list[str]
) -> None:
    monkeypatch.setenv("SPEEDWRIGHT_PLUGINS", allowed)
    names = [part.name for part in inventory("strategies") if part.origin == "plug-in"]
    assert names == found


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "speedwright_needy"
    package.mkdir()
    (package / "__init__.py").write_text("import no_such_package_at_all\n")
    (package / "part.py").write_text("class Part:\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ExtraMissing) as caught:
        resolve("suites", "speedwright_needy.part:Part")
    assert "needs the package `no_such_package_at_all`" in caught.value.message


def test_extras_are_those_of_the_packaging() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f"\n{extra} = [" in text for extra in EXTRAS.values())
