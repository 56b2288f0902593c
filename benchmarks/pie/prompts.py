"""What a model is told of a pair: the slow program and a style of asking.

Paper: arXiv 2302.07867, section 3 (the styles); all words here are ours.
Differs: only examples are cut to 1,500 characters, never the program to optimise: a cut program
    cannot be kept right.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from speedwright.benchmarks.pie.retrieval import Bm25
from speedwright.benchmarks.pie.row import Row

EXAMPLES = 3
EXAMPLE_CHARS = 1500

_RULES = (
    "It reads standard input and writes standard output, and is compiled with "
    "`g++ --std=c++17 -O3`. The new program has to print exactly the same for every valid input; "
    "inputs you do not know will be tried too. Answer with the whole program in one code block."
)
_SOURCE = "### Program:\n{code}\n\n### Optimized Version:\n"


class PromptStyle(StrEnum):
    """How a model is asked."""

    PLAIN = "plain"
    CHAIN_OF_THOUGHT = "cot"
    RETRIEVAL = "retrieval"
    CONDITIONED = "conditioned"


def prompt(row: Row, style: PromptStyle, examples: Sequence[Row] = ()) -> str:
    """The text for one row.

    Args:
        row: The pair; nothing of its target, tests or run times goes in.
        style: How to ask.
        examples: Pairs to choose from, for the retrieval style.
    """
    source = _SOURCE.format(code=row.src_code.strip())
    match style:
        case PromptStyle.PLAIN:
            return f"Make this C++ program run as fast as you can. {_RULES}\n\n{source}"
        case PromptStyle.CHAIN_OF_THOUGHT:
            return (
                f"This C++ program is too slow. {_RULES}\nBefore the code, say what takes its time "
                "and which change of algorithm, data structure, input and output, memory layout or "
                f"loops would help most; then write the program with that change.\n\n{source}"
            )
        case PromptStyle.CONDITIONED:
            return (
                f"Below is a C++ program. Write a version of it whose speed deserves a score of "
                f"10/10 among all right solutions of the problem. {_RULES}\n\n### Program:\n"
                f"{row.src_code.strip()}\n\n### Optimized Version with score 10/10:\n"
            )
        case PromptStyle.RETRIEVAL:
            shown = "\n\n".join(_example(pair) for pair in nearest(row, examples))
            return (
                f"Each of the first {EXAMPLES} C++ programs is followed by a faster version of it. "
                f"Do the same for the last one. {_RULES}\n\n{shown}\n\n{source}"
            )


def nearest(row: Row, examples: Sequence[Row], most: int = EXAMPLES) -> list[Row]:
    """The examples whose slow program is most like this one, the nearest last."""
    index = Bm25([pair.src_code for pair in examples])
    return [examples[number] for number in reversed(index.nearest(row.src_code, most))]


def _example(pair: Row) -> str:
    before, after = (code.strip()[:EXAMPLE_CHARS] for code in (pair.src_code, pair.tgt_code))
    return f"{_SOURCE.format(code=before)}{after}"
