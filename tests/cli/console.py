"""A small target, and the installed console script run on it as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.executable).with_name("speedwright")
SQUARES = """\
def squares():
    found = []
    for i in range(3000):
        found.append(i * i)
    return found
"""
QUICKER = """\
diff --git a/mod.py b/mod.py
--- a/mod.py
+++ b/mod.py
@@ -1,5 +1,2 @@
 def squares():
-    found = []
-    for i in range(3000):
-        found.append(i * i)
-    return found
+    return [i * i for i in range(3000)]
"""
FILES: Mapping[str, str | bytes] = {
    "mod.py": SQUARES,
    "work.py": "from mod import squares\n\n\ndef workload():\n    return sum(squares())\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One run of the console script."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document; anything before or after it is an error."""
        found = json.loads(self.out)
        assert next(iter(found)) == "schema_version"
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> str:
        """The message on stderr, from `error:` on."""
        assert "error: " in self.err, self.err
        return self.err[self.err.index("error: ") :]


def run_script(*words: object, env: Mapping[str, str] | None = None, **more: Any) -> Ended:
    """Run the console script; `more` goes to subprocess."""
    done = subprocess.run(
        [str(SCRIPT), *map(str, words)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
        timeout=120,
        **more,
    )
    out, err = done.stdout.decode(), done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in err or "error: " in err, err
    return Ended(code=done.returncode, out=out, err=err)


def everything_in(folder: Path) -> dict[str, tuple[int, str | bytes]]:
    """Mode and content of every file, git's own included; what speedwright keeps is left out."""
    found: dict[str, tuple[int, str | bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] != ".speedwright" and (path.is_symlink() or path.is_file()):
            content = str(path.readlink()) if path.is_symlink() else path.read_bytes()
            found[name] = (path.lstat().st_mode, content)
    return found


def make_target(
    folder: Path, files: Mapping[str, str | bytes] | None = None, *, commits: bool = True
) -> Path:
    """A repository with one commit; without `files`, the small target."""
    folder.mkdir(parents=True)
    for file, text in (FILES if files is None else files).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(text.encode() if isinstance(text, str) else text)
    git(folder, "init", "-q", "-b", "main")
    if commits:
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "base")
    return folder


def git(folder: Path, *words: str) -> str:
    """Git as the user runs it."""
    named = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
    done = subprocess.run(
        ["git", *named, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout
