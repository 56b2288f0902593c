"""Reads what `py-spy record --format speedscope` wrote; any bytes may come from hostile code.

The folded `raw` format is not used: a function or file name with `;` or a line break forges stacks
in it, while here names are JSON strings.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speedwright.errors import ProfilerError
from speedwright.profiler.profile import Kind

_MAX_SAMPLES = 2_000_000
_MAX_DEPTH = 20_000
# Frames of the interpreter itself and of the C library say less than the Python line above them.
_INTERPRETER = re.compile(
    r"(lib)?(python|pypy)[0-9.]*[a-z]*(\.so[0-9.]*)?|(libc|libm|libdl|libpthread|ld-linux)[-.].*"
)
_NATIVE_SUFFIX = re.compile(r"\.(so[0-9.]*|c|cc|cpp|cxx|h|hpp|pyx|pxd|rs|S|f|f90|inc|cu)$")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_WAITING = re.compile(
    r"(__)?(GI_)?(pthread_cond_(timed|clock)?wait\S*|sem_(timed|clock)?wait\S*|do_futex_wait\S*"
    r"|__?futex\S*|poll|ppoll|select|pselect|epoll_wait|(clock_)?nanosleep\S*|take_gil|wait4|waitpid)"
)
_IMPORTING = "<frozen importlib"
_INTERPRETER_FRAME = "interpreter start and exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFrame:
    """One frame as py-spy saw it.

    Attributes:
        function: Untrusted name.
        file: Untrusted path, empty if unknown.
        line: 0 if unknown.
        kind: Python or native.
        is_interpreter: Whether it is code of the Python interpreter or of the C library.
        is_process: Whether it is no function but a heading for a process.
    """

    function: str
    file: str
    line: int
    kind: Kind
    is_interpreter: bool
    is_process: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSample:
    """Stack of one sample, root first; empty when no code ran.

    Attributes:
        frames: The stack.
        weight_s: Seconds it stands for.
    """

    frames: tuple[RawFrame, ...]
    weight_s: float


def parse(data: bytes, *, rate_hz: int) -> tuple[tuple[RawSample, ...], ...]:
    """Samples of every thread, as far as the file is sound.

    Args:
        data: The file.
        rate_hz: Rate asked for; no sample can stand for more than a few periods.

    Raises:
        ProfilerError: It is no such file.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _unreadable("it is no JSON") from error
    if not isinstance(document, dict):
        raise _unreadable("it is no JSON object")
    shared, profiles = document.get("shared"), document.get("profiles")
    listed = shared.get("frames") if isinstance(shared, dict) else None
    if not isinstance(listed, list) or not isinstance(profiles, list):
        raise _unreadable("frames or profiles are missing")
    frames = [_frame(one) for one in listed]
    return tuple(tuple(_samples(one, frames, 1 / rate_hz)) for one in profiles)


def significant(frames: Sequence[RawFrame]) -> tuple[RawFrame, ...]:
    """The stack without process headings, frames of the interpreter and the import machinery.

    Native frames of extension modules stay, with what they called; so does the innermost frame.
    """
    kept: list[RawFrame] = []
    in_extension = False
    for frame in frames:
        if frame.is_process:
            continue
        if frame.kind is Kind.PYTHON:
            in_extension = False
        elif not frame.is_interpreter:
            in_extension = True
        elif not in_extension:
            continue
        kept.append(frame)
    kept = [one for one in kept[:-1] if not one.file.startswith(_IMPORTING)] + kept[-1:]
    if not kept and frames:
        kept = [_named(_INTERPRETER_FRAME)]
    return tuple(kept)


def is_waiting(frames: Sequence[RawFrame]) -> bool:
    """Whether the innermost native frames wait for a lock, a timer or another process."""
    for frame in reversed(frames[-6:]):
        if frame.kind is not Kind.NATIVE:
            return False
        if _WAITING.fullmatch(frame.function):
            return True
    return False


def _frame(found: object) -> RawFrame:
    if not isinstance(found, dict):
        raise _unreadable("a frame is no object")
    function, file, line = found.get("name"), found.get("file"), found.get("line")
    function = function if isinstance(function, str) else ""
    file = file if isinstance(file, str) else ""
    line = line if isinstance(line, int) and not isinstance(line, bool) and line > 0 else 0
    base = file.rsplit("/", 1)[-1]
    is_native = bool(_NATIVE_SUFFIX.search(base)) or (line == 0 and not base.endswith(".py"))
    return RawFrame(
        function="?" if _ADDRESS.fullmatch(function) else function,
        file=file,
        line=line,
        kind=Kind.NATIVE if is_native else Kind.PYTHON,
        is_interpreter=is_native and bool(_INTERPRETER.fullmatch(base)),
        is_process=not file and function.startswith("process "),
    )


def _named(function: str) -> RawFrame:
    return RawFrame(
        function=function,
        file="",
        line=0,
        kind=Kind.NATIVE,
        is_interpreter=True,
        is_process=False,
    )


def _samples(profile: object, frames: list[RawFrame], period_s: float) -> Iterator[RawSample]:
    if not isinstance(profile, dict):
        raise _unreadable("a profile is no object")
    samples, weights = profile.get("samples"), profile.get("weights")
    if not isinstance(samples, list) or not isinstance(weights, list):
        raise _unreadable("samples or weights are missing")
    for stack, weight in zip(samples[:_MAX_SAMPLES], weights, strict=False):
        if not isinstance(stack, list) or isinstance(weight, bool):
            raise _unreadable("a sample is no list")
        is_sound = isinstance(weight, int | float) and math.isfinite(weight) and weight > 0
        known = stack if len(stack) <= _MAX_DEPTH else [*stack[:64], *stack[-_MAX_DEPTH + 64 :]]
        if not all(type(index) is int and 0 <= index < len(frames) for index in known):
            raise _unreadable("a sample names an unknown frame")
        yield RawSample(
            frames=tuple(frames[index] for index in known),
            weight_s=min(float(weight), 10 * period_s) if is_sound else period_s,
        )


def _unreadable(why: str) -> ProfilerError:
    return ProfilerError(
        f"the output of `py-spy` cannot be read: {why}", hint="profile with `cprofile` instead"
    )
