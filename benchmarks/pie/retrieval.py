"""The nearest programs of a collection by BM25 over the words of their code.

Paper: S. Robertson, H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009,
    equation 3.15, with the usual k1 and b.
Differs: the logarithm is that of 1 + the usual quotient, so that no word counts below zero.
    PIE retrieves by CodeBERTScore embeddings, which need a model.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

K1 = 1.5
B = 0.75
_WORD = re.compile(r"[A-Za-z_]\w*|\d+|<<|>>|[^\sA-Za-z_0-9]")


def words(code: str) -> list[str]:
    """Identifiers, numbers and signs."""
    return _WORD.findall(code)


class Bm25:
    """An index of programs.

    Args:
        programs: Their texts.
    """

    def __init__(self, programs: Sequence[str]) -> None:
        self._lengths: list[int] = []
        self._places: dict[str, list[tuple[int, int]]] = {}
        for number, program in enumerate(programs):
            counts = Counter(words(program))
            self._lengths.append(sum(counts.values()))
            for word, count in counts.items():
                self._places.setdefault(word, []).append((number, count))
        self._mean = sum(self._lengths) / max(1, len(self._lengths)) or 1.0

    def nearest(self, program: str, most: int) -> list[int]:
        """Numbers of the nearest programs, nearest first; ties go to the lower number."""
        scores: dict[int, float] = {}
        total = len(self._lengths)
        for word in set(words(program)):
            places = self._places.get(word, ())
            weight = math.log(1 + (total - len(places) + 0.5) / (len(places) + 0.5))
            for number, count in places:
                length = 1 - B + B * self._lengths[number] / self._mean
                gain = weight * count * (K1 + 1) / (count + K1 * length)
                scores[number] = scores.get(number, 0.0) + gain
        return sorted(scores, key=lambda number: (-scores[number], number))[:most]
