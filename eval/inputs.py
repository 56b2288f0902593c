"""What a workload file says of its inputs: `setup(size, seed)`, `SIZES`, `SEEDS`.

    SIZES = (1_000, 4_000, 16_000)      # literals; one is measured, the others are hold-outs
    SEEDS = (1, 2, 3)                   # only where not every number will do

    def setup(size, seed): ...

The file is parsed, never imported. Files without these words are run as they always were.

Covers: parameters of a top-level `setup` called `size` and `seed`, in any order, also with
defaults; either of them alone.
Does not cover: sizes that are computed; a size of several numbers.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from enum import StrEnum

from speedwright.errors import UsageError
from speedwright.profiler import Inputs

SIZES, SEEDS = "SIZES", "SEEDS"
MOST_NUMBERS = 100
_ASSIGN = (ast.Assign, ast.AnnAssign)
LARGEST = 10**9


class HoldoutKind(StrEnum):
    """How a hold-out differs from what is measured for the claim."""

    NAMED = "named"
    SIZE = "size"
    SEEDS = "seeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInputs:
    """Inputs that are kept from the search.

    Attributes:
        kind: `size` or `seeds`.
        inputs: What `setup()` gets.
    """

    kind: HoldoutKind
    inputs: Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredInputs:
    """All inputs of a workload file.

    Attributes:
        measured: For the search and the claim.
        held_out: For the hold-out, small sizes first.
    """

    measured: Inputs = field(default_factory=Inputs)
    held_out: tuple[HeldInputs, ...] = ()


def read_inputs(text: str, name: str) -> DeclaredInputs:
    """The inputs that a workload file declares.

    Of three sizes or more the last but one is measured, of two the larger one: large enough for
    the algorithm to show, with a larger one left to see whether the gain holds beyond it. Of a list
    of seeds the last third is held out.

    Args:
        text: The file.
        name: For messages.

    Raises:
        UsageError: The words are there and make no sense.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return DeclaredInputs()  # running it will say so
    taken = _parameters(tree)
    # Only with the parameter do the names mean anything: a file may use them for something else.
    sizes = tuple(sorted(_numbers(tree, SIZES, name, least=1))) if "size" in taken else ()
    seeds = _numbers(tree, SEEDS, name, least=0) if "seed" in taken else ()
    if "size" in taken and not sizes and not taken["size"]:
        raise UsageError(
            f"`setup()` of `{name}` takes a size, and the file names none",
            hint="say which ones at the top of the file, e.g. SIZES = (1_000, 4_000, 16_000)",
        )
    return _declared(sizes, seeds, takes_seed="seed" in taken)


def _declared(
    sizes: tuple[int, ...], seeds: tuple[int, ...], *, takes_seed: bool
) -> DeclaredInputs:
    count = max(1, len(seeds) // 3) if len(seeds) > 1 else 0
    known, kept = seeds[: len(seeds) - count], seeds[len(seeds) - count :]
    size = sizes[-2] if len(sizes) > 2 else sizes[-1] if sizes else None
    measured = Inputs(size=size, takes_seed=takes_seed, seeds=known)
    fresh = replace(measured, seeds=kept or known, is_fresh=True)
    held = [
        HeldInputs(kind=HoldoutKind.SIZE, inputs=replace(fresh, size=other))
        for other in sizes
        if other != size
    ]
    if kept:
        held.append(HeldInputs(kind=HoldoutKind.SEEDS, inputs=fresh))
    return DeclaredInputs(measured=measured, held_out=tuple(held))


def as_shown(text: str, name: str) -> str:
    """The file as a proposer sees it: without the sizes and seeds that are held out.

    The number of lines stays the same, so that positions in profiles keep their meaning.
    """
    try:
        declared = read_inputs(text, name)
    except UsageError:
        return text
    if not declared.held_out:
        return text
    measured = declared.measured
    known = {SIZES: () if measured.size is None else (measured.size,), SEEDS: measured.seeds}
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        word = _assigned(node)
        if word in known and known[word] and node.end_lineno is not None:
            first, last = node.lineno - 1, node.end_lineno
            lines[first:last] = [f"{word} = {known[word]!r}\n"] + ["\n"] * (last - first - 1)
    return "".join(lines)


def _parameters(tree: ast.Module) -> dict[str, bool]:
    """Parameters of the last top-level `setup`: name -> whether it has a default."""
    found: dict[str, bool] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "setup":
            given = node.args
            plain = [a.arg for a in given.args]
            bare = len(plain) - len(given.defaults)
            found = {name: index >= bare for index, name in enumerate(plain)}
            pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
            found |= {a.arg: default is not None for a, default in pairs}
    return found


def _numbers(tree: ast.Module, word: str, name: str, *, least: int) -> tuple[int, ...]:
    """The literal numbers assigned to `word` at the top of the file; none if it is not there."""
    values = [n.value for n in tree.body if isinstance(n, _ASSIGN) and _assigned(n) == word]
    if not values or values[-1] is None:
        return ()
    try:
        found = ast.literal_eval(values[-1])
        is_list = isinstance(found, tuple | list) and bool(found) and len(found) <= MOST_NUMBERS
        is_good = is_list and all(type(n) is int and least <= n <= LARGEST for n in found)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        is_good = False
    if not is_good or len(set(found)) < len(found):
        raise UsageError(
            f"`{word}` in `{name}` is no list of different whole numbers from {least} up",
            hint=f"write them out, e.g. {word} = (1_000, 4_000, 16_000)",
        )
    return tuple(found)


def _assigned(node: ast.stmt) -> str:
    """Name that a simple assignment sets, empty for anything else."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target = node.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""
