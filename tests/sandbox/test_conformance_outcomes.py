"""How a command ended, whatever the backend: status, signals, time-outs, what could not start."""

import signal
import time
from collections.abc import Callable

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import Call, Limits, Outcome, ProcessResult, Session

Run = Callable[..., ProcessResult]
SHORT = Limits(wall_s=1.0)


@pytest.mark.parametrize("status", [0, 1, 2, 127, 255])
def test_exit_code_is_the_commands(shell: Run, status: int) -> None:
    result = shell(f"exit {status}")
    assert (result.outcome, result.exit_code, result.signal) == (Outcome.EXITED, status, None)
    assert result.is_success == (status == 0)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM, signal.SIGABRT])
def test_death_by_signal_is_neither_an_exit_nor_a_time_out(shell: Run, number: int) -> None:
    result = shell(f"kill -{int(number)} $$")
    assert (result.outcome, result.exit_code) == (Outcome.SIGNALED, None)
    assert result.signal == number


def test_signals_have_their_usual_meaning_inside(shell: Run) -> None:
    assert shell("kill -INT $$").signal == signal.SIGINT
    assert shell("{ yes; echo $? >&2; } | head -1").stderr == b"141\n"  # SIGPIPE is not ignored


def test_timeout_kills_a_sleeper(shell: Run) -> None:
    result = shell("sleep 60", limits=Limits(wall_s=0.3))
    assert result.outcome is Outcome.TIMED_OUT
    assert 0.25 < result.wall_s < 10


def test_timeout_kills_what_ignores_signals(shell: Run) -> None:
    result = shell("trap '' TERM INT HUP; while :; do sleep 1; done", limits=Limits(wall_s=0.3))
    assert result.outcome is Outcome.TIMED_OUT


def test_timeout_kills_grandchildren_in_their_own_session(
    shell: Run, processes_with: Callable[[str], list[int]]
) -> None:
    result = shell("setsid sleep 61.701 & setsid sleep 61.701 & wait", limits=SHORT)
    assert result.outcome is Outcome.TIMED_OUT
    assert processes_with("61.701") == []


def test_timeout_kills_a_stopped_process(
    shell: Run, processes_with: Callable[[str], list[int]]
) -> None:
    result = shell("sleep 61.702 & kill -STOP $!; wait", limits=SHORT)
    assert result.outcome is Outcome.TIMED_OUT
    assert processes_with("61.702") == []


def test_grandchild_that_holds_stdout_delays_nothing(shell: Run) -> None:
    start = time.monotonic()
    result = shell("sleep 60 & echo done")
    assert (result.stdout, result.outcome) == (b"done\n", Outcome.EXITED)
    assert time.monotonic() - start < 20


def test_session_is_usable_after_a_timeout(shell: Run) -> None:
    shell("sleep 60", limits=Limits(wall_s=0.2))
    assert shell("echo again").stdout == b"again\n"


def test_partial_output_of_a_killed_command_is_kept(shell: Run) -> None:
    assert shell("echo early; sleep 60", limits=SHORT).stdout == b"early\n"


def test_missing_program_did_not_start(session: Session) -> None:
    result = session.run(Call(argv=("no-such-program-here",)))
    assert (result.outcome, result.exit_code) == (Outcome.NOT_STARTED, None)
    assert "no-such-program-here" in result.detail


def test_file_that_is_no_program_did_not_start(session: Session) -> None:
    file = session.where("shown") + "/file.txt"
    result = session.run(Call(argv=(file,)))
    assert result.outcome is Outcome.NOT_STARTED
    assert "ermission" in result.detail


def test_missing_folder_did_not_start(shell: Run) -> None:
    result = shell("true", cwd="/no/such/folder")
    assert result.outcome is Outcome.NOT_STARTED
    assert "/no/such/folder" in result.detail


def test_empty_command_line_is_refused(session: Session) -> None:
    with pytest.raises(SandboxError, match="no command line"):
        session.run(Call(argv=()))


def test_wall_time_is_about_right(shell: Run) -> None:
    assert 0.3 <= shell("sleep 0.3").wall_s < 3
    assert shell("true").wall_s < 2


def test_cpu_time_counts_work_and_not_waiting(python: Run) -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    assert 0.3 <= python(busy).cpu_s < 3
    assert python("import time; time.sleep(1)").cpu_s < 0.9


def test_cpu_time_of_a_daemon_is_counted(python: Run) -> None:
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while time.process_time() < 0.4: pass
        open('done', 'w').close()
        time.sleep(60)
    os._exit(0)
os.wait()
while not os.path.exists('done'): time.sleep(0.02)
"""
    result = python(code)
    assert result.cpu_s >= 0.4
    assert result.leftover_processes == 1


def test_daemon_is_killed_and_counted(
    shell: Run, processes_with: Callable[[str], list[int]]
) -> None:
    result = shell("(setsid sleep 61.703 &) ; (setsid sleep 61.703 &); exit 7")
    assert (result.exit_code, result.leftover_processes) == (7, 2)
    assert processes_with("61.703") == []


def test_helpers_that_end_with_their_parent_are_no_leftovers(shell: Run) -> None:
    script = "true & true & exit 0"  # on busy cores they may now and then take too long to end
    assert any(shell(script).leftover_processes == 0 for _ in range(5))


def test_wall_time_ends_with_a_child_that_works_on(python: Run) -> None:
    code = "import os, time\nif os.fork(): os._exit(3)\ntime.sleep(0.03); print('done')"
    results = [python(code) for _ in range(10)]  # where cores are busy some are killed
    ended = [r for r in results if r.leftover_processes == 0]
    assert ended
    alone_s = min(python("import os; os._exit(3)").wall_s for _ in range(5))
    for result in ended:
        assert (result.exit_code, result.stdout) == (3, b"done\n")
        assert result.wall_s >= 0.03 + alone_s / 2


def test_what_has_to_be_killed_is_not_waited_for(python: Run) -> None:
    code = "import os, time\nif os.fork(): os._exit(3)\ntime.sleep(60)"
    result = python(code)
    assert (result.exit_code, result.leftover_processes) == (3, 1)
    alone_s = min(python("import os; os._exit(3)").wall_s for _ in range(5))
    assert min(python(code).wall_s for _ in range(5)) < 2 * alone_s + 0.03


def test_what_a_process_left_behind_still_says_is_waited_for(python: Run) -> None:
    """Or the work of a program that leaves processes behind on the base too would be free."""
    code = "import os, time\nif os.fork(): os._exit(3)\ntime.sleep(0.02); print(7, flush=True)"
    results = [python(f"{code}; time.sleep(60)") for _ in range(10)]
    said = [r for r in results if r.stdout == b"7\n"]  # where cores are busy some come too late
    assert said
    alone_s = min(python("import os; os._exit(3)").wall_s for _ in range(5))
    for result in said:
        assert result.leftover_processes == 1
        assert result.wall_s >= 0.02 + alone_s / 2


def test_peak_memory_grows_with_use(python: Run) -> None:
    small = python("pass").peak_rss_bytes
    large = python("x = b'x' * (80 << 20)").peak_rss_bytes
    assert large - small > 60 << 20


def test_thirty_short_calls_cost_little(shell: Run) -> None:
    start = time.monotonic()
    for _ in range(30):
        assert shell("exit 0").is_success
    assert time.monotonic() - start < 10  # 0.2 s on an idle machine
