"""Milliseconds that a warm sandboxed run costs over the bare one; target: under 60 ms a sample.

Bare: subprocess.run of the same command. Sandboxed: one call in an open session. In turn, in one
process, so that drift hits all alike.

Run: python benches/sandbox_overhead.py [REPEATS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from speedwright.errors import SandboxUnavailable
from speedwright.sandbox import Box, Call, Mount, Session
from speedwright.sandbox.choose import choose_sandbox
from speedwright.sandbox.toolchain import choose_toolchain

COMMAND = ("python3", "-I", "-S", "-c", "sum(range(200_000))")


def main(repeats: int) -> None:
    """Print a row for each sandbox that is here."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        chosen = choose_toolchain(Path(folder)).toolchain
        sessions: dict[str, Session] = {}
        for name in ("process", "bubblewrap", "docker"):
            try:
                sandbox = choose_sandbox(name).sandbox
            except SandboxUnavailable as error:
                print(f"{name}: not here: {str(error).splitlines()[0]}")
                continue
            box = Box(mounts=(Mount(name="src", source=Path(folder)),), toolchain=chosen)
            sessions[name] = stack.enter_context(sandbox.open(box))
        times: dict[str, list[float]] = {name: [] for name in ("bare", *sessions)}
        bare = (str(chosen.python), *COMMAND[1:])
        for _ in range(repeats + 1):
            start_s = time.perf_counter()
            subprocess.run(bare, check=True, capture_output=True)
            times["bare"].append(time.perf_counter() - start_s)
            for name, session in sessions.items():
                start_s = time.perf_counter()
                assert session.run(Call(argv=COMMAND)).is_success
                times[name].append(time.perf_counter() - start_s)
    base_s = statistics.median(times["bare"][1:])
    print(f"bare         {base_s * 1e3:7.1f} ms")
    for name in sessions:
        middle_s = statistics.median(times[name][1:])
        print(
            f"{name:12} {middle_s * 1e3:7.1f} ms   over bare {(middle_s - base_s) * 1e3:+6.1f} ms"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
