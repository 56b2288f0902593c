"""Guard: nothing is kept from one run for the next, and nothing is fetched.

Rows of the exploit table: 4 and 30 (state between samples), 24 (pickles), 26 (network).
Covers: files written, temporary files, databases and on-disk caches, shared memory, mapped files,
well-known writable places, network modules; as warnings, files newly read.
Does not cover: what a called library writes by itself (samples run in fresh processes with wiped
writable places for that).

Writing is refused where the base file wrote nothing: a performance patch has no output of its own,
and a file is the one place where a run can leave its answer for the next. Where the file wrote
before, more of it is a warning: that is how buffering and batching look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule
from speedwright.eval.guards.references import Banned, imported, table, uses
from speedwright.eval.guards.strings import fold

_WRITES = Banned(
    rule="file-write",
    why="this file wrote none before; a run could leave its answer for the next",
    is_softened=True,
)
_KEEPS = Banned(
    rule="kept-state", why="it keeps answers from one run for the next", is_softened=True
)
_NETWORK = Banned(rule="network", why="a faster program does not need the network")
_READS = Banned(
    rule="file-read",
    why="it reads a file that it did not read before",
    severity=Severity.WARN,
)

NAMES = {
    **table(
        _WRITES, "pickle.dump", "marshal.dump", "json.dump", "numpy.save", "numpy.savez",
        "numpy.savez_compressed", "numpy.savetxt", "numpy.memmap", "torch.save", "shutil.copy",
        "shutil.copyfile", "shutil.copy2", "shutil.move", "shutil.copytree", "os.rename",
        "os.replace", "os.mkdir", "os.makedirs", "os.symlink", "os.link", "os.truncate",
        "os.mkfifo", "os.utime", "os.setxattr", "os.remove", "os.unlink", "shutil.rmtree",
    ),
    **table(_KEEPS, "joblib.Memory", "os.memfd_create", "mmap.mmap"),
    **table(
        _NETWORK, "asyncio.open_connection", "asyncio.open_unix_connection",
        "asyncio.start_server", "asyncio.start_unix_server",
    ),
    **table(_READS, "pickle.load", "numpy.load", "json.load", "torch.load", "numpy.fromfile"),
}  # fmt: skip
MODULES = {
    **table(
        _KEEPS, "tempfile", "shelve", "dbm", "sqlite3", "diskcache",
        "multiprocessing.shared_memory", "posix_ipc", "sysv_ipc", "lmdb", "h5py",
        "platformdirs", "appdirs", "_posixshmem",
    ),
    **table(
        _NETWORK, "socket", "_socket", "socketserver", "urllib.request", "http.client",
        "http.server", "requests", "httpx", "aiohttp", "urllib3", "ftplib", "smtplib", "telnetlib",
        "xmlrpc", "paramiko", "websockets", "websocket", "grpc", "zmq", "boto3", "pycurl",
        "imaplib", "poplib", "asyncio.open_connection", "redis",
    ),
}  # fmt: skip
METHODS = frozenset(("write_text", "write_bytes", "tofile", "to_pickle", "to_parquet", "touch"))
OPENERS = frozenset(("open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"))
WRITE_MODE = re.compile(r"^[rbtU]*[wax+]")
PLACES = re.compile(r"^(?:/tmp|/var/tmp|/dev/shm|/dev/mqueue|/run)(?:/|$)|^~/|^~$|(?:^|/)\.cache\b")


def marks(module: PythonModule) -> Iterator[Mark]:
    """Files written, state kept, network used."""
    yield from uses(module, NAMES)
    yield from imported(module, MODULES)
    for call in module.of(ast.Call):
        yield from _opened(module, call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
            yield _WRITES.mark(f".{call.func.attr}()", call.lineno)
    for node in module.of(ast.Constant, ast.BinOp, ast.JoinedStr):
        text = fold(node)
        if isinstance(text, str) and not module.is_prose(node) and PLACES.search(text[:200]):
            yield _KEEPS.mark(text[:40], node.lineno, verb="names the place")


def _opened(module: PythonModule, call: ast.Call) -> Iterator[Mark]:
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "open"
    is_function = bool(module.is_one_of(call.func, OPENERS))
    if "os.open" in module.names(call.func):
        flags = {n.attr for a in call.args[1:] for n in ast.walk(a) if isinstance(n, ast.Attribute)}
        writes = bool(flags & {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"})
        yield (_WRITES if writes else _READS).mark("os.open()", call.lineno)
        return
    if not is_method and not is_function:
        return
    position = 1 if is_function else 0
    given = call.args[position] if len(call.args) > position else None
    mode = next((k.value for k in call.keywords if k.arg == "mode"), given)
    text = "r" if mode is None else fold(mode)
    if isinstance(text, str) and WRITE_MODE.match(text):
        yield _WRITES.mark("open() to write", call.lineno)
    elif is_function:
        yield _READS.mark("open()", call.lineno)
