"""The suite `pie`: pairs of C++ programs, timed against their slow half."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from speedwright.benchmarks.data import packaged
from speedwright.benchmarks.pie.clock import Clock, open_clock
from speedwright.benchmarks.pie.data import Data
from speedwright.benchmarks.pie.evaluate import Scorer
from speedwright.benchmarks.pie.official import OfficialData
from speedwright.benchmarks.pie.own import OwnData
from speedwright.benchmarks.pie.predictions import read_predictions
from speedwright.benchmarks.pie.prompts import PromptStyle, prompt
from speedwright.benchmarks.pie.replay import replay
from speedwright.benchmarks.pie.row import Row
from speedwright.benchmarks.pie.rules import Rules
from speedwright.benchmarks.pie.target import target
from speedwright.benchmarks.pie.totals import add_up
from speedwright.errors import UsageError
from speedwright.eval.batch.interfaces import SuiteScore, Task, TaskScore
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.batch.replay import ReplayRow
from speedwright.eval.progress import NullProgress, Progress
from speedwright.sandbox.choose import choose_sandbox
from speedwright.sandbox.interfaces import Sandbox

SPECIAL = {
    "prompt": tuple(style.value for style in PromptStyle),
    "pragmas": ("ignored", "credited"),
}


class PieSuite:
    """Implements `speedwright.eval.batch.Suite`.

    Args:
        options: Data (`None`: our own problems), timer, seed of hidden inputs (`None`: fresh ones
            for every score), sandbox.
            Its own options: `prompt`, how models are asked, and `pragmas`, whether the hardened
            metric credits them too.
        rules: Thresholds and caps.
        clock: Back-end in place of the one that the options name.
    """

    default_ks = (1,)

    def __init__(
        self,
        options: SuiteOptions,
        *,
        rules: Rules | None = None,
        clock: Clock | None = None,
    ) -> None:
        if options.samples_from is not None:
            raise UsageError(
                "suite `pie` starts from the slow programs of its data",
                hint="leave --from out",
            )
        special = options.chosen("pie", SPECIAL)
        self._options, self._style = options, PromptStyle(special["prompt"])
        self._rules = replace(
            rules or Rules(), are_pragmas_allowed=special["pragmas"] == "credited"
        )
        self._clock = clock or open_clock(options.timer)
        self._data: Data = (
            OwnData(packaged("pie")) if options.data is None else OfficialData(options.data)
        )

    @property
    def name(self) -> str:
        """Registered name."""
        return "pie"

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that a score depends on beside task and samples."""
        seed = self._options.seed
        return {
            "data_sha256": self._data.provenance["sha256"],
            "clock": self._clock.name,
            "clock_settings": dict(self._clock.settings),
            "prompt": self._style.value,
            "hidden_seed": "fresh" if seed is None else seed,
            "sandbox": self._options.sandbox,
            **self._rules.to_json(),
        }

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Origin, licence and content hash of the data."""
        return self._data.provenance

    def tasks(self) -> Sequence[Task]:
        """All rows, each as a prompt and as a small repository.

        Raises:
            DataMissing: The data are not here.
            EnvironmentMissing: The timer cannot work here.
        """
        self._clock.check(lambda: self._sandbox(NullProgress()))
        return [
            Task(
                id=row.id,
                prompt=self._prompt(row),
                language="cpp",
                target=target(self._data, row),
            )
            for row in self._data.rows
        ]

    def gold(self, task_id: str) -> tuple[str, ...]:
        """The fast program."""
        return (self._rows[task_id].tgt_code,)

    def nop(self, task_id: str) -> tuple[str, ...]:
        """The slow program."""
        return (self._rows[task_id].src_code,)

    def read_predictions(self, path: Path) -> Mapping[str, tuple[str, ...]]:
        """Programs by task id, from the official jsonl.

        Raises:
            UsageError: The file is malformed.
        """
        return read_predictions(path, self._data.rows)

    def evaluate(self, task: Task, samples: Sequence[str], progress: Progress) -> TaskScore:
        """Score the samples of one task."""
        scorer = Scorer(
            data=self._data, sandbox=self._sandbox(progress), clock=self._clock, rules=self._rules
        )
        return scorer.score(self._rows[task.id], samples, secret=self._secret(), progress=progress)

    def aggregate(self, scores: Sequence[TaskScore], ks: Sequence[int]) -> SuiteScore:
        """Add up; a task without a score is a failure."""
        return add_up(scores, ks, threshold=self._rules.threshold)

    def replay(self, progress: Progress, ids: Sequence[str]) -> Sequence[ReplayRow]:
        """The fast program of each of these pairs against its slow one."""
        self._clock.check(lambda: self._sandbox(NullProgress()))
        return replay(
            self._data,
            [self._rows[name] for name in ids],
            sandbox=self._sandbox(progress),
            clock=self._clock,
            rules=self._rules,
            secret=self._secret(),
            progress=progress,
        )

    def _prompt(self, row: Row) -> str:
        is_shown = self._style is PromptStyle.RETRIEVAL
        return prompt(row, self._style, self._data.training(row) if is_shown else ())

    def _secret(self) -> str:
        """Names the hidden inputs: fresh, so that nothing can know them, unless a seed is given."""
        return str(self._options.seed) if self._options.seed is not None else os.urandom(8).hex()

    @cached_property
    def _rows(self) -> Mapping[str, Row]:
        return {row.id: row for row in self._data.rows}

    def _sandbox(self, progress: Progress) -> Sandbox:
        name, image = self._options.sandbox, self._options.image
        if self._clock.image is not None and image == "auto":
            image = self._clock.image
            name = "docker" if name == "auto" else name
        chosen = choose_sandbox(name, image=image)
        if chosen.warning:
            progress.warn(chosen.warning)
        return chosen.sandbox
