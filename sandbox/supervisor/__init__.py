"""The one trusted program inside every box: starts commands, stamps the clock, cleans up.

This folder alone is mounted into the box and run as `python -I -S -B <folder>` under whatever
Python (3.8 or newer) the box has, so it imports nothing but the standard library and itself. It is
PID 1 where the backend has a process namespace, and a child subreaper elsewhere.

Frames on its stdin and stdout: 4 bytes big-endian length, that many bytes of JSON, then the
binary parts whose lengths are listed in the JSON under "sizes". It greets with `hello`; then it
answers one frame for each of `setup`, `run`, `write`, `read`, and ends when its stdin closes.

A function call (`run` with "function": true) talks to its command on descriptors 3 and 4:

    command     writes the byte "R" to 4 when imports and set-up are done
    supervisor  stamps t0, writes 8 bytes big-endian length and the input to 3
    command     writes 8 bytes big-endian length and the reply to 4, then ends by itself
    supervisor  stamps t1 when the last byte of the reply is here

One that is held (`run` with "held": true) waits between the two: the supervisor answers `held` when
the command is ready, and stamps t0 and writes the input when the harness says `go`.

Clocks: CLOCK_MONOTONIC. A command's t0 is stamped in the forked child by our own code right before
execve, its t1 when the parent notices that it ended. CPU time of set-up and of the end is that of
the command's own process (all threads, no children): read before t0, after t1, and at its end.

Covers: time-outs, output floods, orphans and daemons (killed, reaped, their CPU time counted),
state left in scratch places, a dead harness (end of stdin), a forgotten box (idle limit), a command
that reads our memory, descriptors or environment (not dumpable; as PID 1 also signals).
Does not cover: limits of the whole box on memory, processes, disk and network: the backend's. As an
ordinary process (plain backend) it can be killed by a command of the same user. Peak memory has a
floor of some 10 MB plus the size of the call's input, because a forked child starts with our own
resident set.
"""
