"""The noise floor of this machine: an unchanged program against itself, as the judge measures."""

from __future__ import annotations

from contextlib import ExitStack

from speedwright.eval.judge.boxes import timing_cpus
from speedwright.eval.judge.rounds import BASE, COPY, Rounds, off_the_timed_cores
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.stats import Control, control
from speedwright.profiler import FunctionWorkload
from speedwright.profiler.timer import SOURCE_MOUNT, runner_mounts, timer_for
from speedwright.profiler.timing_lock import timing_lock
from speedwright.sandbox import Box, Limits, Mount, Sandbox
from speedwright.sandbox.toolchain import choose_toolchain

PAIRS = 20
PROGRAM = """\
def workload():
    counts = {}
    for i in range(60_000):
        counts[i % 97] = counts.get(i % 97, 0) + i
    return counts
"""


def noise_floor(sandbox: Sandbox, *, pairs: int = PAIRS, seed: int = 1) -> Control:
    """A/A control over fresh processes of a 10 ms program; takes about two seconds.

    Raises:
        SandboxError: The sandbox failed.
        SampleFailed: The program failed in the sandbox.
    """
    workload = FunctionWorkload(file="program.py")
    cpus = timing_cpus(is_parallel=False)
    with scratch_folder() as scratch, timing_lock(), ExitStack() as stack:
        sessions = {}
        for arm in (BASE, COPY):
            folder = scratch / arm
            folder.mkdir()
            (folder / "program.py").write_text(PROGRAM)
            box = Box(
                mounts=(
                    Mount(name=SOURCE_MOUNT, source=folder),
                    *runner_mounts(workload, folder),
                ),
                toolchain=choose_toolchain(folder).toolchain,
                limits=Limits(wall_s=30, cpus=cpus),
                label="noise",
            )
            sessions[arm] = stack.enter_context(sandbox.open(box))
        stack.enter_context(off_the_timed_cores(cpus))
        rounds = Rounds(sessions, timer_for(workload), Limits(wall_s=30), seed=seed)
        rounds.warm_up()
        for _ in range(pairs):
            rounds.run_one()
        return control(rounds.walls(BASE), rounds.walls(COPY))
