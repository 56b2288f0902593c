"""The clock of the paper's simulator, over a double: gem5 itself is in an image that is not here.

The double takes gem5's arguments, runs the program natively and tells instructions that callgrind
counts as ticks, in a file of gem5's form. What it cannot show is that the authors' image is as they
describe it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from speedwright.benchmarks.pie.evaluate import Scorer
from speedwright.benchmarks.pie.gem5 import Gem5Clock, prints, simulated_s
from speedwright.benchmarks.pie.rules import Rules
from speedwright.errors import EnvironmentMissing
from speedwright.eval.progress import NullProgress
from speedwright.registry import resolve

DOUBLE = f"""#!{sys.executable}
import pathlib, re, subprocess, sys
options = dict(a.lstrip("-").split("=", 1) for a in sys.argv[1:] if a.startswith("--"))
script, cpu, program = [a for a in sys.argv[1:] if not a.startswith("--")]
assert cpu == "Verbatim" and pathlib.Path(script).is_file(), sys.argv
out = pathlib.Path(options["outdir"])
out.mkdir()
stats = open(options["stats-file"], "w")
counts = out / "counts"
print("gem5 Simulator System, a double", flush=True)
tool = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={{counts}}"]
done = subprocess.run([*tool, program])
ticks = 500 * int(re.search(r"^totals: (\\d+)", counts.read_text(), re.M)[1])
stats.write(f"---------- Begin Simulation Statistics ----------\\n"
            f"final_tick {{ticks}} # since the start\\nsim_ticks 1 # since a reset\\n"
            f"sim_freq 1000000000000 # a second\\n"
            f"---------- End Simulation Statistics   ----------\\n")
stats.close()
sys.exit(done.returncode)
"""
STATS = b"""
---------- Begin Simulation Statistics ----------
final_tick                                 5000000000                       # Number of ticks
sim_freq                                 1000000000000                       # Frequency
sim_ticks                                  4000000000                       # Number of ticks
---------- End Simulation Statistics   ----------
"""
needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")


@pytest.fixture
def clock(tmp_path: Path) -> Gem5Clock:
    place = tmp_path / "double"
    place.mkdir()
    (place / "gem5.opt").write_text(DOUBLE)
    (place / "gem5.opt").chmod(0o755)
    (place / "run-se.py").write_text("")
    return Gem5Clock(image=None, gem5=str(place / "gem5.opt"), script=str(place / "run-se.py"))


@pytest.fixture
def simulated(small_data, pair, clock):
    """Score samples in a plain process, which sees the double."""

    def run(*samples: str):
        sandbox = resolve("sandboxes", "process")()
        scorer = Scorer(data=small_data, sandbox=sandbox, clock=clock, rules=Rules())
        return scorer.score(pair, samples, secret="tests", progress=NullProgress())

    return run


@needs_valgrind
def test_pairs_are_scored_in_simulated_seconds(simulated, pair):
    one, two = (simulated(pair.tgt_code, pair.src_code) for _ in range(2))
    assert (one.official["clock"], one.official["unit"]) == ("gem5", "s")
    words = [g["claim"]["word"] for g in one.hardened["generations"]]
    assert words == ["faster", "equivalent"]
    first, second = (
        [g["agg_runtime"] for g in found.official["generations"]] for found in (one, two)
    )
    assert first == pytest.approx(second, rel=0.01)
    assert 1e-5 < first[0] < one.official["src_agg_runtime"] / 10 < 1


@needs_valgrind
def test_a_simulation_that_fails_is_no_time(simulated, pair, clock):
    gem5 = Path(clock.gem5)
    whole = gem5.read_text()
    for broken, said in (
        (whole.replace("sys.exit(done.returncode)", "sys.exit(3)"), "status 3"),
        (whole.replace("End Simulation", "Enough of"), "no sound statistics"),
    ):
        gem5.write_text(broken)
        found = simulated(pair.tgt_code)
        assert said in found.infra, found


def test_a_simulator_that_is_not_there_is_said_before_anything_runs(clock, tmp_path):
    sandbox = resolve("sandboxes", "process")
    clock.check(sandbox)
    Path(clock.script).unlink()
    with pytest.raises(EnvironmentMissing, match=r"run-se\.py") as missing:
        clock.check(sandbox)
    assert "--timer callgrind" in missing.value.hint


def test_seconds_come_from_ticks_that_a_program_cannot_reset():
    assert simulated_s(STATS) == 0.005
    assert simulated_s(STATS.replace(b"final_tick", b"other_tick")) == 0.004
    camel = STATS.replace(b"final_tick", b"finalTick").replace(b"sim_freq", b"simFreq")
    assert simulated_s(camel) == 0.005


@pytest.mark.parametrize(
    "stats",
    [
        b"",
        STATS + STATS,
        STATS + b"final_tick 1\n",
        STATS.replace(b"5000000000", b"0").replace(b"4000000000", b"0"),
        STATS.replace(b"sim_freq", b"sim_rate"),
        b"final_tick 5\nsim_freq 10\n",
    ],
)
def test_statistics_that_are_not_those_of_one_run_are_refused(stats):
    assert simulated_s(stats) is None


def test_the_answer_has_to_be_printed_whole_and_in_order():
    said = b"gem5 Simulator System\n3 4\ninfo: Increasing stack size by one page.\n5\nExiting\n"
    assert prints(said, b"3 4\n5\n") and prints(said, b"3  4 \n\n5")
    assert not prints(said, b"5\n3 4\n")
    assert not prints(said, b"3\n4\n5\n")
    assert not prints(said, b"3 4\n5\n6\n")
