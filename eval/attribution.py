"""`judge --minimise`: what each part of a patch that was found faster is worth, and what is left.

The verdict stays that of the patch as it was given. A smaller patch, if there is one, is judged
anew and written beside the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.measure import fresh_seed
from speedwright.eval.judge.minimise import minimise
from speedwright.eval.progress import Progress
from speedwright.eval.run_folder import RunFolder
from speedwright.eval.verdict import Judgement, Measured

FILE = "minimal.diff"
KEPT = ("verdict", "speedup", "ci_low", "ci_high", "confidence", "pairs", "reasons")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What came of taking a patch apart.

    Attributes:
        judgement: Of the patch as it was given, with the shares among its reasons.
        document: For the record: `hunks`, `debris`, and the smaller patch with its own verdict.
    """

    judgement: Judgement
    document: Mapping[str, Any] | None = None


def attributed(
    judgement: Judgement, case: Case, baseline: Baseline, run: RunFolder, progress: Progress
) -> Attribution:
    """Take a patch apart, if it was found faster.

    Args:
        judgement: Of the patch.
        case: As it was judged.
        baseline: What it applies to.
        run: Where a smaller patch goes.
        progress: Hears of every part.
    """
    if not judgement.is_faster or not isinstance(judgement.verdict, Measured):
        return Attribution(judgement=judgement)
    diff = case.candidate.diff
    small = minimise(diff, baseline, progress, seed=fresh_seed(), deadline_s=case.deadline_s)
    said = list(small.sentences)
    file: Path | None = None
    rest: Judgement | None = None
    if small.diff != diff:
        candidate = replace(case.candidate, diff=small.diff)
        rest = judge(replace(case, candidate=candidate, seed=fresh_seed()), baseline, progress)
        file = run.write_text(FILE, small.diff)
        said.append(f"without these, judged anew: `{rest.word}`, in {file}")
    document = {
        **small.to_json(),
        "patch": str(file) if file else None,
        "judged": {k: v for k, v in rest.to_json().items() if k in KEPT} if rest else None,
    }
    verdict = replace(judgement.verdict, reasons=(*judgement.verdict.reasons, *said))
    return Attribution(judgement=replace(judgement, verdict=verdict), document=document)
