"""The one trusted program inside every box: starts commands, stamps the clock, cleans up.

Runs as `python -I -S supervisor.py` under whatever Python (3.8 or newer) the box has, so it imports
nothing but the standard library and stays one file that can be mounted anywhere; that is why it is
long. It is PID 1 where the backend has a process namespace, and a child subreaper elsewhere.

Frames on its stdin and stdout: 4 bytes big-endian length, that many bytes of JSON, then the
binary parts whose lengths are listed in the JSON under "sizes". It greets with `hello`; then it
answers one frame for each of `setup`, `run`, `write`, `read`, and ends when its stdin closes.

A function call (`run` with "function": true) talks to its command on descriptors 3 and 4:
    command     writes the byte "R" to 4 when imports and set-up are done
    supervisor  stamps t0, writes 8 bytes big-endian length and the input to 3
    command     writes 8 bytes big-endian length and the reply to 4, then ends by itself
    supervisor  stamps t1 when the last byte of the reply is here

Clocks: CLOCK_MONOTONIC. A command's t0 is stamped in the forked child by our own code right before
execve, its t1 when the parent notices that it ended.

Covers: time-outs, output floods, orphans and daemons (killed, reaped, their CPU time counted),
state left in scratch places, a dead harness (end of stdin), a forgotten box (idle limit), a command
that reads our memory, descriptors or environment (not dumpable; as PID 1 also signals).
Does not cover: limits of the whole box on memory, processes, disk and network: the backend's. As an
ordinary process (plain backend) it can be killed by a command of the same user. Peak memory has a
floor of some 10 MB, because a forked child starts with our own resident set.
"""

# pathlib would double the start-up time of every box.
# ruff: noqa: PTH112, PTH113, PTH118, PTH123, PTH208
from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import json
import math
import os
import resource
import select
import signal
import stat
import struct
import sys
import time
from typing import Any, NoReturn

PROTOCOL = 1
MAX_HEADER_BYTES = 16 << 20
CHUNK_BYTES = 256 << 10
SETTLE_S = 0.05  # helpers that end because their parent did are not leftovers
KILL_S = 10.0
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
F_SETPIPE_SZ = 1031
IPC_RMID = 0

clock = time.monotonic
libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """A request that is answered with an error frame."""


