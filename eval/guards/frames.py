"""Guard: no looking at the caller, at the interpreter's insides, or at raw memory.

Rows of the exploit table: 10 (stack and frame introspection), 9 and 29 (reading the judge's
memory), and tracing hooks (1, 14).
Covers: frames, stacks, tracebacks' frames, `gc`'s object walks, trace, profile and audit hooks,
ctypes and cffi.
Does not cover: an extension module that does the same in C (see `cpp`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule
from speedwright.eval.guards.references import Banned, imported, table, uses

_FRAMES = Banned(rule="frames", why="a patch may not look at its callers")
_OBJECTS = Banned(rule="gc-walk", why="it walks every object of the process, the judge's too")
_COLLECTOR = Banned(
    rule="gc-setting",
    why="it changes garbage collection for the whole program",
    severity=Severity.WARN,
)
_HOOKS = Banned(rule="trace-hook", why="it watches or steers every call of the process")
_MEMORY = Banned(rule="raw-memory", why="it reads or writes memory behind Python's back")
_NATIVE = Banned(rule="native-call", why="native code that no guard reads", severity=Severity.WARN)

NAMES = {
    **table(
        _FRAMES, "sys._getframe", "sys._current_frames", "sys._current_exceptions",
        "sys._getframemodulename", "inspect.stack", "inspect.currentframe", "inspect.trace",
        "inspect.getouterframes", "inspect.getinnerframes", "inspect.getframeinfo",
        "traceback.walk_stack", "traceback.extract_stack", "logging.currentframe",
    ),
    **table(_OBJECTS, "gc.get_objects", "gc.get_referrers", "gc.get_referents"),
    **table(_COLLECTOR, "gc.disable", "gc.freeze", "gc.set_threshold", "gc.callbacks"),
    **table(
        _HOOKS, "sys.settrace", "sys.setprofile", "sys.monitoring", "sys.addaudithook",
        "threading.settrace", "threading.setprofile", "threading.setprofile_all_threads",
        "threading.settrace_all_threads", "sys.unraisablehook", "sys.excepthook",
    ),
    **table(
        _MEMORY, "ctypes.pythonapi", "ctypes.py_object", "ctypes.memmove", "ctypes.memset",
        "ctypes.string_at", "ctypes.wstring_at", "ctypes.PyDLL", "ctypes.PyObj_FromPtr",
        "_ctypes.PyObj_FromPtr",
    ),
}  # fmt: skip
ATTRIBUTES = {
    **table(
        _FRAMES, "f_back", "f_locals", "f_globals", "f_builtins", "f_trace", "tb_frame",
        "gi_frame", "cr_frame", "ag_frame",
    ),
    **table(_MEMORY, "from_address", "from_buffer_copy", "prctl", "ptrace", "process_vm_readv"),
}  # fmt: skip
MODULES = table(_NATIVE, "ctypes", "cffi", "_ctypes")
LOADERS = frozenset(("ctypes.CDLL", "ctypes.cdll.LoadLibrary"))


def marks(module: PythonModule) -> Iterator[Mark]:
    """Frames, object walks, hooks and raw memory."""
    yield from uses(module, NAMES)
    yield from imported(module, MODULES)
    is_native = any(n.partition(".")[0] in MODULES for n, _ in module.imports())
    for node in module.of(ast.Attribute):
        found = ATTRIBUTES.get(node.attr)
        if found is _FRAMES or (found is not None and is_native):
            yield found.mark(node.attr, node.lineno)
    for call in module.of(ast.Call):
        if is_native and _takes_address(module, call):
            yield _MEMORY.mark("id()", call.lineno)
        if module.is_one_of(call.func, LOADERS) and _is_none(call):
            yield _MEMORY.mark("CDLL(None)", call.lineno)


def _takes_address(module: PythonModule, call: ast.Call) -> bool:
    """Whether an argument is `id(…)`, as an address; a plain `id` is honest."""
    return any(
        isinstance(n, ast.Call) and "id" in module.names(n.func)
        for argument in call.args
        for n in (argument, *ast.iter_child_nodes(argument))
    )


def _is_none(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and not call.args[0].value
