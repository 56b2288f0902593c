"""Pure statistics: samples in, words and intervals out; no clock, no process.

Importing this package is cheap: numpy is loaded at the first comparison, scipy never.
"""

from speedwright.eval.stats.clocks import ClockLabel, classify_clocks, cores_used, is_cpu_bound
from speedwright.eval.stats.comparison import Comparison, Control, Witness, Word
from speedwright.eval.stats.discards import Covariates, Discarded, DiscardRule, discard
from speedwright.eval.stats.gates import is_wide_for, lets_stand
from speedwright.eval.stats.longer import Longer, longer
from speedwright.eval.stats.looks import (
    LOOK_LEVEL,
    LOOKS,
    Look,
    SequentialDesign,
    Stop,
    decide_at_look,
)
from speedwright.eval.stats.orders import order
from speedwright.eval.stats.paired import (
    LEAST_PAIRS,
    MARGIN,
    compare,
    compare_with_copy,
    control,
)
from speedwright.eval.stats.screening import Outlook, Screening, screen
from speedwright.eval.stats.worth import NOISY_GOAL, excludes

__all__ = [
    "LEAST_PAIRS",
    "LOOKS",
    "LOOK_LEVEL",
    "MARGIN",
    "NOISY_GOAL",
    "ClockLabel",
    "Comparison",
    "Control",
    "Covariates",
    "DiscardRule",
    "Discarded",
    "Longer",
    "Look",
    "Outlook",
    "Screening",
    "SequentialDesign",
    "Stop",
    "Witness",
    "Word",
    "classify_clocks",
    "compare",
    "compare_with_copy",
    "control",
    "cores_used",
    "decide_at_look",
    "discard",
    "excludes",
    "is_cpu_bound",
    "is_wide_for",
    "lets_stand",
    "longer",
    "order",
    "screen",
]
