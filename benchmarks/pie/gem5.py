"""The simulator of the paper: not driven from here, and said so before anything is run.

The authors' image holds gem5 with a Skylake model and a service that takes jobs. Its interface is
not described anywhere, it runs on x86-64 only, and 978 rows took the authors over a thousand cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from speedwright.benchmarks.pie.clock import ArmClaim, ArmTime
from speedwright.benchmarks.pie.row import Test
from speedwright.errors import EnvironmentMissing
from speedwright.eval.progress import Progress
from speedwright.sandbox import Sandbox

IMAGE = "alexshypula/gem5-skylake:api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gem5Clock:
    """Simulated seconds; only ever says what is missing."""

    @property
    def name(self) -> str:
        """As in the record."""
        return "gem5"

    @property
    def unit(self) -> str:
        """Of totals."""
        return "s"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a time depends on."""
        return {"image": IMAGE}

    def check(self) -> NoReturn:
        """Say what is missing.

        Raises:
            EnvironmentMissing: Always.
        """
        raise EnvironmentMissing(
            f"timing with gem5 needs the image `{IMAGE}` and the authors' own driver",
            hint="`docker pull` it on an x86-64 machine and score the predictions with "
            "`gem5/gem5_eval.py` of https://github.com/LearningOpt/pie; here, leave --timer out "
            "for paired native timing, or use --timer callgrind for exact counts",
        )

    def totals(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmTime]:
        """Never gets here."""
        self.check()

    def claims(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmClaim]:
        """Never gets here."""
        self.check()
