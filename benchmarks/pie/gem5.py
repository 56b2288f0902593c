"""The simulator of the paper: gem5 with the authors' model of a Skylake core, in their image.

The programs are compiled in that image and simulated in our boxes, without a network. The image
also has a web service that takes sources by problem number; it needs a network, knows its own tests
only, and runs what it is sent without a box, so it is not asked.

Covers: the same time in every run, caches and pipeline included; x86-64 only, about a million
    times slower than the program.
Does not cover: programs that see that they are simulated, or write to the simulator's files, which
    system-call emulation lets them reach. The statistics are read from a file without a name, and
    anything behind their end is refused.

Paper: Shypula et al., Learning Performance-Improving Code Edits, ICLR 2024, section 3.
Differs: ticks since the start, which a program cannot reset, where gem5 tells them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from speedwright.benchmarks.pie.boxes import open_box, run_program
from speedwright.benchmarks.pie.clock import ArmClaim, ArmTime
from speedwright.benchmarks.pie.exact import exact_claims
from speedwright.benchmarks.pie.functional import limits_for
from speedwright.benchmarks.pie.row import Test
from speedwright.errors import EnvironmentMissing, ImageMissing, SandboxError
from speedwright.eval.progress import Progress
from speedwright.eval.scratch import scratch_folder
from speedwright.sandbox import GIB, MIB, Call, ProcessResult, Sandbox, Session

IMAGE = "alexshypula/gem5-skylake:api"
PROGRAM_PATH = "/home/gem5/build/X86/gem5.opt"
SCRIPT_PATH = "/home/gem5-skylake-config/gem5-configs/run-se.py"
MODULES_PATH = "/home/gem5-skylake-config/gem5-configs/system/"
CPU_TYPE = "Verbatim"
WALL_S = 120.0
MEMORY_BYTES = 8 * GIB
MAX_STATS_BYTES = 16 * MIB
_STATS = "stats"
_INSTEAD = "leave --timer out for paired native timing, or say --timer callgrind"
# The script is constant; paths and the program are arguments. The file of the statistics has no
# name while the program runs, so nothing can be put in its place.
_SCRIPT = f"""
folder="${{TMPDIR:-/tmp}}"
: > "$folder/unnamed"
exec 9<> "$folder/unnamed"
rm "$folder/unnamed"
gem5="$1" script="$2" cpu="$3" PYTHONPATH="$4"
export PYTHONPATH
shift 4
"$gem5" --outdir="$folder/m5out" --stats-file=/dev/fd/9 "$script" "$cpu" "$@"
status=$?
cat /dev/fd/9 > "$folder/{_STATS}"
exit $status
"""
_ENTRY = re.compile(rb"^(final_tick|finalTick|sim_ticks|simTicks|sim_freq|simFreq)\s+(\d+)\b", re.M)
_BEGIN, _END = b"Begin Simulation Statistics", b"End Simulation Statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gem5Clock:
    """Simulated seconds.

    Attributes:
        image: In which gem5 is.
        gem5: Path of the simulator there.
        script: Path of the script that sets the machine up.
    """

    image: str | None = IMAGE
    gem5: str = PROGRAM_PATH
    script: str = SCRIPT_PATH

    @property
    def name(self) -> str:
        """As in the record."""
        return "gem5"

    @property
    def unit(self) -> str:
        """Of totals."""
        return "s"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a time depends on."""
        return {"image": self.image, "cpu": CPU_TYPE, "wall_s": WALL_S}

    def check(self, sandbox: Callable[[], Sandbox]) -> None:
        """Complain if the simulator is not there.

        Raises:
            EnvironmentMissing: It is not in the image.
            ImageMissing: The image is not on this machine.
            SandboxUnavailable: There is no engine.
        """
        try:
            absent = self._absent(sandbox())
        except ImageMissing as error:
            hint = f"`docker pull {self.image}` on an x86-64 machine; or {_INSTEAD}"
            raise ImageMissing(error.message, hint=hint) from error
        if absent:
            raise EnvironmentMissing(
                f"gem5 is not in the box: there is no `{absent[0]}`",
                hint=f"use --sandbox docker with the image `{IMAGE}` or one made from it; "
                f"or {_INSTEAD}",
            )

    def totals(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmTime]:
        """Simulated seconds of one run of every test; as published, what it prints is not read."""
        return {
            arm: self._simulated(sandbox, folder, tests, progress, is_read=False)
            for arm, folder in arms.items()
        }

    def claims(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmClaim]:
        """The simulator is exact, so one run of each decides; it has to print the answer."""
        return exact_claims(
            {
                arm: self._simulated(sandbox, folder, tests, progress, is_read=True)
                for arm, folder in arms.items()
            },
            nothing="no time",
        )

    def _absent(self, sandbox: Sandbox) -> list[str]:
        limits = limits_for(())
        with scratch_folder() as folder, open_box(sandbox, folder, limits) as session:
            return [
                path
                for path in (self.gem5, self.script)
                if not session.run(Call(argv=("test", "-e", path), limits=limits)).is_success
            ]

    def _simulated(
        self,
        sandbox: Sandbox,
        folder: Path,
        tests: Sequence[Test],
        progress: Progress,
        *,
        is_read: bool,
    ) -> ArmTime:
        limits = replace(limits_for(tests), wall_s=WALL_S, memory_bytes=MEMORY_BYTES)
        before = ("sh", "-c", _SCRIPT, "sh", self.gem5, self.script, CPU_TYPE, MODULES_PATH)
        total_s = 0.0
        with open_box(sandbox, folder, limits) as session:
            for done_tests, test in enumerate(tests):
                progress.update(done_tests, len(tests), "tests under gem5")
                done = run_program(session, test.input, limits, before)
                seconds = _seconds(session) if done.is_success else None
                if seconds is None:
                    return ArmTime(total=None, fault=f"test {test.number}: {_fault(done)}")
                if is_read and not prints(done.stdout, test.expected or b""):
                    return ArmTime(total=None, fault=f"test {test.number}: wrong output")
                total_s += seconds
        return ArmTime(total=total_s)


def simulated_s(stats: bytes) -> float | None:
    """Seconds that gem5's statistics tell; `None` unless they are of one run and nothing follows.

    Args:
        stats: The file as gem5 writes it.
    """
    head, _, tail = stats.partition(_END)
    if stats.count(_BEGIN) != 1 or stats.count(_END) != 1 or tail.strip(b" -\r\n"):
        return None
    found = {name.decode(): int(number) for name, number in _ENTRY.findall(head)}
    ticks = next(
        (found[k] for k in ("final_tick", "finalTick", "sim_ticks", "simTicks") if k in found), 0
    )
    frequency = found.get("sim_freq", found.get("simFreq", 0))
    return ticks / frequency if ticks > 0 and frequency > 0 else None


def prints(output: bytes, expected: bytes) -> bool:
    """Whether all expected lines are there, in order, word by word, among what gem5 says itself."""
    said = iter([line.split() for line in output.splitlines()])
    wanted = [line.split() for line in expected.splitlines() if line.strip()]
    return all(any(line == want for line in said) for want in wanted)


def _seconds(session: Session) -> float | None:
    try:
        return simulated_s(session.read(_STATS, max_bytes=MAX_STATS_BYTES))
    except SandboxError:
        return None


def _fault(done: ProcessResult) -> str:
    if done.is_success:
        return "no sound statistics"
    return f"the simulation ended otherwise ({done.outcome.value}, status {done.exit_code})"
