"""Samples of one small problem, built and run for real."""

from dataclasses import replace

import pytest

from speedwright.benchmarks.pie.build import MAX_MESSAGE_CHARS, NotBuilt, open_compiler
from speedwright.benchmarks.pie.clock import ArmClaim, ArmTime
from speedwright.benchmarks.pie.rules import Rules
from speedwright.benchmarks.pie.stage import open_stage
from speedwright.benchmarks.pie.totals import add_up
from speedwright.eval.batch.interfaces import TaskScore

pytestmark = pytest.mark.timed


def only(score):
    """Both generations of a score with one sample."""
    assert score.infra is None
    return score.official["generations"][0], score.hardened["generations"][0]


class NoClock:
    """Claims nothing and takes no time: for tests of what happens before anything is timed."""

    name, unit, settings = "none", "s", {}

    image = None

    def check(self, sandbox):
        pass

    def totals(self, sandbox, arms, tests, progress):
        return dict.fromkeys(arms, ArmTime(total=1.0))

    def claims(self, sandbox, arms, tests, progress):
        return {arm: ArmClaim(word="inconclusive", speedup=1.0) for arm in arms if arm != "base"}


def test_the_fast_program_wins_and_the_slow_one_does_not(score, pair):
    found = score(pair.tgt_code, pair.src_code, pair.tgt_code)
    official, hardened = found.official["generations"], found.hardened["generations"]
    assert official[0]["accuracy"] == official[1]["accuracy"] == 1.0
    assert official[0]["agg_runtime"] == official[2]["agg_runtime"]
    assert official[0]["agg_runtime"] < found.official["src_agg_runtime"]
    assert hardened[0]["claim"]["word"] in ("faster", "unstable")  # unstable: a busy machine
    assert hardened[0]["claim"]["speedup"] > 2
    assert hardened[1]["claim"]["word"] != "faster" and hardened[1]["speedup"] == 1.0
    assert all(one["is_correct"] for one in hardened)
    assert found.official["clock"] == "native-paired" and "g++" in found.official["compiler"]
    assert found.hardened["hidden_tests"] == 6 and found.hardened["hidden_seed"] == "tests"


NO_SOLUTIONS = (
    ("int main() { this is no C++ }", "does not compile"),
    ("", "empty"),
    (" \n\t", "empty"),
    ("int main() {}" + " " * 2_000_000, "source of more than"),
    ("int main() { return 0; }", "test 0: wrong output"),
    ("int main() { return 3; }", "test 0: exited 3"),
    ("#include <cstdlib>\nint main() { abort(); }", "test 0: signaled 6"),
    ("int main() { volatile int x = 0; while (true) x = x + 1; }", "test 0: timed out"),
    ("#include <cstdio>\nint main() { while (true) getchar(); }", "test 0: timed out"),
    ('#include <cstdio>\nint main() { while (true) puts("0"); }', "test 0: "),
    (
        "#include <unistd.h>\nint main() { for (int i = 0; i < 5; i++) fork(); sleep(9); }",
        "test 0: timed out",
    ),
    ('#include <cstdio>\nint main() { puts("\\xff\\xfe"); }', "test 0: wrong output"),
    ('extern "C" void missing(); int main() { missing(); }', "does not compile"),
)


def test_samples_that_are_no_solutions(score, pair):
    found = score(*[code for code, _ in NO_SOLUTIONS], pair.src_code, clock=NoClock())
    assert found.infra is None
    *official, last = found.official["generations"]
    hardened = found.hardened["generations"]
    for (code, fault), one, other in zip(NO_SOLUTIONS, official, hardened, strict=False):
        assert one["fault"].startswith(fault), (code[:80], one)
        assert other["fault"].startswith(fault), (code[:80], other)
        assert one["accuracy"] < 1 and one["agg_runtime"] is None
        assert not other["is_correct"] and other["speedup"] == 1.0
    assert last["accuracy"] == 1.0  # nothing of all that harmed the one after them


def test_no_samples_at_all_are_a_failure(score):
    for samples in ((), ("",), ("", "  ")):
        found = score(*samples)
        assert found.infra is None and not found.official["is_correct"]
        assert found.official["speedup"] == found.hardened["speedup"] == 1.0


def test_messages_of_a_megabyte_are_cut(sandbox):
    code = "".join(f"#error {n} {'long message ' * 10}\n" for n in range(4_000))
    with open_compiler(sandbox) as compiler:
        built = compiler.build(code)
    assert isinstance(built, NotBuilt)
    assert 0 < len(built.message) <= MAX_MESSAGE_CHARS


def test_a_source_that_never_ends_compiling(sandbox):
    with open_compiler(sandbox) as compiler:
        built = compiler.build('#include "/dev/zero"\nint main() {}')
        assert isinstance(built, NotBuilt)
        assert not isinstance(compiler.build("int main() {}"), NotBuilt)


def test_more_output_than_asked_is_free_officially_only(score, pair):
    code = pair.tgt_code.replace("return 0;", 'puts("and more"); return 0;')
    official, hardened = only(score(code, clock=NoClock()))
    assert official["accuracy"] == 1.0 and official["agg_runtime"] == 1.0
    assert not hardened["is_correct"]


