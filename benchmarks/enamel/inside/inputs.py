"""Inputs of a problem where only the trusted parent has them: its children get one at a time.

They lie in a mapping that a fork leaves out, so that a program which looks through the memory of
its process finds no input but the one it was called with.
"""

from __future__ import annotations

import mmap

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Mapping


class Inputs:
    """Marshalled inputs by case.

    Args:
        given: By case; to be dropped by whoever made this.
    """

    def __init__(self, given: Mapping[int, bytes]) -> None:
        self._places: dict[int, tuple[int, int]] = {}
        size = sum(map(len, given.values()))
        self._map = mmap.mmap(-1, max(1, size))
        self._map.madvise(mmap.MADV_DONTFORK)
        at = 0
        for case, data in given.items():
            self._map[at : at + len(data)] = data
            self._places[case] = (at, at + len(data))
            at += len(data)

    def of(self, case: int) -> memoryview:
        """The bytes of one; there are none in a child."""
        start, end = self._places[case]
        return memoryview(self._map)[start:end]
