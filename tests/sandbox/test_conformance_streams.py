"""Bytes in and out, arguments and environment."""

import hashlib
import resource
from collections.abc import Callable

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import KIB, MIB, Call, Limits, Outcome, ProcessResult, Session

Run = Callable[..., ProcessResult]


def test_stdout_and_stderr_are_kept_apart(shell: Run) -> None:
    result = shell("echo out; echo err >&2")
    assert (result.stdout, result.stderr) == (b"out\n", b"err\n")


def test_every_byte_value_survives(python: Run) -> None:
    every = bytes(range(256)) * 3
    code = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 3)"
    result = python(code)
    assert result.stdout == every
    assert result.stdout_sha256 == hashlib.sha256(every).hexdigest()


def test_text_is_utf8_inside(python: Run) -> None:
    assert python("print('Grüße \\u2603')").stdout.decode() == "Grüße \u2603\n"


def test_unicode_and_odd_arguments_arrive_whole(python: Run) -> None:
    words = ("späße", "\u2603", "a b", "", "*", "$HOME", "--", "line\nbreak", "'")
    result = python("import sys; print(ascii(sys.argv[1:]))", *words)
    assert result.stdout.decode().strip() == ascii(list(words))


@pytest.mark.parametrize("size", [0, 1, 64 * KIB, 5 * MIB])
def test_stdin_arrives_whole(python: Run, size: int) -> None:
    data = bytes(i % 251 for i in range(size))
    code = "import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    assert python(code, stdin=data).stdout.decode().strip() == hashlib.sha256(data).hexdigest()


def test_unread_stdin_is_no_fault(shell: Run, session: Session) -> None:
    assert session.run(Call(argv=("true",), stdin=b"x" * MIB)).is_success


def test_large_output_both_ways_does_not_deadlock(session: Session) -> None:
    data = b"0123456789abcdef" * (256 * KIB)
    result = session.run(Call(argv=("cat",), stdin=data))
    assert result.stdout_bytes == len(data)
    assert result.stdout_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_is_capped_but_counted_and_hashed(python: Run, stream: str) -> None:
    code = f"import sys\nfor _ in range(48): sys.{stream}.buffer.write(b'ab' * (512 << 10))"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = python(code, limits=Limits(output_bytes=10_000, wall_s=60))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    kept = result.stdout if stream == "stdout" else result.stderr
    count = result.stdout_bytes if stream == "stdout" else result.stderr_bytes
    assert kept == b"ab" * 5000
    assert count == 48 * MIB
    assert grown < 24 * KIB  # in KiB: the 48 MiB never were in this process
    if stream == "stdout":
        whole = hashlib.sha256(b"ab" * (24 * MIB)).hexdigest()
        assert result.stdout_sha256 == whole


def test_a_flood_is_stopped(shell: Run) -> None:
    limits = Limits(flood_bytes=4 * MIB, output_bytes=KIB, wall_s=60)
    result = shell("yes; echo never", limits=limits)
    assert result.outcome is Outcome.OUTPUT_LIMIT
    assert 4 * MIB < result.stdout_bytes < 64 * MIB
    assert len(result.stdout) == KIB


def test_closing_stdout_early_is_no_end(shell: Run) -> None:
    result = shell("exec 1>&- 2>&-; sleep 0.3; exit 4")
    assert (result.outcome, result.exit_code) == (Outcome.EXITED, 4)
    assert result.wall_s >= 0.3


def test_environment_is_exact(
    session: Session, monkeypatch: pytest.MonkeyPatch, opened: Callable[..., Session]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-you")
    other = opened(None, BOX_WIDE="1")
    call = Call(argv=("env", "-0"), env={"JUST_HERE": "a=b c"})
    pairs = other.run(call).stdout.decode().rstrip("\0").split("\0")
    env = dict(pair.split("=", 1) for pair in pairs)
    assert set(env) == {"PATH", "HOME", "TMPDIR", "LANG", "BOX_WIDE", "JUST_HERE"}
    assert (env["JUST_HERE"], env["BOX_WIDE"]) == ("a=b c", "1")
    assert env["HOME"] == env["TMPDIR"] == other.where("scratch")
    assert "sk-not-for-you" not in str(env)


def test_no_process_inside_shows_the_hosts_environment(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[..., Session], covered: Callable[[str], None]
) -> None:
    covered("own process namespace")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-you")
    result = opened().run(Call(argv=("sh", "-c", "cat /proc/*/environ /proc/*/cmdline")))
    assert b"sk-not-for-you" not in result.stdout
    assert b"cat" in result.stdout


def test_impossible_variable_is_refused(session: Session) -> None:
    with pytest.raises(SandboxError, match="cannot be set"):
        session.run(Call(argv=("true",), env={"A=B": "c"}))


def test_python_means_the_toolchains(python: Run, shell: Run) -> None:
    import sys

    code = "import sys; print(sys.prefix, sys.version_info[:3])"
    assert python(code).stdout.decode().strip() == f"{sys.prefix} {sys.version_info[:3]}"
    assert shell(f"python3 -c '{code}'").stdout == python(code).stdout


def test_only_three_descriptors_are_inherited(shell: Run) -> None:
    assert shell("ls /proc/$$/fd").stdout.split() == [b"0", b"1", b"2"]


def test_command_has_a_session_of_its_own_and_no_terminal(python: Run) -> None:
    code = "import os; print(os.getsid(0) == os.getpid()); open('/dev/tty')"
    result = python(code)
    assert result.stdout == b"True\n"
    assert result.exit_code == 1
