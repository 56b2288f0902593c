"""Which Python and programs of this machine a target's commands use.

Covers: virtual environments (also through links), pyenv, uv, conda and system interpreters,
programs given by absolute path, an environment built from a list of requirements.
Does not cover: pyenv shims and other wrapper scripts in place of an interpreter (refused with a
hint); C libraries outside /usr that an interpreter's prefix does not hold.

Only files are read to find out: nothing of the target is executed on the host.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from speedwright.errors import EnvironmentMissing
from speedwright.sandbox.box import Toolchain
from speedwright.sandbox.environment import build_environment

SYSTEM_SEARCH_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_INTERPRETER = re.compile(r"(python|pypy)[0-9.]*")
_MAX_LINKS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolchainChoice:
    """A toolchain with how it was found.

    Attributes:
        toolchain: What the box shows.
        how: Half a sentence for people, e.g. "`.venv` of the target".
    """

    toolchain: Toolchain
    how: str


def find_toolchain(
    target: Path, command: Sequence[str] = (), *, requirements: Sequence[str] = ()
) -> Toolchain:
    """The toolchain alone of `choose_toolchain`, for one command."""
    return choose_toolchain(target, (command,), requirements=requirements).toolchain


def choose_toolchain(
    target: Path, commands: Iterable[Sequence[str]] = (), *, requirements: Sequence[str] = ()
) -> ToolchainChoice:
    """Find the interpreter that the target's commands mean and every folder it needs.

    Order: an environment built from `requirements`; an interpreter (or a program of a virtual
    environment) named absolutely by a command; `.venv` or `venv` in the target; the user's
    VIRTUAL_ENV; the interpreter that speedwright runs with.

    Args:
        target: Root of the target.
        commands: Argument lists that will be run (workload, test, build).
        requirements: Requirement lines; given, they are installed once into a cached environment.

    Raises:
        EnvironmentMissing: A named interpreter is missing or is only a wrapper, or pip failed.
    """
    target = target.absolute()
    programs = [Path(argv[0]) for argv in commands if argv and Path(argv[0]).is_absolute()]
    python, how = _interpreter(target, programs, look_in_target=not requirements)
    if requirements:
        environment = build_environment(python, requirements, target=target)
        python, how = environment / "bin" / "python", f"built from {len(requirements)} requirements"
    folders = [*prefixes_of(python), *_program_folders(programs, target)]
    paths = tuple(dict.fromkeys(path for path in folders if not _under(path, Path("/usr"))))
    return ToolchainChoice(
        toolchain=Toolchain(python=python, paths=_outermost(paths), search_path=SYSTEM_SEARCH_PATH),
        how=how,
    )


def prefixes_of(python: Path) -> tuple[Path, ...]:
    """Folders that an interpreter needs: its virtual environment's and its base installation's.

    Raises:
        EnvironmentMissing: It is missing, or what is found is no Python installation.
    """
    if not python.is_file():
        raise EnvironmentMissing(
            f"interpreter `{python}` does not exist",
            hint="name an existing interpreter, or leave it out to use the default one",
        )
    found: list[Path] = []
    for hop in _hops(python):
        prefix = hop.parent.parent
        configuration = prefix / "pyvenv.cfg"
        if configuration.is_file():
            found.append(prefix)
            home = _home_of(configuration)
            found += [home.parent] if home and _is_installation(home.parent) else []
        elif _is_installation(prefix):
            found.append(prefix)
    real = python.resolve()
    if not any(_is_installation(prefix) for prefix in found):
        raise EnvironmentMissing(
            f"`{python}` is no Python interpreter speedwright can show in a sandbox",
            hint=f"`{real}` has no standard library beside it; if it is a pyenv shim or a wrapper, "
            "name the interpreter that it starts",
        )
    return tuple(dict.fromkeys(found))


def _interpreter(
    target: Path, programs: Sequence[Path], *, look_in_target: bool
) -> tuple[Path, str]:
    """The interpreter to use and how it was found.

    Installing requirements starts the interpreter on the host, so then none of the target's.
    """
    for program in programs:
        if _INTERPRETER.fullmatch(program.name):
            return program, f"`{program}` named by a command"
        sibling = program.parent / "python"
        if (program.parent.parent / "pyvenv.cfg").is_file() and sibling.is_file():
            return sibling, f"environment of `{program}` named by a command"
    for name in (".venv", "venv") if look_in_target else ():
        python = target / name / "bin" / "python"
        if (target / name / "pyvenv.cfg").is_file() and python.is_file():
            return python, f"`{name}` of the target"
    active = os.environ.get("VIRTUAL_ENV", "")
    python = Path(active) / "bin" / "python"
    if active and Path(active).resolve() != Path(sys.prefix).resolve() and python.is_file():
        return python, f"active virtual environment `{active}`"
    return Path(sys.executable), "the interpreter speedwright runs with"


def _hops(path: Path) -> list[Path]:
    """The path and every link it leads through, also links in its folders."""
    hops = [path]
    while path.is_symlink() and len(hops) < _MAX_LINKS:
        path = Path(os.path.normpath(path.parent / path.readlink()))
        hops.append(path)
    return list(dict.fromkeys([*hops, path.resolve()]))


def _home_of(configuration: Path) -> Path | None:
    """`home` of a pyvenv.cfg: the folder of the base interpreter."""
    for line in configuration.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home" and Path(value.strip()).is_absolute():
            return Path(value.strip())
    return None


def _is_installation(prefix: Path) -> bool:
    """Whether the folder holds a Python with its library.

    A target can write any path into its pyvenv.cfg, so nothing else may be shown: neither a home
    folder nor the root, whatever lies in it.
    """
    if prefix == Path("/") or _is_private(prefix):
        return False
    libraries = (*prefix.glob("lib/python3*/os.py"), *prefix.glob("lib/pypy3*/os.py"))
    return bool(libraries)


def _is_private(folder: Path) -> bool:
    """Whether the folder is the user's home or holds it."""
    home = Path.home().resolve()
    return home.is_relative_to(folder.resolve())


def _program_folders(programs: Iterable[Path], target: Path) -> list[Path]:
    """What to show for other absolute programs; the user's own tree stays out.

    Programs of the target are part of the candidate and are run from its fresh copy, never from
    the tree of the user.
    """
    folders = []
    for program in programs:
        for hop in _hops(program) if program.exists() else ():
            if not _under(hop, target) or (hop.parent.parent / "pyvenv.cfg").is_file():
                folders.append(hop if _is_private(hop.parent) else hop.parent)
    return folders


def _under(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)


def _outermost(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Without those that lie in another one of them."""
    return tuple(
        path for path in paths if not any(path != one and _under(path, one) for one in paths)
    )
