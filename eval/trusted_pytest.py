"""Runs pytest inside the box and sends every test's outcome over descriptor 4; stdlib and pytest.

Started as: python trusted_pytest.py MODULE_FLAG FOLDER ARGUMENT..., with descriptor 3 for the nonce
and descriptor 4 for the answer, held by this process alone. The reply is one JSON object with the
nonce, the exit status and the outcomes by test id; a process that ends without it proved nothing.
"""

import json
import os
import struct
import sys


class Reporter:
    """Collects outcomes as pytest reports them."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.durations_s: dict[str, float] = {}
        self.errors: list[str] = []

    def pytest_runtest_logreport(self, report) -> None:  # type: ignore[no-untyped-def]
        """One phase of one test."""
        name = report.nodeid
        self.durations_s[name] = self.durations_s.get(name, 0.0) + report.duration
        if report.failed:
            self.outcomes[name] = "failed" if report.when == "call" else "error"
        elif report.skipped:
            known = "xfailed" if hasattr(report, "wasxfail") else "skipped"
            self.outcomes.setdefault(name, known)
        elif report.when == "call":
            self.outcomes[name] = "xpassed" if hasattr(report, "wasxfail") else "passed"

    def pytest_collectreport(self, report) -> None:  # type: ignore[no-untyped-def]
        """A file that could not be collected."""
        if report.failed:
            self.errors.append(report.nodeid)


def exactly(size: int) -> bytes:
    """Read exactly `size` bytes of the go signal."""
    data = b""
    while len(data) < size:
        piece = os.read(3, size - len(data))
        if not piece:
            raise SystemExit("the supervisor closed the channel")
        data += piece
    return data


def main() -> None:
    """Take the nonce, run pytest, answer."""
    is_module, folder, *arguments = sys.argv[1:]
    for descriptor in (3, 4):
        os.set_inheritable(descriptor, False)
    os.write(4, b"R")
    nonce = exactly(struct.unpack(">Q", exactly(8))[0]).decode()
    os.close(3)
    if is_module == "module":
        sys.path[0] = folder
    else:
        del sys.path[0]
    import pytest

    sys.argv = ["pytest", *arguments]
    reporter = Reporter()
    status = int(pytest.main(["-p", "no:cacheprovider", *arguments], plugins=[reporter]))
    answer = {
        "nonce": nonce,
        "exit_status": status,
        "outcomes": reporter.outcomes,
        "durations_s": reporter.durations_s,
        "errors": reporter.errors,
    }
    data = json.dumps(answer).encode()
    view = memoryview(struct.pack(">Q", len(data)) + data)
    while view:
        view = view[os.write(4, view) :]
    sys.stdout.flush()
    # Threads and atexit hooks of the tested code have nothing more to say.
    os._exit(0)


if __name__ == "__main__":
    main()
