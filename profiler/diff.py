"""What changed between two profiles, function by function."""

from __future__ import annotations

from dataclasses import dataclass

from speedwright.errors import UsageError
from speedwright.profiler.functions import FunctionKey, FunctionTotal, function_totals
from speedwright.profiler.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionChange:
    """One function before and after; weights are in the profiles' unit, 0 where it is absent.

    Attributes:
        function: Name.
        file: File, as in `Frame`.
        line: Hottest line after (before, if it is gone), 0 if unknown.
        base_self: Self weight before.
        new_self: Self weight after.
        base_total: Cumulative weight before.
        new_total: Cumulative weight after.
    """

    function: str
    file: str
    line: int
    base_self: float
    new_self: float
    base_total: float
    new_total: float

    @property
    def self_change(self) -> float:
        """After minus before: negative is less time."""
        return self.new_self - self.base_self

    @property
    def total_change(self) -> float:
        """After minus before, callees included."""
        return self.new_total - self.base_total


def function_changes(base: Profile, new: Profile) -> tuple[FunctionChange, ...]:
    """Every function of either profile, largest change of self weight first.

    Raises:
        UsageError: They do not measure the same thing.
    """
    if base.unit != new.unit:
        raise UsageError(
            f"profiles in `{base.unit}` and `{new.unit}` cannot be compared",
            hint="profile both with the same profiler",
        )
    before = _by_key(base)
    after = _by_key(new)
    changes = [
        _change(before.get(key), after.get(key), key) for key in dict.fromkeys([*before, *after])
    ]
    return tuple(sorted(changes, key=lambda one: (-abs(one.self_change), -abs(one.total_change))))


def _by_key(profile: Profile) -> dict[FunctionKey, FunctionTotal]:
    return {(one.function, one.file): one for one in function_totals(profile)}


def _change(
    before: FunctionTotal | None, after: FunctionTotal | None, key: FunctionKey
) -> FunctionChange:
    shown = after or before
    return FunctionChange(
        function=key[0],
        file=key[1],
        line=shown.line if shown else 0,
        base_self=before.self_weight if before else 0.0,
        new_self=after.self_weight if after else 0.0,
        base_total=before.total_weight if before else 0.0,
        new_total=after.total_weight if after else 0.0,
    )
