"""A virtual environment built once from a list of requirements and kept in the user's cache.

An environment cannot be moved after it was built (its scripts name its path), so it is built in
its place under a lock, and counts as there only once its completion mark has been renamed in.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from speedwright.errors import ConfigError, EnvironmentMissing

# What pip and a compiler need; keys for model services never reach a package's build script.
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "CC", "CXX", "CFLAGS", "LDFLAGS")
_PASSED_ON_IF_NETWORK = ("PROXY", "CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_FILE_OPTION = re.compile(
    r"(?P<kind>-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc]))(?P<file>.+)"
)
_COMPLETE = "speedwright-complete"
_INSTALL_TIMEOUT_S = 1800


def cache_folder() -> Path:
    """Where speedwright keeps what can be made again: `$XDG_CACHE_HOME` or `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "speedwright"


def build_environment(python: Path, requirements: Sequence[str], *, target: Path) -> Path:
    """Folder of an environment with the requirements and pytest, built now or found in the cache.

    Args:
        python: Interpreter to build on.
        requirements: Requirement lines, `-r FILE`, or whole texts of requirements files.
        target: Folder that file names in them are relative to.

    Raises:
        ConfigError: A line would install the target itself, or a named file is unreadable.
        EnvironmentMissing: The environment could not be made.
    """
    lines = requirement_lines(requirements, target)
    version = _run([str(python), "-I", "-c", "import sys; print(sys.version)"], "start Python")
    text = "\n".join([*lines, "pytest"]) + "\n"  # the usual test command of a target needs it
    key = hashlib.sha256(f"{python.resolve()}\n{version}\n{text}".encode()).hexdigest()[:20]
    folder = cache_folder() / "envs" / key
    with _locked(folder.with_suffix(".lock")):
        if not (folder / _COMPLETE).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            _install(python, folder, text)
    return folder


def requirement_lines(
    requirements: Sequence[str], target: Path, *, read: tuple[Path, ...] = ()
) -> list[str]:
    """The lines without comments, with `-r FILE` replaced by the file's own lines.

    Args:
        requirements: Requirement lines or whole texts.
        target: Folder that file names are relative to.
        read: Files that are being read already.

    Raises:
        ConfigError: A line would install the target itself, or a file is missing or circular.
    """
    lines: list[str] = []
    for line in "\n".join(requirements).splitlines():
        line = line.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        option = _FILE_OPTION.fullmatch(line)
        if line.startswith((".", "-e", "--editable")):
            raise ConfigError(
                f"requirement `{line}` would install the unpatched target itself",
                hint="list what the target depends on, not the target",
            )
        if option is None:
            lines.append(line)
            continue
        file = (target / option["file"]).resolve()
        if file in read:
            raise ConfigError(f"requirements file `{file}` includes itself")
        text = _text_of(file)
        if option["kind"] in ("-r", "--requirement"):
            lines += requirement_lines([text], file.parent, read=(*read, file))
        else:  # the digest makes a changed constraint a different environment
            digest = hashlib.sha256(text.encode()).hexdigest()
            lines += [f"# {digest}", f"-c {file}"]
    return lines


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"requirements file `{file}` cannot be read: {error}",
            hint="name a file relative to the target",
        ) from error


def _install(python: Path, folder: Path, text: str) -> None:
    """Create the environment, install into it, then mark it complete."""
    _run([str(python), "-m", "venv", str(folder)], "create a virtual environment")
    listing = folder / "requirements.txt"
    listing.write_text(text, encoding="utf-8")
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    try:
        _run([*pip, "--quiet", "--no-input", "-r", str(listing)], "install the requirements")
    except EnvironmentMissing:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    unfinished = folder / f"{_COMPLETE}.tmp"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / _COMPLETE)


def _run(command: Sequence[str], purpose: str) -> str:
    """Output of a command of ours, or an error with the end of what it said."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            env=_pip_environment(),
            stdin=subprocess.DEVNULL,
            timeout=_INSTALL_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentMissing(f"could not {purpose}: {error}") from error
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()][-8:]
        raise EnvironmentMissing(
            f"could not {purpose} (`{command[0]}` exited {done.returncode}):\n" + "\n".join(said),
            hint="check names and versions in `requirements`, and that a package index answers",
        )
    return done.stdout


def _pip_environment() -> dict[str, str]:
    """The host's variables that installing needs, and no others."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON
        or name.startswith("PIP_")
        or name.upper().endswith(_PASSED_ON_IF_NETWORK)
    }


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold an exclusive lock, so that two runs do not build the same environment at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
