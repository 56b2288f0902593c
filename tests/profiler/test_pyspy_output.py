import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import ProfilerError
from speedwright.profiler import Kind
from speedwright.profiler.tools.pyspy_output import RawFrame, is_waiting, parse, significant

# Shape of py-spy 0.4.3's file; the names are what a hostile program chose.
RECORDED = {
    "$schema": "https://www.speedscope.app/file-format-schema.json",
    "activeProfileIndex": None,
    "exporter": "py-spy@0.4.3",
    "name": "py-spy profile",
    "profiles": [
        {
            "type": "sampled",
            "name": 'Process 7390 Thread 7390 ""',
            "unit": "seconds",
            "startValue": 0.0,
            "endValue": 0.015,
            "samples": [[0, 1, 2], [], [0, 1, 3]],
            "weights": [0.005, 0.005, 0.005],
        }
    ],
    "shared": {
        "frames": [
            {"name": 'process 7390:"python a.py"', "file": "", "line": 0, "col": None},
            {"name": "<module>", "file": "/box/src/a.py", "line": 10, "col": None},
            {"name": "qu;al (z:1)\n\x1b[0m 5", "file": "a;b (x.py:3) 7\n", "line": 4, "col": None},
            {"name": "0x7f87", "file": "/usr/lib/libc.so.6", "line": 0, "col": None},
        ]
    },
}


def frame(function: str, file: str = "/s/a.py", kind: Kind = Kind.PYTHON) -> RawFrame:
    return RawFrame(
        function=function,
        file=file,
        line=1,
        kind=kind,
        is_interpreter=kind is Kind.NATIVE and "libc" in file,
        is_process=False,
    )


def names(frames: tuple[RawFrame, ...]) -> list[str]:
    return [one.function for one in frames]


def test_names_cannot_forge_stacks() -> None:
    ((first, empty, last),) = parse(json.dumps(RECORDED).encode(), rate_hz=200)
    assert names(significant(first.frames)) == ["<module>", "qu;al (z:1)\n\x1b[0m 5"]
    assert first.frames[2].kind is Kind.PYTHON
    assert empty.frames == ()
    assert names(significant(last.frames)) == ["<module>"]
    assert first.weight_s == 0.005


def test_an_absurd_weight_is_one_period_or_few() -> None:
    document = json.loads(json.dumps(RECORDED))
    document["profiles"][0]["weights"] = [1e9, -1, None]
    (samples,) = parse(json.dumps(document).encode(), rate_hz=100)
    assert [one.weight_s for one in samples] == [0.1, 0.01, 0.01]


def test_interpreter_goes_and_extensions_stay() -> None:
    stack = (
        frame("start", "/lib/libc.so.6", Kind.NATIVE),
        frame("main"),
        frame("_find_and_load", "<frozen importlib._bootstrap>"),
        frame("sort", "/np/m.so", Kind.NATIVE),
        frame("memcpy", "/lib/libc.so.6", Kind.NATIVE),
    )
    assert names(significant(stack)) == ["main", "sort", "memcpy"]
    assert names(significant(stack[:1])) == ["interpreter start and exit"]
    assert names(significant(stack[:3])) == ["main", "_find_and_load"]
    assert significant(()) == ()


def test_waiting_is_told_by_native_frames_only() -> None:
    wait = frame("pthread_cond_timedwait", "/lib/libc.so.6", Kind.NATIVE)
    inner = frame("?", "/lib/libc.so.6", Kind.NATIVE)
    assert is_waiting((frame("main"), wait, inner))
    assert not is_waiting((frame("poll"),))
    assert not is_waiting((wait, frame("main")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"shared": {"frames": [1]}, "profiles": []}',
        b'{"shared": {"frames": []}, "profiles": [{"samples": [[0]], "weights": [1]}]}',
        b'{"shared": {"frames": []}, "profiles": [{"samples": [[true]], "weights": [1]}]}',
        b'{"shared": {"frames": []}, "profiles": [7]}',
        b'{"shared": {"frames": []}, "profiles": [{"samples": 1, "weights": [1]}]}',
        b'{"shared": 1, "profiles": []}',
        b'{"weight": ' + b"9" * 5000 + b"}",
    ],
)
def test_broken_files_are_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(ProfilerError, match="`py-spy` cannot be read"):
        parse(data, rate_hz=100)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(st.integers(0, 900), st.binary(max_size=8))
def test_truncated_and_corrupted_files(at: int, junk: bytes) -> None:
    data = json.dumps(RECORDED).encode()
    for broken in (data[:at], data[:at] + junk + data[at + len(junk) :]):
        try:
            parse(broken, rate_hz=100)
        except ProfilerError:
            pass


@given(JSON, JSON, JSON)
def test_any_json_in_place_of_the_parts(frames: object, samples: object, weights: object) -> None:
    document = {
        "shared": {"frames": frames},
        "profiles": [{"samples": samples, "weights": weights}],
    }
    try:
        for thread in parse(json.dumps(document).encode(), rate_hz=100):
            for sample in thread:
                significant(sample.frames)
    except ProfilerError:
        pass
