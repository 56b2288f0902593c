"""Stands in for a program of the base while its tests run, and notes what it was started with.

`program_runs.py` puts this text, with `LOG` and `SOURCE` before it, in the place of an executable
and keeps the real one beside it under `REAL`. Standard library only; the tests see the real one's
output and exit status.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

REAL = ".speedwright-real"
MOST_BYTES = 200_000


def small_file(word: str) -> "str | None":
    """Content of the file that an argument names, if it is a small regular one."""
    try:
        file = Path(word)
        if file.is_file() and file.stat().st_size <= MOST_BYTES:
            return base64.b64encode(file.read_bytes()).decode()
    except (OSError, ValueError):
        pass
    return None


def main(log: str, source: str) -> None:
    """Note the run, do it, end as it ended."""
    here = os.path.realpath(sys.argv[0])
    words = sys.argv[1:]
    data = b"" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer.read()
    if len(data) <= MOST_BYTES:
        files = {str(i): small_file(w) for i, w in enumerate(words)}
        row = {
            "program": os.path.relpath(here, source),
            "words": words,
            "stdin": base64.b64encode(data).decode(),
            "files": {i: text for i, text in files.items() if text is not None},
        }
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, json.dumps(row).encode() + b"\n")
        os.close(descriptor)
    status = subprocess.run([here + REAL, *words], input=data, check=False).returncode
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
