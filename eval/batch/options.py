"""How suites and solvers are made: one class each, called with one record of options.

`SUITES["enamel"]` names a class; `open_suite("enamel", options)` is `TheClass(options)`. The class
is called in the process that scores, so opening must be cheap: data are read by `tasks()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from speedwright.errors import UsageError
from speedwright.eval.batch.interfaces import Solver, Suite
from speedwright.registry import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOptions:
    """What a suite is opened with.

    Attributes:
        data: The suite's data instead of the packaged or downloaded ones.
        samples_from: Predictions whose correct programs are the tasks' code (optimise mode).
        timer: Name of a timing back-end; `None` for the suite's default.
        seed: Of generated inputs; `None` for the official one.
        sandbox: `auto`, `docker`, `bubblewrap` or `process`.
        image: As for `speedwright optimize`.
        special: What only this suite knows, by name.
    """

    data: Path | None = None
    samples_from: Path | None = None
    timer: str | None = None
    seed: int | None = None
    sandbox: str = "auto"
    image: str = "auto"
    special: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, suite: str, known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """The special options, each at its first known value where it was not given.

        Args:
            suite: Name of the suite, for messages.
            known: Values of each option that the suite has; the first is the default.

        Raises:
            UsageError: There is no such option, or no such value; lists the known ones.
        """
        for name, value in self.special.items():
            if name not in known:
                there = ", ".join(sorted(known)) or "none"
                raise UsageError(
                    f"suite `{suite}` has no option `{name}`", hint=f"its own options: {there}"
                )
            if value not in known[name]:
                raise UsageError(
                    f"suite `{suite}`: `{name}` cannot be `{value}`",
                    hint=f"it can be {', '.join(known[name])}",
                )
        return {name: self.special.get(name, values[0]) for name, values in known.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverOptions:
    """What a solver is opened with; every solver reads what concerns it.

    Attributes:
        model: Model spec.
        mode: `auto` (optimise where there is code to start from, else generate), `optimize` or
            `generate`.
        search: How much an optimisation may cost: `quick`, `screened` or `confirmed`.
        attempts: Candidates of one optimisation; `None` for the search's default.
        samples: Programs to generate for a task.
        time_limit_s: Wall time of one optimisation; `None` for the search's default.
        budget_usd: Dollars that models may cost in the whole run, earlier sessions included.
        sandbox: As in `SuiteOptions`.
        image: As in `SuiteOptions`.
        predictions: File of predictions, for the solver of that name.
        folder: Where the solver may keep what it did; `None` for nowhere.
    """

    model: str = "rules"
    mode: str = "auto"
    search: str = "quick"
    attempts: int | None = None
    samples: int = 1
    time_limit_s: float | None = None
    budget_usd: float | None = None
    sandbox: str = "auto"
    image: str = "auto"
    predictions: Path | None = None
    folder: Path | None = None


def open_suite(name: str, options: SuiteOptions) -> Suite:
    """The suite registered as `name`, or the one a `pkg.mod:Class` path names.

    Raises:
        UnknownName: There is none; lists the known ones.
        UsageError: It cannot be opened with these options.
    """
    return cast(Suite, resolve("suites", name)(options))


def open_solver(name: str, options: SolverOptions) -> Solver:
    """The solver registered as `name`, or the one a `pkg.mod:Class` path names.

    Raises:
        UnknownName: There is none; lists the known ones.
        UsageError: It cannot be opened with these options.
    """
    return cast(Solver, resolve("solvers", name)(options))
