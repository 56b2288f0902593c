"""Which lines and files of the target the time goes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from speedwright.profiler.profile import Frame, Kind, Profile, Stack


def line_shares(profile: Profile) -> Mapping[str, Mapping[int, float]]:
    """Share of the run (0-1) with each line of the target's files on the stack.

    A stack counts a line once, however deep the recursion. Files with the hottest line first.
    """
    shares: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for stack in profile.stacks:
        share = stack.weight / profile.total
        for file, line in _target_lines(profile, stack):
            shares[file][line] += share
    ordered = sorted(shares.items(), key=lambda item: (-max(item[1].values()), item[0]))
    return {
        file: {line: min(1.0, share) for line, share in sorted(lines.items())}
        for file, lines in ordered
    }


def self_shares(profile: Profile) -> Mapping[str, float]:
    """Share of the run (0-1) spent in each of the target's files itself, largest first.

    What a Python line does in built-in or native code counts for the file of that line.
    """
    shares: dict[str, float] = defaultdict(float)
    for stack in profile.stacks:
        frame = working_frame(profile, stack)
        if frame.in_target:
            shares[frame.file] += stack.weight / profile.total
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return {file: min(1.0, share) for file, share in ordered}


def charged_shares(profile: Profile) -> Mapping[str, float]:
    """Share of the run (0-1) by the file of the innermost frame of the target, largest first.

    What a library does counts for the file of the target that called it.
    """
    shares: dict[str, float] = defaultdict(float)
    for stack in profile.stacks:
        frames = (profile.frames[index] for index in reversed(stack.frames))
        innermost = next((frame for frame in frames if frame.in_target), None)
        if innermost is not None:
            shares[innermost.file] += stack.weight / profile.total
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def working_frame(profile: Profile, stack: Stack) -> Frame:
    """The innermost Python frame, or the leaf where none is Python."""
    frames = [profile.frames[index] for index in stack.frames]
    python = (frame for frame in reversed(frames) if frame.kind is Kind.PYTHON)
    return next(python, frames[-1])


def _target_lines(profile: Profile, stack: Stack) -> set[tuple[str, int]]:
    frames = (profile.frames[index] for index in stack.frames)
    return {(frame.file, frame.line) for frame in frames if frame.in_target and frame.line}
