"""What an engine says of itself: as whom it runs, and which limits it holds.

An engine drops a limit that its kernel or its control groups cannot hold, and starts the container
all the same. A rootless engine under control groups v1 holds none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_ROOTLESS = "name=rootless"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """Facts of one engine.

    Attributes:
        is_rootless: Root inside of its containers is the user who runs it, and whoever else is
            inside is one of that user's subordinate ids.
        dropped: Box-wide limits it does not hold: of `memory`, `processes` and `cores`.
    """

    is_rootless: bool
    dropped: tuple[str, ...]

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> Self:
        """From the engine's answer to `info`; a limit it says nothing about counts as held."""
        held = {
            "memory": info.get("MemoryLimit", True),
            "processes": info.get("PidsLimit", True),
            "cores": info.get("CPUSet", True),
        }
        return cls(
            is_rootless=_ROOTLESS in (info.get("SecurityOptions") or ()),
            dropped=tuple(name for name, is_held in held.items() if not is_held),
        )

    @property
    def limits_a_box(self) -> bool:
        """Whether memory and processes of a container are held as a whole."""
        return not {"memory", "processes"} & set(self.dropped)
