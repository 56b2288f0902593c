"""Profile -> the file format of speedscope.app, for people."""

from __future__ import annotations

import json

from speedwright.profiler.profile import Frame, Profile

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"
_UNITS = {"seconds": "seconds"}


def to_speedscope(profile: Profile, *, name: str) -> dict[str, object]:
    """One sampled profile with shared frames; one sample for each distinct stack.

    Args:
        profile: What to convert.
        name: Title, e.g. the workload.
    """
    return {
        "$schema": _SCHEMA,
        "name": name,
        "exporter": "speedwright",
        "activeProfileIndex": 0,
        "shared": {"frames": [_frame(frame) for frame in profile.frames]},
        "profiles": [
            {
                "type": "sampled",
                "name": f"{name} ({profile.profiler}, {profile.unit})",
                "unit": _UNITS.get(profile.unit, "none"),
                "startValue": 0,
                "endValue": sum(stack.weight for stack in profile.stacks),
                "samples": [list(stack.frames) for stack in profile.stacks],
                "weights": [stack.weight for stack in profile.stacks],
            }
        ],
    }


def speedscope_json(profile: Profile, *, name: str) -> str:
    """The file's text."""
    return json.dumps(to_speedscope(profile, name=name), ensure_ascii=True, allow_nan=False) + "\n"


def _frame(frame: Frame) -> dict[str, object]:
    known: dict[str, object] = {"name": frame.function}
    if frame.file:
        known["file"] = frame.file
    if frame.line:
        known["line"] = frame.line
    return known
