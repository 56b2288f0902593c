"""Times one program: a fresh process for every repetition of a level, forked from here.

It gets ready on a core that is not timed (reads and compiles programs, imports what they name) and
waits there for its turn, while the program of another problem is timed in another box.

The parent compiles the program and executes nothing of it. For each repetition a child unmarshals
its first input *before* a line of the program has run, says ready, waits for the go byte, executes
definitions and call, sends status, its own clock's reading and the marshalled output, and is given
the next input. The parent's clock runs from the go byte to the last byte of the output; another
one from there until the next input is ready (`repetition.py`).

Covers, beside what a repetition does: state left in files, System V objects, this process's limits
or priority (compared before and after each repetition, told).
Does not cover: kernel objects beside those; isolation from the machine, which is the box's.
"""

from __future__ import annotations

import gc
import marshal
import os

from speedwright.benchmarks.enamel.inside import children, framing
from speedwright.benchmarks.enamel.inside.inputs import Inputs
from speedwright.benchmarks.enamel.inside.program import WARM_UP, compiled, import_early
from speedwright.benchmarks.enamel.inside.repetition import Repeater
from speedwright.benchmarks.enamel.inside.traces import Traces

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

    from speedwright.benchmarks.enamel.inside.repetition import Round


def run_plan(
    code: CodeType, plan: Sequence[Round], limit_s: float, request: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Repetitions in order, up to the first that ends the sample; distinct outputs."""
    runs: list[dict[str, Any]] = []
    outputs: list[bytes] = []
    known: dict[tuple[int, bytes], int] = {}
    room = request["reply_bytes"]
    watch = Traces(request["watched"])
    before = watch.now()
    repetitions = Repeater(code, limit_s, request, hidden=watch.descriptors).run(plan)
    for found in repetitions:
        after = watch.now()
        if after != before:
            found[-1]["flags"].append("left-state")
        before = after
        for run in found:
            output = run.pop("output", None)
            if output is not None and "opens" not in run:
                place = known.setdefault((run["case"], output), len(outputs))
                if place == len(outputs):
                    outputs.append(output)
                    room -= len(output)
                run["output"] = place
            runs.append(run)
            if room < 0:
                break
        if runs[-1]["status"] != "ok" or room < 0:
            repetitions.close()
    watch.close()
    return runs, outputs


def prepared(request: dict[str, Any], text: str) -> tuple[CodeType | None, str]:
    """A program's code, with the modules it names imported and little left for children to pay."""
    if "inputs" in request:
        request["inputs"] = Inputs(request["inputs"])
    # Many a text only reads as Python where it continues the prompt.
    import_early(request["prompt"], text, f"{request['prompt']}\n{text}")
    found = compiled(request["prompt"], text, request["entry_point"])
    exec(WARM_UP, {})
    gc.collect()
    gc.freeze()
    return found


def run_reference(code: CodeType, request: dict[str, Any]) -> list[dict[str, Any]]:
    """By the plan; in full also those cases whose only run takes longer than their level's first.

    A level's time is that of its slowest case, and the largest of single runs would be too large.
    """
    limit_s = request["reference_limit_s"]
    runs = run_plan(code, request["reference_plan"], limit_s, request)[0]
    again: list[Round] = []
    for opening, (first, *others) in request["reference_again"]:
        bar_s = middle([own_s(run) for run in runs if run["case"] == first])
        slow = [run["case"] for run in runs if run["case"] in others and own_s(run) > bar_s]
        again.append((opening, [first, first, *slow, *slow]))
        again += [(opening, [*slow, *slow]), (opening, slow)] if slow else []
    return runs + run_plan(code, again, limit_s, request)[0]


def middle(times_s: list[float]) -> float:
    """The median, the upper one of two; 0 of none."""
    return sorted(times_s)[len(times_s) // 2] if times_s else 0.0


def own_s(run: dict[str, Any]) -> float:
    """What the program's own clock said; 0 if it said nothing."""
    return float(run.get("call_s") or 0.0)


class Reference:
    """A process that times the reference when told to; ready when this is made.

    It reads the reference from the channel itself: this process, of which candidates are copies,
    never holds a byte of it.
    """

    def __init__(self, request: dict[str, Any]) -> None:
        go_reader, self._go = os.pipe()
        self._out, out_writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._go)
                os.close(self._out)
                code, fault = prepared(request, framing.receive_part(framing.STDIN))
                os.write(out_writer, b"R")
                framing.exactly(go_reader, 1)
                on_timed_core(request)
                runs = run_reference(code, request) if code else [{"status": fault}]
                framing.send(out_writer, marshal.dumps(runs))
            finally:
                os._exit(0)
        os.close(go_reader)
        os.close(out_writer)
        framing.exactly(self._out, 1)

    def timed(self) -> list[dict[str, Any]]:
        """Its runs, without their outputs; it has ended when this returns."""
        os.write(self._go, b"g")
        os.close(self._go)
        said = framing.rest(self._out)  # of our own code, which executes nothing of the reference
        os.close(self._out)
        os.waitpid(self._pid, 0)
        runs = marshal.loads(said) if said else []
        for run in runs:
            run.pop("output", None)
        return list(runs)


def limit_from(runs: list[dict[str, Any]], request: dict[str, Any]) -> float:
    """When to kill: never before either clock's limit is passed, which the harness works out."""
    slowest_s = max([run.get("wall_s", 0.0) for run in runs])
    return float(request["timeout_factor"] * slowest_s + request["grace_s"])


def on_timed_core(request: dict[str, Any]) -> None:
    """Move this process there."""
    if request["timing_cpus"]:
        os.sched_setaffinity(0, request["timing_cpus"])


def main() -> None:
    """Get ready; when it is our turn time the reference if there is one, then the program."""
    request = framing.receive_part(framing.STDIN)
    children.protect()
    gc.disable()
    import_early(request["prompt"])  # once for the reference and the program
    head: dict[str, Any] = {"fault": "", "runs": [], "reference": []}
    outputs: list[bytes] = []
    limit_s = request["limit_s"]
    reference = Reference(request) if request["reference_plan"] else None
    code, head["fault"] = prepared(request, framing.receive_part(framing.STDIN))
    framing.ready()
    on_timed_core(request)
    if reference is not None:
        head["reference"] = reference.timed()
        if not head["reference"] or any(run["status"] != "ok" for run in head["reference"]):
            framing.reply(head, outputs)
            return
        limit_s = limit_from(head["reference"], request)
    if code is not None:
        head["runs"], outputs = run_plan(code, request["plan"], limit_s, request)
    framing.reply(head, outputs)
