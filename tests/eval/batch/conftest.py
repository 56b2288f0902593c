"""The toy suite on the path, and folders with its tasks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.batch.bench import BenchRequest
from speedwright.eval.batch.options import SolverOptions, SuiteOptions

HERE = Path(__file__).parent
SUITE = "toy_suite_double.suite:ToySuite"


class Toy:
    """A folder of toy tasks, and requests about it."""

    def __init__(self, folder: Path, ids: tuple[str, ...]) -> None:
        self.data = folder / "data"
        self.out = folder / "run"
        self.data.mkdir(parents=True)
        (self.data / "tasks.json").write_text(json.dumps(ids))

    def request(self, solver: str = "gold", *, seed: int | None = None, **more) -> BenchRequest:
        options = SuiteOptions(data=self.data, seed=seed)
        solver_options = more.pop("solver_options", SolverOptions())
        return BenchRequest(
            suite=SUITE, solver=solver, suite_options=options, solver_options=solver_options,
            out=more.pop("out", self.out), **more,
        )  # fmt: skip

    def calls(self, what: str = "evaluate") -> list[str]:
        log = self.data / "calls.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.partition(" ")[2] for line in lines if line.startswith(what + " ")]

    def rows(self, name: str) -> list[dict]:
        return [json.loads(line) for line in (self.out / name).read_text().splitlines()]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Toy]:
    monkeypatch.syspath_prepend(str(HERE))
    return lambda *ids: Toy(tmp_path / "toy", ids)
