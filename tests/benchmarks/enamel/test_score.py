"""Stop rules and levels on runs that are written down, not measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from speedwright.benchmarks.enamel.cases import Case, Draw
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.score import (
    RESOLUTION_S,
    SampleScore,
    hardened_score,
    official_score,
    yardstick,
)
from speedwright.benchmarks.enamel.timing import Run, Timing

SMALL = Parameters(cases=(1, 2, 2, 2), repetitions=3)
CASES = tuple(
    Case(
        draw=Draw(level=level, number=number, size=1, seed=1),
        given=b"",
        answer=b"",
        is_self_equal=True,
        hint_s=0.0,
    )
    for level, count in enumerate(SMALL.cases)
    for number in range(count)
)
SENDING_S = 0.5  # what the clock outside sees beside the call


def run(case: int, call_s: float, status: str = "ok", **more: object) -> Run:
    return Run(
        case=case,
        status=status,
        wall_s=call_s + SENDING_S,
        call_s=call_s,
        program_s=call_s,
        output=0,
        **more,  # type: ignore[arg-type]
    )


def reference() -> tuple[Run, ...]:
    """1 s at level 1, 2 s at level 2, 4 s at level 3: the limit is 8 s."""
    return tuple(run(n, 2.0 ** (CASES[n].draw.level - 1)) for n in range(1, 7) for _ in range(3))


def runs(times: list[float], *, last: Run | None = None) -> tuple[Run, ...]:
    """All repetitions of the cases whose times are given, and what ended it."""
    made = [run(n, t) for n, t in enumerate(times) for _ in range(1 if n == 0 else 3)]
    return (*made, *((last,) if last else ()))


STICK = yardstick(reference(), CASES, SMALL)
EQUAL = [0.1, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0]


def official(made: tuple[Run, ...], *, right: bool = True, fault: str = "") -> SampleScore:
    timing = Timing(runs=made, outputs=(b"",), fault=fault)
    return official_score(timing, lambda _: right, CASES, STICK, SMALL)


def hardened(made: tuple[Run, ...], refused: tuple[str, ...] = ()) -> SampleScore:
    timing = Timing(runs=made, outputs=(b"",))
    return hardened_score(timing, lambda _: True, CASES, STICK, SMALL, refused=refused)


def test_the_limit_is_one_for_all_levels() -> None:
    assert STICK.official.limit_s == 8.0
    assert STICK.hardened.limit_s == pytest.approx(8.0)
    assert STICK.kill_s(SMALL) > 8.01 + SENDING_S


def test_the_reference_itself_scores_one() -> None:
    assert official(runs(EQUAL)).levels == (0.0, 1.0, 1.0, 1.0)
    assert official(runs(EQUAL)).efficiency == 1.0
    assert hardened(runs(EQUAL)).efficiency == pytest.approx(1.0)


def test_the_slowest_case_of_a_level_counts() -> None:
    found = official(runs([0.1, 1.0, 4.5, 2.0, 5.0, 4.0, 6.0]))
    assert found.levels == pytest.approx((0.0, 0.5, 0.5, 0.5))
    assert found.elapsed_s[1] == (1.0, 4.5)


def test_faster_than_the_reference_is_above_one_officially_and_cut_off_hardened() -> None:
    fast = runs([0.1, 0.5, 0.5, 1.0, 1.0, 2.0, 2.0])
    assert official(fast).efficiency > 1.0
    assert hardened(fast).efficiency == 1.0


@pytest.mark.parametrize("status", ["timed-out", "memory", "overflow"])
def test_too_slow_stops_this_level_and_all_later_ones(status: str) -> None:
    found = official(runs(EQUAL[:4], last=run(4, 1.0, status)))
    assert found.passed
    assert found.levels == (0.0, 1.0, 0.0, 0.0)
    assert found.why == status


@pytest.mark.parametrize("status", ["timed-out", "memory", "overflow"])
def test_too_slow_in_level_zero_is_not_passed(status: str) -> None:
    found = official((run(0, 1.0, status),))
    assert not found.passed
    assert found.efficiency == 0.0


@pytest.mark.parametrize("status", ["raised", "died", "not-plain", "too-large"])
def test_any_other_end_fails_the_sample_at_any_level(status: str) -> None:
    found = official(runs(EQUAL[:6], last=run(6, 1.0, status)))
    assert not found.passed
    assert found.levels == (0.0,) * 4


def test_a_wrong_output_fails_and_a_timeout_before_it_does_not() -> None:
    assert not official(runs(EQUAL), right=False).passed
    late = run(1, 9.0)
    made = (*runs(EQUAL[:1]), late, *runs(EQUAL)[1:])
    assert official(made).passed
    assert official(made).why == "timed-out"


def test_a_time_between_limit_and_tolerance_is_worth_nothing_but_goes_on() -> None:
    found = official(runs([*EQUAL[:5], 8.005, 8.005]))
    assert found.why == ""
    assert found.levels == pytest.approx((0.0, 1.0, 1.0, 0.0))


def test_a_program_clock_that_lies_is_believed_officially_only() -> None:
    made = tuple(
        Run(case=r.case, status="ok", wall_s=r.wall_s + 3.0, call_s=0.0, program_s=0.0, output=0)
        for r in runs(EQUAL)
    )
    assert official(made).efficiency > 1.0
    assert hardened(made).efficiency < 0.7


def jittered(made: tuple[Run, ...], beside_s: tuple[float, ...]) -> tuple[Run, ...]:
    """With other times beside the call, in turn."""
    return tuple(
        replace(r, wall_s=(r.call_s or 0.0) + beside_s[n % len(beside_s)])
        for n, r in enumerate(made)
    )


def test_what_varies_beside_a_call_is_not_counted_as_the_call() -> None:
    beside_s = (0.2, 0.5, 0.8, 0.9)
    stick = yardstick(jittered(reference(), beside_s), CASES, SMALL)
    noisy = jittered(runs(EQUAL), beside_s[::-1])
    found = hardened_score(Timing(runs=noisy), lambda _: True, CASES, stick, SMALL)
    assert found.efficiency == pytest.approx(1.0, abs=0.02)
    # What a lying clock can win is what the clock outside cannot resolve: here below a second.
    lying = tuple(replace(r, call_s=0.0, wall_s=r.wall_s + 1.5) for r in noisy)
    assert hardened_score(Timing(runs=lying), lambda _: True, CASES, stick, SMALL).efficiency < 0.8


def test_times_that_are_no_numbers_are_worth_nothing() -> None:
    made = tuple(
        Run(case=r.case, status="ok", wall_s=r.wall_s, call_s=None, program_s=None, output=0)
        for r in runs(EQUAL)
    )
    assert official(made).efficiency == 0.0


def test_what_is_refused_has_no_hardened_point() -> None:
    found = hardened(runs(EQUAL), refused=("left-state",))
    assert (found.passed, found.efficiency, found.why) == (False, 0.0, "left-state")


def test_nothing_outside_is_shorter_than_can_be_told() -> None:
    assert STICK.outside(run(1, -0.4)) == RESOLUTION_S


@pytest.mark.parametrize("fault", ["SyntaxError", "broke-the-runner"])
def test_a_program_that_never_ran_fails(fault: str) -> None:
    assert not official((), fault=fault).passed
    assert not official((), fault="").passed


def test_cut_off_runs_are_no_pass() -> None:
    assert not official(runs(EQUAL)[:-1]).passed


def test_a_reference_that_failed_gives_no_yardstick() -> None:
    with pytest.raises(ValueError, match="raised"):
        yardstick((*reference(), run(1, 1.0, "raised")), CASES, SMALL)
    with pytest.raises(ValueError, match="no runs"):
        yardstick((), CASES, SMALL)


GAP_S = 0.25


def opened(level: int, wall_s: float) -> Run:
    """A call of the gate's case that opens a process for a level."""
    first = next(n for n, case in enumerate(CASES) if case.draw.level == level)
    return replace(run(0, wall_s - SENDING_S), opens=first)


