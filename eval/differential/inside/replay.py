"""Replaying calls: rebuild the arguments, call, and send what came of it as plain data."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import io
import json
import opcode
import os
import random
import sys
import time
from typing import Any

from speedwright.eval.differential.inside.cannot import CannotDecode, CannotEncode
from speedwright.eval.differential.inside.channel import Channel, Watch
from speedwright.eval.differential.inside.decode import Decoder
from speedwright.eval.differential.inside.encode import Encoder
from speedwright.eval.differential.inside.lines import LineTrace

RAISE = opcode.opmap["RAISE_VARARGS"]
PROGRESS_FILE = "speedwright-replay.jsonl"
SAID_CHARS = 20_000
_own_id, _leave = os.getpid, os._exit  # as they are before the target's code runs


class _Said(io.StringIO):
    """Standard output of a call, kept up to a ceiling."""

    def write(self, text: str) -> int:
        if self.tell() < SAID_CHARS:
            super().write(text[:SAID_CHARS])
        return len(text)


def run(task: dict[str, Any], channel: Channel) -> None:
    """Make every call in order; answer with the outcomes so far when one does not end."""
    sys.path[0:0] = [p for p in task["paths"] if p not in sys.path]
    os.chdir(task["source"])
    outcomes: list[Any] = []
    trace = LineTrace(task["source"], task["lines"]) if task["lines"] else None
    tell = _Progress(task["scratch"])
    caller = _own_id()

    def finish(is_late: bool = False) -> None:
        missed = trace.missed() if trace else []
        channel.finish({"outcomes": list(outcomes), "is_late": is_late, "missed": missed})

    if trace:
        trace.start()
    watch = Watch(task["call_s"] + task["import_s"], lambda: finish(is_late=True))
    functions = [_resolved(module, name) for module, name in task["functions"]]
    watch.heard()
    watch.limit_s = task["call_s"]
    start = time.monotonic()
    for number, text in task["calls"]:
        random.seed(0)
        if isinstance(functions[number], str):
            outcome: Any = {"kind": "missing", "why": functions[number]}
        elif time.monotonic() - start > task["total_s"] or (trace and trace.is_complete):
            outcome = {"kind": "skipped"}
        else:
            outcome = _outcome(functions[number], text, task)
        if _own_id() != caller:
            _leave(1)  # a child that came back from a call: what the caller got is the outcome
        outcomes.append(outcome)
        tell(outcome)
        watch.heard()
    finish()


class _Progress:
    """Leaves every outcome in a file, for the case that the process dies."""

    def __init__(self, scratch: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._file = os.open(f"{scratch}/{PROGRESS_FILE}", flags, 0o600)

    def __call__(self, outcome: Any) -> None:
        os.write(self._file, json.dumps(outcome).encode() + b"\n")


def _resolved(module: str, name: str) -> Any:
    """The function to call, or why there is none."""
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = inspect.getattr_static(found, part)
    except BaseException as error:  # noqa: BLE001 (the target's own failure, reported as such)
        return f"{type(error).__name__}: {error}"[:300]
    if isinstance(found, (staticmethod, classmethod)):
        found = found.__func__
    elif isinstance(found, property):
        found = found.fget
    elif isinstance(found, functools.cached_property):
        found = found.func
    return found if callable(found) else f"{name} is no function but {type(found).__name__}"


def _outcome(function: Any, text: str, task: dict[str, Any]) -> dict[str, Any]:
    try:
        decoder = Decoder()
        args, keywords = json.loads(text)
        args, keywords = decoder.items(args), dict(decoder.pairs(keywords))
    except (CannotDecode, TypeError, ValueError, AttributeError, RecursionError) as error:
        return {"kind": "unmade", "why": f"{type(error).__name__}: {error}"[:300]}
    said, wrong = _Said(), _Said()
    found: dict[str, Any] = {"kind": "returned"}
    before = _as_outcome(args, keywords, task) if '["mk",' in text else None
    encoder = Encoder(task["outcome_size"], is_outcome=True)
    value = None
    start = time.monotonic()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
        try:
            value = function(*args, **keywords)
        except BaseException as error:  # noqa: BLE001 (whatever it raises is the outcome)
            found = _raised(error, task["source"])
        found["wall_s"] = time.monotonic() - start
        try:
            found["args"] = encoder.items(args, 1)
            found["keywords"] = encoder.pairs(keywords.items(), 1)
            if before is not None:
                found["is_used_up"] = [found["args"], found["keywords"]] != before
            if found["kind"] == "returned":
                found["value"] = encoder.encode(value, 1)
        except CannotEncode as error:
            found["unread"] = str(error)
        except BaseException as error:  # noqa: BLE001 (a lazy result may raise as it is read)
            found["unread"] = f"{type(error).__name__} while it was read"
    found["stdout"], found["stderr"] = said.getvalue(), wrong.getvalue()
    return found


def _as_outcome(args: list[Any], keywords: dict[str, Any], task: dict[str, Any]) -> Any:
    """Arguments as they are written down after a call; `None` if they are too large for that."""
    encoder = Encoder(task["outcome_size"], is_outcome=True)
    try:
        return [encoder.items(args, 1), encoder.pairs(keywords.items(), 1)]
    except CannotEncode:
        return None


def _raised(error: BaseException, source: str) -> dict[str, Any]:
    kind = type(error)
    try:
        message = str(error)[:1000]
    except BaseException:  # noqa: BLE001 (a hostile or broken __str__)
        message = "(its text cannot be read)"
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    is_meant = False
    if last is not None and last.tb_frame.f_code.co_filename.startswith(source):
        is_meant = last.tb_frame.f_code.co_code[last.tb_lasti] == RAISE
    names = [f"{c.__module__}.{c.__qualname__}" for c in kind.__mro__]
    return {"kind": "raised", "types": names, "message": message, "is_meant": is_meant}
