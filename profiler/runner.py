"""Runs `setup()` and `workload()` of a file inside the box; stdlib only, imports nothing of ours.

Started as: python runner.py FILE FOLDER... -- NAME=NUMBER... MODULE..., with descriptor 3 to read
the go signal (8-byte length, then the seed) and descriptor 4 to answer ("R" when ready, then 8-byte
length and the result). The clock is not here but in the supervisor: a result that has not arrived
whole has not been made. FOLDERs are put on the module search path; NAME=NUMBER are given to
`setup()`; MODULEs are loaded first.
"""

# Every sample starts one of these: nothing is imported here that a bare interpreter has not loaded.
# ruff: noqa: PTH123
import os
import sys

NAME = "__speedwright__"


def plain(value: object, depth: int = 0) -> str:
    """Text of a result: exact for plain data, deterministic for sets, type and repr otherwise."""
    if depth > 200:
        raise RecursionError("the result is nested deeper than 200 levels")
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, bytes):
        return repr(value)
    if isinstance(value, (list, tuple)) and kind in (list, tuple):
        inner = ", ".join([plain(item, depth + 1) for item in value])
        return f"[{inner}]" if kind is list else f"({inner},)"
    if isinstance(value, (set, frozenset)) and kind in (set, frozenset):
        return f"{kind.__name__}({{{', '.join(sorted([plain(i, depth + 1) for i in value]))}}})"
    if isinstance(value, dict) and kind is dict:
        items = [f"{plain(k, depth + 1)}: {plain(v, depth + 1)}" for k, v in value.items()]
        return "{" + ", ".join(items) + "}"
    if hasattr(kind, "__next__"):
        raise TypeError("workload() returned an iterator: return the finished result")
    if hasattr(value, "tobytes") and hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{kind.__module__}.{kind.__qualname__}{value.dtype}{value.shape}{value.tobytes()!r}"
    return f"<{kind.__module__}.{kind.__qualname__}> {value!r}"


def main() -> None:
    """Import, set up, say ready, wait, call, answer."""
    end = sys.argv.index("--")
    file, folders = sys.argv[1], sys.argv[2:end]
    words = sys.argv[end + 1 :]
    given = {name: int(number) for name, number in (w.split("=") for w in words if "=" in w)}
    sys.argv = [file]
    # The target is importable; the folder of this script is not.
    sys.path[0:1] = folders
    for descriptor in (3, 4):
        os.set_inheritable(descriptor, False)
    for module in (w for w in words if "=" not in w):
        try:
            __import__(module)
        except ImportError:
            continue
    namespace = run(file)
    if "workload" not in namespace:
        raise SystemExit(f"{file} has no workload()")
    if "setup" in namespace:
        namespace["setup"](**given)
    workload = namespace["workload"]
    os.write(4, b"R")
    exactly(3, int.from_bytes(exactly(3, 8), "big"))
    data = plain(workload()).encode("utf-8", "surrogatepass")
    send(len(data).to_bytes(8, "big"))
    send(data)


def run(file: str):  # type: ignore[no-untyped-def]  # what types would say is not imported here
    """Run a file as a module and give its globals, as `runpy` does, whose import takes 8 ms."""
    module = type(sys)(NAME)
    module.__file__ = file
    sys.modules[NAME] = module
    with open(file, "rb") as stream:
        exec(compile(stream.read(), file, "exec"), module.__dict__)
    return module.__dict__


def exactly(descriptor: int, size: int) -> bytes:
    """Read exactly `size` bytes."""
    data = b""
    while len(data) < size:
        piece = os.read(descriptor, size - len(data))
        if not piece:
            raise SystemExit("the supervisor closed the channel")
        data += piece
    return data


def send(data: bytes) -> None:
    """Write all of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(4, view) :]


if __name__ == "__main__":
    main()