def gaps(made: tuple[Run, ...], gap_s: float) -> tuple[Run, ...]:
    """The same runs, each after another one in its process."""
    return tuple(replace(r, gap_s=gap_s) for r in made)


SHARED = yardstick((opened(1, 0.6), *gaps(reference(), GAP_S), opened(2, 0.6)), CASES, SMALL)


def shared(made: tuple[Run, ...]) -> SampleScore:
    """Hardened, with an expert that shares its processes too."""
    return hardened_score(Timing(runs=made), lambda _: True, CASES, SHARED, SMALL)


def test_an_opening_is_no_repetition_and_is_not_judged() -> None:
    made = (opened(1, 0.6), *gaps(runs(EQUAL), GAP_S))
    judged: list[int | None] = []
    timing = Timing(runs=made)
    found = official_score(timing, lambda r: not judged.append(r.opens), CASES, SHARED, SMALL)
    assert found.levels == (0.0, 1.0, 1.0, 1.0)
    assert set(judged) == {None}
    assert SHARED.official == STICK.official
    assert shared(made).efficiency == pytest.approx(1.0)


def test_what_an_opening_takes_more_than_the_experts_is_added_to_its_level() -> None:
    calls = gaps(runs(EQUAL), GAP_S)
    late = (opened(1, 2.6), opened(1, 2.6), opened(2, 0.6), *calls)
    found = shared(late)
    assert found.levels[1] == pytest.approx((8 - 3) / (8 - 1))
    assert found.levels[2:] == pytest.approx((1.0, 1.0))
    assert official_score(Timing(runs=late), lambda _: True, CASES, SHARED, SMALL).levels[1] == 1.0


