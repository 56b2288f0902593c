"""The slow thing: a command, or a file with `setup()` and `workload()`."""

from __future__ import annotations

from dataclasses import dataclass, replace

SEARCH_SEEDS = range(0, 1 << 30)
FRESH_SEEDS = range(1 << 30, 1 << 31)
"""Disjoint: inputs of a claim are none that a search has measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandWorkload:
    """A program run as a whole; its wall time includes its start.

    Attributes:
        argv: Program and arguments, run in the target's folder.
    """

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What `setup()` of a workload file is given; each part only if it asks for it.

    Attributes:
        size: Size of the input; `None` if `setup()` takes none.
        takes_seed: Whether it takes a seed.
        seeds: The seeds that make sense; empty for all of `SEARCH_SEEDS` and `FRESH_SEEDS`.
        is_fresh: Seeds come from `FRESH_SEEDS`, which a search does not use.
    """

    size: int | None = None
    takes_seed: bool = False
    seeds: tuple[int, ...] = ()
    is_fresh: bool = False

    def words(self, seed: int) -> tuple[str, ...]:
        """Arguments of `setup()` as `name=value`, of equal length for every seed.

        Args:
            seed: Of the sample; samples with the same one get the same input.
        """
        found = () if self.size is None else (f"size={self.size:010d}",)
        return (*found, f"seed={self.seed(seed):010d}") if self.takes_seed else found

    def seed(self, seed: int) -> int:
        """Seed of the input for a sample's seed."""
        known = self.seeds or (FRESH_SEEDS if self.is_fresh else SEARCH_SEEDS)
        return known[seed % len(known)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionWorkload:
    """A Python file with `workload()` and, if it likes, `setup()`; only `workload()` is timed.

    Attributes:
        file: Path relative to the target's folder, `/`-separated. The judge always runs the
            base's version of this file.
        inputs: What its `setup()` is given.
    """

    file: str
    inputs: Inputs = Inputs()

    def words(self, seed: int) -> tuple[str, ...]:
        """Arguments of `setup()` as `name=value`."""
        return self.inputs.words(seed)


Workload = CommandWorkload | FunctionWorkload


def with_fresh_seeds(workload: Workload) -> Workload:
    """The workload with inputs that no search has measured, where it takes a seed."""
    if isinstance(workload, CommandWorkload):
        return workload
    return replace(workload, inputs=replace(workload.inputs, is_fresh=True))


def with_default_seed(workload: Workload) -> Workload:
    """The workload as its file says it without us: `setup()` is given no seed."""
    if isinstance(workload, CommandWorkload):
        return workload
    return replace(workload, inputs=replace(workload.inputs, takes_seed=False))
