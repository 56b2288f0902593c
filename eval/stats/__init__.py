"""Pure statistics: samples in, words and intervals out; no clock, no process.

Importing this package is cheap: numpy is loaded at the first comparison, scipy never.
"""

from speedwright.eval.stats.comparison import Comparison, Control, Word
from speedwright.eval.stats.looks import (
    LOOK_LEVEL,
    LOOKS,
    Look,
    SequentialDesign,
    Stop,
    decide_at_look,
)
from speedwright.eval.stats.paired import LEAST_PAIRS, MARGIN, compare, control

__all__ = [
    "LEAST_PAIRS",
    "LOOKS",
    "LOOK_LEVEL",
    "MARGIN",
    "Comparison",
    "Control",
    "Look",
    "SequentialDesign",
    "Stop",
    "Word",
    "compare",
    "control",
    "decide_at_look",
]