def test_work_between_an_answer_and_the_next_input_is_work() -> None:
    for level in (1, 2, 3):
        chosen = [r for r in runs(EQUAL) if CASES[r.case].draw.level == level]
        calls = gaps(runs([0.1, *[0.001] * 6]), GAP_S + 9.0)
        made = tuple(
            r if CASES[r.case].draw.level == level else replace(r, gap_s=0.0) for r in calls
        )
        assert chosen and shared(made).levels[level] == 0.0
        assert shared(made).why == "timed-out"
    honest = gaps(runs(EQUAL), GAP_S)
    assert shared(tuple(replace(r, gap_s=GAP_S + 1.0) for r in honest)).efficiency < 0.9
    # Ready at once and later to answer, or the other way round: the sum counts.
    moved = tuple(replace(r, gap_s=r.gap_s - 0.2, wall_s=r.wall_s + 0.2) for r in honest)
    assert shared(moved).efficiency == pytest.approx(1.0)


def test_a_burst_beside_one_call_of_the_expert_gives_no_sample_more_time() -> None:
    """Some cases of the expert run once; its own clock is believed."""
    once = [r for r in gaps(reference(), GAP_S) if r.case != 2]
    single = replace(run(2, 1.0), gap_s=GAP_S + 50.0, wall_s=90.0)
    stick = yardstick((*once, single), CASES, SMALL)
    assert stick.hardened == STICK.hardened


def test_a_gap_is_compared_with_those_after_an_opening() -> None:
    """The expert is called again with the same input, which costs less to take."""
    made: list[Run] = []
    for r in reference():
        level = CASES[r.case].draw.level
        made += [opened(level, 0.6), replace(r, gap_s=0.9), *gaps((r,) * 3, GAP_S)]
    stick = yardstick(made, CASES, SMALL)
    assert set(stick.gap_s.values()) == {0.9}


def test_a_first_call_is_not_granted_what_a_gap_takes() -> None:
    slow = tuple(replace(r, gap_s=0.0, wall_s=r.wall_s + GAP_S, call_s=0.0) for r in runs(EQUAL))
    assert shared(slow).efficiency < 0.99