class Control:
    """The two descriptors to the harness, and the frames on them."""

    def __init__(self) -> None:
        self.reader = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 100)
        self.writer = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 100)
        null = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 3, 4):  # 3 and 4 stay taken, so that no pipe of ours gets them
            os.dup2(null, number, inheritable=False)
        self.idle_s = 60.0

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """The next request; ends the program when the harness is gone or silent for too long."""
        ready = select.poll()
        ready.register(self.reader, select.POLLIN)
        if not ready.poll(self.idle_s * 1000):
            leave()
        (length,) = struct.unpack(">I", self._exactly(4))
        if length > MAX_HEADER_BYTES:
            leave()
        header = json.loads(self._exactly(length))
        return header, [self._exactly(size) for size in header.get("sizes", [])]

    def send(self, header: dict[str, Any], *parts: bytes) -> None:
        """Answer with one frame."""
        header["sizes"] = [len(part) for part in parts]
        text = json.dumps(header).encode()
        try:
            for data in (struct.pack(">I", len(text)) + text, *parts):
                view = memoryview(data)
                while view:
                    view = view[os.write(self.writer, view) :]
        except BrokenPipeError:
            leave()

    def _exactly(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            data = os.read(self.reader, min(count - len(found), 1 << 20))
            if not data:
                leave()
            found += data
        return bytes(found)


class Sink:
    """A stream of which the beginning is kept and all is counted and hashed."""

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.kept = bytearray()
        self.count = 0
        self.digest = hashlib.sha256()

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        room = self.keep - len(self.kept)
        if room > 0:
            self.kept += data[:room]
        self.count += len(data)
        self.digest.update(data)


class Box:
    """What `setup` told us about where we are."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.scratch: str = header["scratch"]
        self.is_namespace: bool = bool(header["is_namespace"])
        self.wipe = places_to_empty(header["wipe"], header["kept"])
        self.is_dirty = False
        if self.is_namespace and os.getpid() != 1:
            raise Refused("not PID 1 of a namespace")
        if header.get("cpus"):
            os.sched_setaffinity(0, header["cpus"])

    def clean(self) -> None:
        """Empty the writable places if a command ran since the last time."""
        if not self.is_dirty:
            return
        for place, spared in self.wipe.items():
            if os.path.isdir(place):
                empty(place, spared)
        if self.is_namespace:
            remove_sysv()
        self.is_dirty = False

    def kill_all(self) -> int:
        """Send SIGKILL to everything but ourselves; how many were seen alive."""
        alive = descendants()
        if self.is_namespace:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                return 0
        else:  # never kill(-1) here: it would be everything the user has
            for pid in alive:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        return len(alive)


class Run:
    """One command, from fork to the last orphan reaped."""

    def __init__(self, box: Box, request: dict[str, Any], feed: bytes) -> None:
        self.box, self.request = box, request
        self.wall_limit_s: float = request["wall_s"]
        self.is_function = bool(request["function"])
        keep = request["output_bytes"]
        self.out, self.err, self.reply = Sink(keep), Sink(keep), Sink(keep)
        self.poll = select.poll()
        self.sources: dict[int, Any] = {}
        self.feeds: dict[int, memoryview] = {}
        self.feed = feed
        self.status: int | None = None
        self.outcome = self.detail = self.fault = ""
        self.cpu_s, self.peak_rss_bytes, self.switches, self.leftovers = 0.0, 0, 0, 0
        self.has_children = True
        self.started = self.ended = clock()
        self.ready: float | None = None
        self.replied: float | None = None
        self.go_descriptor: int | None = None
        self.head = b""
        self.reply_length = 0

    # starting

    def start(self) -> bool:
        """Fork and exec; false if the program could not be started."""
        pipes = [os.pipe(), os.pipe(), os.pipe()]
        if self.is_function:
            pipes += [os.pipe(), os.pipe()]
            for ends in pipes[3:]:
                widen(ends[0])
        child_ends = [ends[0] if n in (0, 3) else ends[1] for n, ends in enumerate(pipes)]
        ours = [ends[1] if n in (0, 3) else ends[0] for n, ends in enumerate(pipes)]
        note_reader, note_writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            become(self.request, child_ends, note_writer)
        for descriptor in (*child_ends, note_writer):
            os.close(descriptor)
        note = read_note(note_reader)
        if len(note) != 8:
            self.outcome = "not_started"
            self.detail = note.partition(b"!" * 9)[2].decode("utf-8", "replace")
            for descriptor in ours:
                os.close(descriptor)
            os.waitpid(self.pid, 0)
            return False
        (self.started,) = struct.unpack("d", note)
        self.deadline = self.started + self.wall_limit_s
        for descriptor in ours:
            os.set_blocking(descriptor, False)
        self._listen(ours[1], self._output(self.out))
        self._listen(ours[2], self._output(self.err))
        if self.is_function:
            os.close(ours[0])
            self.go_descriptor = ours[3]
            self._listen(ours[4], self._answer)
        else:
            self._give(ours[0], self.feed)
        return True

    def _listen(self, descriptor: int, take: Any) -> None:
        self.sources[descriptor] = take
        self.poll.register(descriptor, select.POLLIN)

    def _give(self, descriptor: int, data: bytes) -> None:
        self.feeds[descriptor] = memoryview(data)
        self.poll.register(descriptor, select.POLLOUT)
        self._write(descriptor)

    def _output(self, sink: Sink) -> Any:
        def take(descriptor: int) -> bool:
            data = os.read(descriptor, CHUNK_BYTES)
            sink.feed(data)
            return bool(data)

        return take

    # the loop

    def finish(self, control: Control, wake: int) -> None:
        """Serve the pipes until the command and everything it started is gone."""
        self.poll.register(wake, select.POLLIN)
        self.poll.register(control.reader, 0)  # only POLLHUP: the harness is dead
        while True:
            wait_s = self._next_deadline() - clock()
            for descriptor, event in self.poll.poll(max(0, math.ceil(wait_s * 1000))):
                if descriptor == control.reader:
                    if event & (select.POLLHUP | select.POLLERR):
                        leave(self.box)
                elif descriptor == wake:
                    os.read(wake, 4096)
                elif descriptor in self.sources:
                    self._read(descriptor)
                elif descriptor in self.feeds:
                    self._write(descriptor)
            self.reap()
            if self.status is not None and not self.has_children:
                break
            if not self.outcome:
                written = self.out.count + self.err.count + self.reply.count
                if written > self.request["flood_bytes"]:
                    self.outcome, self.detail = "output_limit", f"{written} bytes of output"
            if self.outcome or clock() >= self._next_deadline():
                self._end_all(wake)
                break
        self._drain()

    def _next_deadline(self) -> float:
        return self.deadline if self.status is None else self.ended + SETTLE_S

    def _end_all(self, wake: int) -> None:
        if self.status is None and not self.outcome:
            self.outcome = "timed_out"
            self.detail = f"killed after {self.wall_limit_s:g} s"
            if self.replied is not None:
                self.detail = "replied but did not end by itself"
        elif self.status is not None:
            self.leftovers = max(1, len(descendants()))
        until = clock() + KILL_S
        ready = select.poll()
        ready.register(wake, select.POLLIN)
        while self.has_children:
            self.box.kill_all()
            self.reap()
            if self.has_children and ready.poll(20):
                os.read(wake, 4096)
                self.reap()
            if clock() > until:
                raise Refused("processes that cannot be killed")

    def reap(self) -> None:
        """Collect every process that ended, orphans included."""
        now = clock()
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.has_children = False
                return
            if pid == 0:
                return
            self.cpu_s += usage.ru_utime + usage.ru_stime
            self.peak_rss_bytes = max(self.peak_rss_bytes, usage.ru_maxrss * 1024)
            self.switches += usage.ru_nivcsw
            if pid == self.pid:
                self.status, self.ended = status, now

    def _drain(self) -> None:
        for descriptor in list(self.sources):
            while descriptor in self.sources and self._read(descriptor):
                continue
        for descriptor in (*self.sources, *self.feeds):
            os.close(descriptor)
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self.go_descriptor is not None:
            os.close(self.go_descriptor)
            self.go_descriptor = None

    # the pipes

    def _read(self, descriptor: int) -> bool:
        try:
            is_open = self.sources[descriptor](descriptor)
        except BlockingIOError:
            return False
        if not is_open:
            self.poll.unregister(descriptor)
            del self.sources[descriptor]
            os.close(descriptor)
        return bool(is_open)

    def _write(self, descriptor: int) -> None:
        try:
            rest = self.feeds[descriptor]
            rest = rest[os.write(descriptor, rest[: 1 << 20]) :] if rest else rest
        except BlockingIOError:
            return
        except BrokenPipeError:
            rest = memoryview(b"")
        self.feeds[descriptor] = rest
        if not rest:
            self.poll.unregister(descriptor)
            del self.feeds[descriptor]
            os.close(descriptor)

    def _answer(self, descriptor: int) -> bool:
        """The next bytes on descriptor 4; false closes it (a broken frame leaves a `fault`)."""
        if self.ready is None:
            self._go(descriptor)
            if self.fault:
                self._stop_waiting()
            return not self.fault
        if len(self.head) < 8:
            data = os.read(descriptor, 8 - len(self.head))
            self.head += data
            if len(self.head) == 8:
                (self.reply_length,) = struct.unpack(">Q", self.head)
                self._check_reply()
        else:
            data = os.read(descriptor, CHUNK_BYTES)
            self.reply.feed(data)
            self._check_reply()
        if not data and self.replied is None:
            self.fault = "closed descriptor 4 within its reply"
        return bool(data) and not self.fault

    def _check_reply(self) -> None:
        if self.reply.count > self.reply_length:
            self.fault = "wrote more than its reply"
        elif self.reply.count == self.reply_length and self.replied is None:
            self.replied = clock()
            self.deadline = self.replied + min(5.0, self.wall_limit_s)

    def _go(self, descriptor: int) -> None:
        data = os.read(descriptor, 1)
        if data != b"R":
            self.fault = f"said {data!r} instead of ready" if data else "ended before it was ready"
            return
        early = select.poll()
        early.register(descriptor, select.POLLIN)
        if any(event & select.POLLIN for _, event in early.poll(0)):
            self.fault = "replied before it had its input"
            return
        target, self.go_descriptor = self.go_descriptor, None
        assert target is not None
        message = struct.pack(">Q", len(self.feed)) + self.feed
        self.ready = clock()
        self.deadline = self.ready + self.wall_limit_s
        self._give(target, message)

    def answer(self, control: Control) -> None:
        """Send what happened."""
        status = self.status
        exit_code = os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None
        killed_by = os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None
        is_measured = self.ready is not None and self.replied is not None and not self.fault
        outcome = self.outcome or ("exited" if killed_by is None else "signaled")
        start = self.ready if is_measured and self.ready is not None else self.started
        end = self.replied if is_measured and self.replied is not None else self.ended
        header = {
            "op": "result",
            "outcome": outcome,
            "exit_code": None if outcome == "not_started" else exit_code,
            "signal": killed_by,
            "stdout_bytes": self.out.count,
            "stderr_bytes": self.err.count,
            "stdout_sha256": self.out.digest.hexdigest(),
            "wall_s": 0.0 if outcome == "not_started" else end - start,
            "cpu_s": self.cpu_s,
            "peak_rss_bytes": self.peak_rss_bytes,
            "leftover_processes": self.leftovers,
            "involuntary_switches": self.switches,
            "setup_s": None if self.ready is None else self.ready - self.started,
            "has_reply": is_measured,
            "reply_bytes": self.reply.count,
            "reply_sha256": self.reply.digest.hexdigest() if is_measured else "",
            "detail": self.detail or self.fault,
        }
        control.send(header, bytes(self.out.kept), bytes(self.err.kept), bytes(self.reply.kept))


def become(request: dict[str, Any], ends: list[int], note: int) -> NoReturn:
    """In the forked child: turn into the command, or say on `note` why not."""
    try:
        os.setsid()
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        for number, descriptor in enumerate(ends):
            os.dup2(descriptor, number)
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.umask(0o022)
        for name, value in request["rlimits"].items():
            lower(getattr(resource, name), value)
        os.chdir(request["cwd"])
        program = find(request["argv"][0], request["env"].get("PATH", ""))
        os.write(note, struct.pack("d", clock()))
        os.execve(program, request["argv"], request["env"])
    except (OSError, ValueError) as error:
        name = getattr(error, "filename", None) or request["argv"][0]
        text = "`{}`: {}".format(name, getattr(error, "strerror", None) or error)
        # Longer than a stamp in any case, which is how the parent tells the two apart.
        os.write(note, b"!" * 9 + text.encode("utf-8", "replace")[:4000])
    finally:
        os._exit(127)


def read_note(reader: int) -> bytes:
    """All the child said before its exec closed the pipe: a stamp, or a stamp and a complaint."""
    note = b""
    while True:
        data = os.read(reader, 8192)
        if not data:
            break
        note += data
    os.close(reader)
    return note


def lower(kind: int, value: int) -> None:
    """Set a limit for good, or keep the present one where it is lower already."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def find(program: str, search: str) -> str:
    """The file that a program's name means, as execvp would find it."""
    if "/" in program:
        return program
    for folder in search.split(":"):
        path = os.path.join(folder or ".", program)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(errno.ENOENT, "not found in PATH", program)


def widen(descriptor: int) -> None:
    """A larger pipe means fewer switches inside the timed region; refusal is harmless."""
    try:
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
    except OSError:
        return


def descendants() -> list[int]:
    """Living processes below this one, by parent, orphans included since they come to us."""
    parent: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    state, above = file.read().rpartition(b")")[2].split()[:2]
            except (OSError, ValueError):
                continue
            parent[int(name)] = int(above)
            if state in (b"Z", b"X"):
                parent[int(name)] = -int(above)
    return [pid for pid in parent if parent[pid] >= 0 and _is_below(pid, parent)]


def _is_below(pid: int, parent: dict[int, int]) -> bool:
    me, seen = os.getpid(), 0
    while pid > 1 and seen < len(parent):
        pid, seen = abs(parent.get(pid, 0)), seen + 1
        if pid == me:
            return True
    return False


def leave(box: Box | None = None) -> NoReturn:
    """The harness is gone: end everything."""
    for _ in range(100):
        if box is None or not box.kill_all():
            break
    os._exit(0)


def places_to_empty(places: list[str], kept: list[str]) -> dict[str, set[str]]:
    """Folders to empty, each with the names that lead to a mount and stay."""
    found: dict[str, set[str]] = {place: set() for place in places}
    for path in kept:
        above, name = os.path.split(path)
        while name and any((above + "/").startswith(place + "/") for place in places):
            found.setdefault(above, set()).add(name)
            above, name = os.path.split(above)
    return found


def empty(place: str, spared: set[str]) -> None:
    """Delete everything below a folder, however deep, without following a link.

    A folder's sub-folders are first moved up to the top, so neither depth nor path length matters.
    """
    top = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    count = 0
    try:
        names = set(os.listdir(top)) - spared
        while names:
            for name in names:
                if is_removed(name, top):
                    continue
                folder = open_folder(name, top)
                for inner in os.listdir(folder):
                    if not is_removed(inner, folder):
                        os.close(open_folder(inner, folder))  # makes it movable
                        count += 1
                        moved = f".moved-{os.getpid()}-{count}"
                        os.rename(inner, moved, src_dir_fd=folder, dst_dir_fd=top)
                os.close(folder)
                os.rmdir(name, dir_fd=top)
            names = set(os.listdir(top)) - spared
    finally:
        os.close(top)


def is_removed(name: str, folder: int) -> bool:
    """Unlink what is no folder; false for a folder."""
    if stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
        return False
    os.unlink(name, dir_fd=folder)
    return True


def open_folder(name: str, above: int) -> int:
    """Open a folder that may have been made unreadable."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        os.chmod(name, 0o700, dir_fd=above)
    except PermissionError:
        pass  # not ours: then the next line decides
    return os.open(name, flags, dir_fd=above)


def remove_sysv() -> None:
    """Remove System V shared memory, semaphores and queues of this IPC namespace."""
    for kind in ("shm", "sem", "msg"):
        try:
            with open("/proc/sysvipc/" + kind) as file:
                lines = file.read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            number = int(line.split()[1])
            if kind == "shm":
                libc.shmctl(number, IPC_RMID, None)
            elif kind == "sem":
                libc.semctl(number, 0, IPC_RMID, None)
            else:
                libc.msgctl(number, IPC_RMID, None)


def open_parent(box: Box, path: str, create: bool) -> tuple[int, str]:
    """The folder of a path below the scratch folder, walked without following links."""
    parts = path.split("/")
    if not all(parts) or any(part in (".", "..") for part in parts):
        raise Refused(f"`{path}` is not a plain path below the scratch folder")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    folder = os.open(box.scratch, flags)
    try:
        for part in parts[:-1]:
            if create:
                try:
                    os.mkdir(part, 0o755, dir_fd=folder)
                except FileExistsError:
                    pass
            below = os.open(part, flags, dir_fd=folder)
            os.close(folder)
            folder = below
    except OSError:
        os.close(folder)
        raise
    return folder, parts[-1]


def open_file(box: Box, path: str, flags: int, create: bool) -> int:
    """A plain file below the scratch folder; a pipe or device is refused without waiting."""
    folder, name = open_parent(box, path, create)
    try:
        file = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Refused(f"`{path}` is no plain file")
    return file


def write_file(box: Box, path: str, data: bytes) -> None:
    """Put a file for the next command."""
    file = open_file(box, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, True)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
    finally:
        os.close(file)


def read_file(box: Box, path: str, max_bytes: int) -> bytes:
    """A file that the last command left."""
    file = open_file(box, path, os.O_RDONLY, False)
    with os.fdopen(file, "rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise Refused(f"`{path}` has more than {max_bytes} bytes")
    return data


def serve(
    control: Control, wake: int, request: dict[str, Any], parts: list[bytes], box: Box
) -> None:
    """Do one request and answer it."""
    kind = request["op"]
    if kind == "read":
        control.send({"op": "ok"}, read_file(box, request["path"], request["max_bytes"]))
        return
    box.clean()
    if kind == "write":
        write_file(box, request["path"], parts[0])
        control.send({"op": "ok"})
        return
    run = Run(box, request, parts[0])
    box.is_dirty = True
    if run.start():
        run.finish(control, wake)
    run.answer(control)


def prepare() -> int:
    """Make this process hard to attack and quick to hear of ended children."""
    if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def main() -> None:
    """Greet, then serve until the harness closes the pipe."""
    wake = prepare()
    control = Control()
    control.send({"op": "hello", "protocol": PROTOCOL, "python": sys.version.split()[0]})
    box: Box | None = None
    while True:
        request, parts = control.receive()
        try:
            if request["op"] == "setup":
                box = Box(request)
                control.idle_s = request["idle_s"]
                control.send({"op": "ok"})
            elif box is None:
                raise Refused("not set up yet")
            else:
                serve(control, wake, request, parts, box)
        except (Refused, OSError) as error:
            control.send({"op": "error", "message": str(error)})


if __name__ == "__main__":
    main()