def test_a_close_number_is_right_officially_only(score, pair):
    code = pair.tgt_code.replace('"%u\\n", count', '"%u.0004\\n", count')
    found = score(code, clock=NoClock())
    official, hardened = only(found)
    assert official["accuracy"] == 1.0 and not hardened["is_correct"]
    assert found.flags == ("inexact-output",)


def test_answers_learnt_by_heart_fail_on_hidden_inputs(score, pair, small_data, sandbox):
    with open_stage(small_data, pair, sandbox=sandbox, rules=Rules(), secret="x") as stage:
        known = [((t.input or b"").decode(), (t.expected or b"").decode()) for t in stage.tests]
    cases = "".join(f'if (n == {int(k)}) puts("{int(v)}");\n' for k, v in known)
    code = f'#include <cstdio>\nint main() {{ int n; scanf("%d", &n);\n{cases}}}'
    found = score(code, clock=NoClock())
    official, hardened = only(found)
    assert official["accuracy"] == 1.0
    assert not hardened["is_correct"] and hardened["fault"].startswith("hidden test")
    assert "wrong-on-hidden-inputs" in found.flags


def test_a_process_left_behind_is_no_solution(score, pair):
    spawn = "if (fork() == 0) { close(1); close(2); sleep(30); }"
    code = "#include <unistd.h>\n" + pair.tgt_code.replace("return 0;", f"{spawn} return 0;")
    _, hardened = only(score(code, clock=NoClock()))
    assert not hardened["is_correct"] and "processes behind" in hardened["fault"]


def test_pragmas_earn_nothing_unless_allowed(score, pair):
    # The pragma alone makes the difference: without it the program does not even compile.
    code = (
        '#pragma GCC target("avx2")\ntypedef int v8 __attribute__((vector_size(32)));\n'
        "v8 twice(v8 x) { return __builtin_ia32_paddd256(x, x); }\n" + pair.tgt_code
    )
    found = score(code, clock=NoClock())
    official, hardened = only(found)
    assert official["accuracy"] == 1.0
    assert not hardened["is_correct"] and "without its pragmas" in hardened["fault"]
    assert "tuning-pragmas" in found.flags
    _, allowed = only(score(code, rules=Rules(are_pragmas_allowed=True), clock=NoClock()))
    assert allowed["is_correct"]


def test_caps_on_binary_and_compile_time(score, pair):
    table = "static volatile char table[6000000] = {1};\n"
    code = table + pair.tgt_code.replace("return 0;", "return table[5] != 0;")
    official, hardened = only(score(code, clock=NoClock()))
    assert official["accuracy"] == 1.0
    assert "binary of" in hardened["fault"]
    rules = Rules(least_compile_s=0.01, compile_factor=0.01)
    official, hardened = only(score(pair.tgt_code, rules=rules, clock=NoClock()))
    assert official["accuracy"] == 1.0 and "compiling took" in hardened["fault"]


def test_fast_and_wrong_in_a_timed_run_only(score, pair):
    """It is right when run once a test, and wrong every third time: no time counts."""
    flaky = (
        "#include <ctime>\n#include <cstdlib>\n"
        "static bool lies() { timespec t; clock_gettime(CLOCK_REALTIME, &t);"
        " return t.tv_nsec / 1000 % 3 == 0; }\n"
    )
    code = flaky + pair.tgt_code.replace("printf", "if (lies()) exit(0); printf")
    official, hardened = only(score(code))
    assert official["agg_runtime"] is None
    assert not hardened["is_correct"] and hardened["speedup"] == 1.0


def test_much_slower_is_not_timed(score, pair):
    wait = "#include <unistd.h>\n" + pair.tgt_code.replace("return 0;", "usleep(700000); return 0;")
    official, hardened = only(score(wait))
    assert official["accuracy"] == 1.0 and "beyond doubt" in official["fault"]
    assert hardened["claim"]["word"] == "slower" and hardened["speedup"] == 1.0


def test_without_a_generator_the_record_says_so(score, pair, without_hidden):
    data, row = without_hidden
    answered = replace(row)
    found = score(pair.tgt_code, data=data, row=answered, clock=NoClock())
    assert found.hardened["hidden_tests"].startswith("not available")
    assert "no-hidden-inputs" in found.flags
    assert found.hardened["generations"][0]["is_correct"]


def test_a_pair_that_does_not_work_here_is_our_fault(score, pair):
    broken = replace(pair, src_code="int main() { nonsense }")
    assert "does not compile" in (score(pair.tgt_code, row=broken).infra or "")
    wrong = replace(pair, src_code="int main() { return 0; }")
    assert "is wrong here" in (score(pair.tgt_code, row=wrong).infra or "")


def test_totals_count_what_has_no_score_as_failed(score, pair):
    found = score(pair.tgt_code, clock=NoClock())
    lost = TaskScore(task_id="lost", flags=("task-timed-out",))
    said = add_up([found, lost], (1, 8), threshold=1.0)
    assert said.official["Correct@1"] == said.official["Correct@8"] == 50.0
    assert said.hardened["Correct@1"] == 50.0
    assert said.official["%Opt@1"] == 0.0 and said.official["Speedup@1"] == 1.0
    assert add_up([], (1,), threshold=1.0).official["%Opt@1"] is None
