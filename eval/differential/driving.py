"""Talking to the driver inside the box: one task, one answer, as plain JSON."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from speedwright.errors import SandboxError
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for
from speedwright.profiler.timer import SOURCE_MOUNT, import_env, seed_env
from speedwright.sandbox import MIB, Call, Limits, Mount, Outcome, ProcessResult, Session, compiled

DRIVER = Path(__file__).with_name("inside").resolve()
DRIVER_MOUNT = "differential"
PROGRESS_FILE = "speedwright-replay.jsonl"
REPLY_BYTES = 128 * MIB
OUTCOME_SIZE = 1_000_000
IMPORT_S = 30.0
MAX_RESTARTS = 6
WORTH_A_PROCESS_S = 0.1


class DriverFailed(Exception):
    """The driver gave no answer; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCall:
    """One call to make.

    Attributes:
        function: Index into the functions of the batch.
        text: `[args, keywords]`, encoded, as text.
    """

    function: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Calls to make in order.

    Attributes:
        functions: Module and qualified name of each.
        paths: Folders to import from, relative to the target's.
        calls: What to call.
    """

    functions: tuple[tuple[str, str], ...]
    paths: tuple[str, ...]
    calls: tuple[ReplayCall, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a batch.

    Attributes:
        outcomes: One for each call, in order.
        missed: Path and line of wanted lines that were not executed.
    """

    outcomes: tuple[dict[str, Any], ...]
    missed: tuple[tuple[str, int], ...] = ()


def open_driver(baseline: Baseline, folder: Path) -> Session:
    """A session in which the driver can be run on the version in `folder`.

    Raises:
        SandboxError: The sandbox failed.
    """
    limits = replace(baseline.sample_limits, output_bytes=REPLY_BYTES)
    trusted = baseline.versions.trusted
    box = box_for(
        baseline.target,
        folder,
        trusted=trusted,
        is_writable=baseline.needs_write,
        limits=limits,
    )
    mounts = (*box.mounts, Mount(name=DRIVER_MOUNT, source=compiled(DRIVER)))
    return baseline.versions.open(replace(box, mounts=mounts), folder)


def ask(session: Session, task: dict[str, Any], *, wall_s: float, seed: int = 0) -> dict[str, Any]:
    """Send one task to a fresh driver process.

    Raises:
        DriverFailed: It died, hung, or answered nonsense.
        SandboxError: The sandbox failed.
    """
    nonce = secrets.token_hex(16)
    source = session.where(SOURCE_MOUNT)
    full = {**task, "nonce": nonce, "source": source, "scratch": session.where("scratch")}
    result = session.run(
        Call(
            argv=("python", "-u", session.where(DRIVER_MOUNT)),
            cwd=source,
            env={**import_env(session), **seed_env(seed), "PYTHONDONTWRITEBYTECODE": "1"},
            function_input=json.dumps(full).encode(),
            limits=Limits(wall_s=wall_s, memory_bytes=MEMORY_BYTES, output_bytes=REPLY_BYTES),
        )
    )
    if result.reply is None or len(result.reply) != result.reply_bytes:
        raise DriverFailed(_why(result))
    try:
        answer = json.loads(result.reply)
    except (ValueError, RecursionError):
        raise DriverFailed("its answer is no JSON") from None
    if not isinstance(answer, dict) or answer.get("nonce") != nonce:
        raise DriverFailed("its answer is not from the driver")
    return answer


