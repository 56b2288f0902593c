"""The suite `enamel`: 142 problems, pass@k and eff@k, official and hardened from the same runs.

Paper: Qiu et al. 2024, "How efficient is LLM-generated code? A rigorous & high-standard benchmark"
(arXiv 2406.06647). Official library: `enam` 0.0.2. For what differs see `score.official_score`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from speedwright.benchmarks.enamel.aggregate import aggregate
from speedwright.benchmarks.enamel.ahead import Ahead
from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cases import Case, draws
from speedwright.benchmarks.enamel.cores import Cores
from speedwright.benchmarks.enamel.evaluate import Evaluator
from speedwright.benchmarks.enamel.lanes import Item, Lanes
from speedwright.benchmarks.enamel.making import cases_of, key_of
from speedwright.benchmarks.enamel.parameters import OFFICIAL_SEED, Parameters
from speedwright.benchmarks.enamel.predictions import read_samples
from speedwright.benchmarks.enamel.problems import (
    LICENCE,
    ORIGIN,
    DataSet,
    Problem,
    load_data_set,
)
from speedwright.benchmarks.enamel.prompt import prompt_of
from speedwright.benchmarks.enamel.references import KeptReferences, key_of_times
from speedwright.benchmarks.enamel.target import LEVELS, SHIFT, target_of, whole_program
from speedwright.benchmarks.enamel.turns import Turns
from speedwright.benchmarks.valgrind import check_valgrind
from speedwright.errors import SandboxError, UsageError
from speedwright.eval.batch.interfaces import SuiteScore, Task, TaskScore
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.batch.selection import check_known
from speedwright.eval.progress import Progress
from speedwright.sandbox.choose import choose_sandbox

# 2: the clock outside bounds the inner one in the hardened metric. 3: the references' imports are
# not timed any more, and all of their cases that may be the slowest are repeated in full. 4: times
# of references that were kept are calibrated.
SCORER = 6
SPECIAL = {"instructions": ("none", "callgrind"), "references": ("kept", "measured")}


class EnamelSuite:
    """Implements `speedwright.eval.batch.interfaces.Suite`.

    Args:
        options: Where the data are, the samples to optimise, the seed, the sandbox. Its own ones:
            `instructions`, whether they are counted for DPS and COFFE's metrics; `references`,
            whether times of an earlier run on this machine are calibrated or all measured anew.
        parameters: Of the protocol; the seed of the options wins.
        cache: Where tests are kept; by default the user's cache folder.
    """

    default_ks = (1, 10, 100)

    def __init__(
        self,
        options: SuiteOptions,
        *,
        parameters: Parameters | None = None,
        cache: TestCache | None = None,
    ) -> None:
        if options.timer not in (None, "wall"):
            message = f"enamel has no timer `{options.timer}`"
            raise UsageError(message, hint="its timer is `wall`")
        special = options.chosen("enamel", SPECIAL)
        self._has_counts = special["instructions"] == "callgrind"
        self._references = special["references"]
        seed = OFFICIAL_SEED if options.seed is None else options.seed
        self._options = options
        self._parameters = parameters or Parameters(seed=seed)
        self._cache = cache or TestCache()
        self._cores = Cores.here()

    def __reduce__(self) -> tuple[Any, ...]:
        """By its options: open boxes stay where they are."""
        return type(self), (self._options,)

    @property
    def name(self) -> str:
        """`enamel`."""
        return "enamel"

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that a score depends on beside task and samples."""
        return {
            "scorer": SCORER,
            "timer": "wall",
            "instructions": "callgrind" if self._has_counts else "none",
            "references": self._references,
            "data_sha256": self._data.sha256,
            "parameters": dict(self._parameters.to_json()),
            "sandbox": self._boxes.sandbox.name,
        }

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Origin, licence and hash of the data."""
        return {"origin": ORIGIN, "licence": LICENCE, "sha256": self._data.sha256}

    def tasks(self) -> Sequence[Task]:
        """The 142 problems; with `samples_from`, those that it has a sample for.

        Raises:
            ToolMissing: Instructions are wanted and there is no valgrind.
        """
        if self._has_counts:
            check_valgrind("--set instructions=callgrind")
        if self._options.samples_from is None:
            return tuple(self._task(problem) for problem in self._data.problems.values())
        given = self._given
        return tuple(self._task(p) for p in self._data.problems.values() if given.get(p.task_id))

    def gold(self, task_id: str) -> tuple[str, ...]:
        """The expert's solution as a whole program."""
        problem = self._problem(task_id)
        return (f"{problem.prompt}\n{problem.reference_solution}\n",)

    def nop(self, task_id: str) -> tuple[str, ...]:
        """The given sample, in optimise mode."""
        problem = self._problem(task_id)
        if self._options.samples_from is None:
            return ()
        return tuple(whole_program(problem, text) for text in self._given.get(task_id, ())[:1])

    def read_predictions(self, path: Path) -> Mapping[str, tuple[str, ...]]:
        """Samples from the official JSON forms or an EvalPlus zip; unscored problems are left out.

        Raises:
            UsageError: The file is malformed; says where.
        """
        found = read_samples(path)
        return {task: found[task] for task in self._data.problems if task in found}

    def expect(self, work: Sequence[tuple[Task, Sequence[str]]]) -> None:
        """See `speedwright.eval.batch.interfaces.Foresighted`."""
        self._ahead.expect([task.id for task, _ in work])
        self._lanes.expect([(task.id, tuple(samples)) for task, samples in work])

    def evaluate(self, task: Task, samples: Sequence[str], progress: Progress) -> TaskScore:
        """Make tests or take them from the cache, time the reference, then every sample."""
        try:
            return self._lanes.take((task.id, tuple(samples)), progress)
        except BaseException:
            self.close()
            raise

    def _score(self, item: Item, boxes: Boxes, progress: Progress) -> TaskScore:
        """Of one task, in a lane."""
        start = time.monotonic()
        task_id, samples = item
        problem = self._problem(task_id)
        try:
            evaluator = Evaluator(
                problem=problem,
                cases=self._ahead.take(task_id),
                parameters=self._parameters,
                boxes=boxes,
                checker=self._boxes,
                turns=self._turns,
                has_counts=self._has_counts,
                kept=self._kept(problem),
            )
            scored = evaluator.evaluate(samples, progress)
        except SandboxError as error:
            boxes.close()
            infra = f"{error.message} {error.hint}".strip()
            return TaskScore(task_id=task_id, infra=infra, wall_s=time.monotonic() - start)
        return TaskScore(
            task_id=task_id,
            official=scored.official,
            hardened=scored.hardened,
            flags=scored.flags,
            wall_s=time.monotonic() - start,
        )

    def aggregate(self, scores: Sequence[TaskScore], ks: Sequence[int]) -> SuiteScore:
        """pass@k and eff@k as means over tasks; a task without samples counts as 0."""
        return aggregate(scores, ks)

    def close(self) -> None:
        """Remove the boxes; they are opened anew if needed."""
        if "_lanes" in self.__dict__:
            self._lanes.end()
        if "_ahead" in self.__dict__:
            self._ahead.close()
        if "_lanes" in self.__dict__:
            self._lanes.close()
        for boxes in ("_boxes", "_makers"):
            if boxes in self.__dict__:
                self.__dict__[boxes].close()

    @cached_property
    def _data(self) -> DataSet:
        return load_data_set(self._options.data)

    @cached_property
    def _boxes(self) -> Boxes:
        """For our own code: nothing is timed in them."""
        chosen = choose_sandbox(self._options.sandbox, image=self._options.image)
        return Boxes(sandbox=chosen.sandbox, cores=self._cores)

    @cached_property
    def _makers(self) -> Boxes:
        """For tests that are made ahead, which takes long."""
        return self._more_boxes()

    def _more_boxes(self) -> Boxes:
        return Boxes(sandbox=self._boxes.sandbox, cores=self._cores)

    @cached_property
    def _turns(self) -> Turns:
        return Turns(self._cores)

    @cached_property
    def _lanes(self) -> Lanes:
        return Lanes(self._score, self._more_boxes, self._cores.spare)

    @cached_property
    def _ahead(self) -> Ahead:
        return Ahead(self._cases, self._cores.spare)

    def _cases(self, task_id: str) -> tuple[Case, ...]:
        return cases_of(self._problem(task_id), self._parameters, self._makers, self._cache)

    def _kept(self, problem: Problem) -> KeptReferences | None:
        if self._references == "measured":
            return None
        tests = key_of(problem, draws(problem, self._parameters))
        return KeptReferences(cache=self._cache, key=key_of_times(tests, self._boxes.sandbox.name))

    @cached_property
    def _given(self) -> Mapping[str, tuple[str, ...]]:
        assert self._options.samples_from is not None
        return self.read_predictions(self._options.samples_from)

    def _problem(self, task_id: str) -> Problem:
        check_known([task_id], list(self._data.problems), where="enamel")
        return self._data.problems[task_id]

    def _task(self, problem: Problem) -> Task:
        target = None
        if self._options.samples_from is not None:
            cases = cases_of(
                problem, self._parameters, self._boxes, self._cache, shift=SHIFT, levels=LEVELS
            )
            target = target_of(problem, self._given[problem.task_id][0], cases)
        return Task(id=problem.task_id, prompt=prompt_of(problem), language="python", target=target)
