"""Guard: work is done in the process that is timed, and it ends as processes do.

Rows of the exploit table: 3 (work elsewhere), 18 (early exit), 19, 20 (survivors), 25, 29
(signals).
Covers: `os._exit`, `atexit`, signals and timers, processes that detach, and as warnings threads,
child processes, pools, priorities, `sys.exit`.
Does not cover: threads that an extension module or a library starts by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule
from speedwright.eval.guards.references import Banned, imported, table, uses

_EXIT = Banned(rule="early-exit", why="it ends or replaces the process before the judge is done")
_SIGNALS = Banned(rule="signals", why="signals and alarms belong to the program, not to a library")
_DETACH = Banned(rule="detached-process", why="work that outlives the timed process is not counted")
_ELSEWHERE = Banned(
    rule="work-elsewhere",
    why="work moves to other threads or processes; CPU time shows what it costs",
    severity=Severity.WARN,
)
_QUIT = Banned(rule="exit", why="library code ends the program", severity=Severity.WARN)
_PRIORITY = Banned(
    rule="priority",
    why="it changes how the machine treats the process, not the work",
    severity=Severity.WARN,
)

NAMES = {
    **table(
        _EXIT, "os._exit", "os.abort", "os.kill", "os.killpg", "os.execv", "os.execve", "os.execvp",
        "os.execl", "os.execlp", "os.execle", "os.execvpe", "atexit.register", "atexit._clear",
        "atexit.unregister", "faulthandler._sigsegv", "threading._register_atexit",
    ),
    **table(
        _SIGNALS, "signal.signal", "signal.alarm", "signal.setitimer", "signal.sigaction",
        "signal.raise_signal", "signal.pthread_kill", "signal.set_wakeup_fd", "signal.siginterrupt",
        "signal.pthread_sigmask",
    ),
    **table(_DETACH, "os.setsid", "os.setpgrp", "os.setpgid", "os.forkpty", "pty.fork"),
    **table(
        _ELSEWHERE, "os.fork", "os.system", "os.popen", "os.posix_spawn", "os.posix_spawnp",
        "os.spawnv", "os.spawnl", "threading.Thread", "threading.Timer", "_thread.start_new_thread",
        "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "asyncio.to_thread",
    ),
    **table(_QUIT, "sys.exit", "exit", "quit", "SystemExit"),
    **table(
        _PRIORITY, "os.nice", "os.setpriority", "os.sched_setaffinity", "os.sched_setscheduler",
        "resource.setrlimit", "sys.setswitchinterval",
    ),
}  # fmt: skip
MODULES = table(_ELSEWHERE, "subprocess", "multiprocessing", "concurrent.futures", "joblib")
DETACHING = frozenset(("start_new_session", "preexec_fn", "process_group"))


def marks(module: PythonModule) -> Iterator[Mark]:
    """Exits, signals, detached processes and work elsewhere."""
    yield from uses(module, NAMES)
    yield from imported(module, MODULES)
    yield from imported(module, table(_DETACH, "daemon", "daemonize"))
    forks = [c for c in module.of(ast.Call) if "os.fork" in module.names(c.func)]
    for call in sorted(forks, key=lambda c: c.lineno)[1:]:
        yield _DETACH.mark("double fork", call.lineno)
    for call in module.of(ast.Call):
        for keyword in call.keywords:
            if keyword.arg in DETACHING:
                yield _DETACH.mark(keyword.arg, call.lineno)
    for made in module.of(ast.ClassDef):
        if any("SystemExit" in module.names(b) for b in made.bases):
            yield _EXIT.mark("SystemExit", made.lineno, verb="subclasses")