def replay(
    session: Session,
    batch: Batch,
    *,
    call_s: float,
    total_s: float,
    seed: int = 0,
    lines: dict[str, list[int]] | None = None,
) -> Replayed:
    """Make calls in order; a call that kills or hangs its process is named and the rest go on.

    Args:
        session: From `open_driver`.
        batch: What to call.
        call_s: Longest a call may take.
        total_s: Longest for all; calls beyond it are `skipped`.
        seed: Of hashes.
        lines: Lines to watch; slow.

    Raises:
        DriverFailed: It does not even start.
        SandboxError: The sandbox failed.
    """
    calls = batch.calls
    done: list[dict[str, Any]] = []
    missed: set[tuple[str, int]] | None = None
    left_s = total_s
    for _ in range(MAX_RESTARTS):
        task = {
            "mode": "replay",
            "functions": [list(f) for f in batch.functions],
            "paths": [_inside(session, p) for p in batch.paths],
            "calls": [[c.function, c.text] for c in calls[len(done) :]],
            "call_s": call_s,
            "import_s": IMPORT_S,
            "total_s": left_s,
            "outcome_size": OUTCOME_SIZE,
            "lines": lines or {},
        }
        found, ended, left = _replay_once(session, task, left_s + call_s + 2 * IMPORT_S, seed)
        done += found
        left_s -= _taken_s(found, ended, call_s)
        if left is not None:
            missed = left if missed is None else missed & left
        if ended is not None and len(done) < len(calls):
            done.append(ended)
        if len(done) >= len(calls) or left_s < WORTH_A_PROCESS_S:
            break
    done += [{"kind": "skipped"}] * (len(calls) - len(done))
    return Replayed(outcomes=tuple(done), missed=tuple(sorted(missed or ())))


def _taken_s(outcomes: list[dict[str, Any]], ended: dict[str, Any] | None, call_s: float) -> float:
    """Seconds of the calls of one process; its start costs the others nothing."""
    hung_s = call_s if ended is not None and ended["kind"] == "hung" else 0.0
    return hung_s + sum(map(_seconds, outcomes))


def _seconds(outcome: dict[str, Any]) -> float:
    """How long a call took; what a process says of itself may be anything."""
    said = outcome.get("wall_s")
    return said if isinstance(said, float) and 0 <= said < float("inf") else 0.0


def _replay_once(
    session: Session, task: dict[str, Any], wall_s: float, seed: int
) -> tuple[list[dict[str, Any]], dict[str, Any] | None, set[tuple[str, int]] | None]:
    """Outcomes of one process, the outcome of the call that ended it, and the lines it missed."""
    most = len(task["calls"])
    try:
        answer = ask(session, task, wall_s=wall_s, seed=seed)
    except DriverFailed as error:
        return _progress(session)[:most], {"kind": "died", "why": str(error)}, None
    found = answer.get("outcomes")
    outcomes = [o for o in found if _is_outcome(o)][:most] if isinstance(found, list) else []
    left = answer.get("missed")
    pairs = [p for p in left if isinstance(p, list)] if isinstance(left, list) else []
    missed = {(str(p[0]), p[1]) for p in pairs if len(p) == 2 and isinstance(p[1], int)}
    if answer.get("is_late"):
        return outcomes, {"kind": "hung"}, missed
    ended = {"kind": "died", "why": "its answer is cut"} if len(outcomes) < most else None
    return outcomes, ended, missed


def _progress(session: Session) -> list[dict[str, Any]]:
    """Outcomes that a process which died had left behind."""
    try:
        data = session.read(PROGRESS_FILE, max_bytes=REPLY_BYTES)
    except SandboxError:
        return []
    found = []
    for line in data.split(b"\n")[:-1]:
        try:
            outcome = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not _is_outcome(outcome):
            break
        found.append(outcome)
    return found


def _is_outcome(outcome: Any) -> bool:
    """Whether the fields that are read are there; what they hold is read with care."""
    if not isinstance(outcome, dict):
        return False
    kind = outcome.get("kind")
    if kind in ("returned", "raised"):
        is_read = "unread" in outcome or ("args" in outcome and "keywords" in outcome)
        has_value = kind == "raised" or "unread" in outcome or "value" in outcome
        return is_read and has_value and (kind == "returned" or bool(outcome.get("types")))
    return kind in ("missing", "unmade", "skipped")


def _inside(session: Session, path: str) -> str:
    source = session.where(SOURCE_MOUNT)
    return source if path in ("", ".") else f"{source}/{path}"


def _why(result: ProcessResult) -> str:
    if result.outcome is Outcome.TIMED_OUT:
        return "it ran into its time limit"
    said = result.stderr.decode("utf-8", "replace").strip().splitlines()
    how = result.detail or (
        f"exit status {result.exit_code}" if result.exit_code is not None else result.outcome.value
    )
    return f"{how}: {said[-1][:300]}" if said else how
