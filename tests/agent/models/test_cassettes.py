"""Recording and replaying."""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from speedwright.agent.messages import AssistantMessage, ToolResult, UserMessage
from speedwright.agent.models.cassette import read_cassette
from speedwright.agent.models.recording import Recording
from speedwright.agent.models.replay import ReplayModel
from speedwright.agent.models.scripted import ScriptedModel
from speedwright.agent.situation import Situation
from speedwright.errors import (
    CassetteMiss,
    ContextOverflow,
    KeyMissing,
    ModelError,
    ModelRefused,
    UsageError,
)

KEY = "sk-test-0123456789abcdefghij"
ENVIRON = {"OPENAI_API_KEY": KEY}


@pytest.fixture
def tape(tmp_path) -> Path:
    return tmp_path / "run" / "cassette.jsonl"


def _record(tape: Path, replies: list, requests: list, environ=ENVIRON) -> list:
    recording = Recording(ScriptedModel(replies), tape, environ=environ)
    return [recording.complete(request) for request in requests]


def test_a_conversation_replays_byte_for_byte(tape, ask):
    first = ask()
    call = {"name": "read_file", "arguments": {"path": "ü.py"}, "id": "c1"}
    replies = [{"text": "reading ✓", "tool_calls": [call], "cost_usd": 0.5}, {"text": "done"}]
    talk = (
        *first.messages,
        AssistantMessage(text="reading ✓"),
        ToolResult(call_id="c1", name="read_file", text="x"),
    )
    requests = [first, ask(messages=talk)]
    recorded = _record(tape, replies, requests)
    replay = ReplayModel(tape)
    played = [replay.complete(request) for request in requests]
    assert played == [dataclasses.replace(reply, cost_usd=0.0) for reply in recorded]


def test_order_does_not_matter_and_equal_requests_keep_theirs(tape, ask):
    same, other = ask(), ask(messages=(UserMessage(text="other"),))
    _record(tape, [{"text": "1"}, {"text": "2"}, {"text": "3"}], [same, other, same])
    replay = ReplayModel(tape)
    assert [replay.complete(r).message.text for r in (other, same, same)] == ["2", "1", "3"]
    with pytest.raises(CassetteMiss, match="more often than it was recorded"):
        replay.complete(same)


def test_facts_of_the_machine_are_not_part_of_the_request(tape, ask):
    _record(tape, [{"text": "1"}], [ask(situation=Situation(files=(), tried=frozenset({"a"})))])
    assert ReplayModel(tape).complete(ask()).message.text == "1"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"system": "be slow"}, "`system`"),
        ({"tools": ()}, "`tools`"),
        ({"max_tokens": 7}, "`max_tokens`"),
        ({"temperature": 0.5}, "`temperature`"),
        ({"messages": (UserMessage(text="no"),)}, r"message 1 \(user\)"),
        (
            {"messages": (UserMessage(text="make it fast"), UserMessage(text="x"))},
            "2 messages, 1 recorded",
        ),
    ],
    ids=str,
)
def test_an_unseen_request_is_a_miss_that_says_what_differs(tape, ask, change, where):
    _record(tape, [{"text": "1"}], [ask()])
    with pytest.raises(CassetteMiss, match=where) as caught:
        ReplayModel(tape).complete(ask(**change))
    assert "replay@lenient:" in caught.value.hint


def test_lenient_answers_in_order(tape, ask):
    _record(tape, [{"text": "1"}, {"text": "2"}], [ask(), ask()])
    replay = ReplayModel(tape, is_lenient=True)
    other = ask(system="quite another")
    assert [replay.complete(other).message.text for _ in range(2)] == ["1", "2"]
    with pytest.raises(CassetteMiss, match="all 2 recorded replies"):
        replay.complete(other)
    assert replay.spec == f"replay@lenient:{tape}"


def test_errors_of_the_model_replay_and_errors_of_the_key_are_not_recorded(tape, ask):
    script = [
        {"error": "refused", "message": f"no, {KEY}"},
        {"error": "context_overflow", "message": "too long"},
        {"error": "model_error", "message": "down"},
        {"error": "key", "message": "no key"},
    ]
    recording = Recording(ScriptedModel(script), tape, environ=ENVIRON)
    for error in (ModelRefused, ContextOverflow, ModelError, KeyMissing):
        with pytest.raises(error):
            recording.complete(ask())
    assert KEY not in tape.read_text()
    replay = ReplayModel(tape)
    for error, words in ((ModelRefused, "no,"), (ContextOverflow, "long"), (ModelError, "down")):
        with pytest.raises(error, match=words):
            replay.complete(ask())
    with pytest.raises(CassetteMiss):
        replay.complete(ask())


def test_no_key_is_written_and_the_replay_needs_none(tape, ask):
    other = "ghp_" + "a1" * 18
    asked = ask(messages=(UserMessage(text=f"my key is {KEY} and {other}"),))
    _record(tape, [{"text": f"yours is {KEY}"}], [asked])
    text = tape.read_text()
    assert KEY not in text and other not in text and text.count("[redacted]") >= 3
    # Elsewhere the key is another one, or shows as redacted already.
    redacted = ask(messages=(UserMessage(text="my key is [redacted] and [redacted]"),))
    assert ReplayModel(tape).complete(redacted).message.text == "yours is [redacted]"


def test_text_that_is_no_unicode_is_recorded_with_a_mark(tape, ask):
    odd = ask(messages=(UserMessage(text="name \udcff.py"),))
    _record(tape, [{"text": "1"}], [odd])
    assert ReplayModel(tape).complete(odd).message.text == "1"


def test_a_line_has_its_version_first(tape, ask):
    _record(tape, [{"text": "1"}], [ask()])
    line = json.loads(tape.read_text())
    assert list(line) == ["schema_version", "request_hash", "model", "request", "reply"]
    assert "situation" not in line["request"]


def test_a_stored_cassette_of_version_1_still_replays(ask):
    """Written by the first release; the hash must never change for the same request."""
    replay = ReplayModel(Path(__file__).parent / "data" / "cassette-v1.jsonl")
    reply = replay.complete(ask(messages=(UserMessage(text="stored"),)))
    assert reply.message.text == "as stored"
    assert reply.message.tool_calls[0].arguments == {"path": "a.py"}
    assert reply.usage.tokens_in == 12


def test_a_torn_last_line_is_skipped_and_repaired(tape, ask):
    _record(tape, [{"text": "1"}], [ask()])
    whole = tape.read_bytes()
    tape.write_bytes(whole + whole[: len(whole) // 2])
    assert len(list(read_cassette(tape))) == 1
    _record(tape, [{"text": "2"}], [ask()])
    assert [line.reply["message"]["text"] for line in read_cassette(tape)] == ["1", "2"]


def test_a_file_with_nothing_but_half_a_line(tape, ask):
    tape.parent.mkdir()
    tape.write_bytes(b'{"schema_ver' * 20_000)
    _record(tape, [{"text": "1"}], [ask()])
    assert len(list(read_cassette(tape))) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{oops\n", "line 1"),
        (b'{"schema_version": 7}\n', "line 1"),
        (b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_cassette(tape, content, words):
    tape.parent.mkdir()
    tape.write_bytes(content)
    with pytest.raises(UsageError, match=words):
        ReplayModel(tape)


def test_an_empty_cassette_misses(tape, ask):
    tape.parent.mkdir()
    tape.touch()
    with pytest.raises(CassetteMiss, match="is empty"):
        ReplayModel(tape).complete(ask())


def test_threads_write_whole_lines(tape, ask):
    recording = Recording(ScriptedModel([{"text": "x" * 5000}] * 40), tape, environ={})
    threads = [
        threading.Thread(target=lambda: [recording.complete(ask()) for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(read_cassette(tape))) == 40


def test_a_kill_loses_nothing_that_was_answered(tape):
    """A process that records without end is killed; all lines it reported are there and whole."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from speedwright.agent.messages import ModelRequest, UserMessage\n"
        "from speedwright.agent.models.recording import Recording\n"
        "from speedwright.agent.models.scripted import ScriptedModel\n"
        "model = ScriptedModel([{'text': 'y' * 200_000}] * 100_000)\n"
        "model = Recording(model, Path(sys.argv[1]), environ={})\n"
        "request = ModelRequest(system='', messages=(UserMessage(text='x' * 200_000),))\n"
        "while True:\n"
        "    model.complete(request)\n"
        "    print('answered', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tape)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    answered = sum(1 for _ in zip(range(5), process.stdout, strict=False))
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    answered += len(process.stdout.read().splitlines())
    process.stdout.close()
    process.wait()
    assert answered >= 5
    assert len(list(read_cassette(tape))) >= answered


def test_a_full_disk_loses_the_record_and_not_the_reply(tape, ask, caplog):
    _record(tape, [{"text": "1"}], [ask()])
    size = tape.stat().st_size
    recording = Recording(ScriptedModel([{"text": "z" * 10_000}] * 2), tape, environ={})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, hard))
    try:
        replies = [recording.complete(ask()) for _ in range(2)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert [len(reply.message.text) for reply in replies] == [10_000, 10_000]
    assert tape.stat().st_size == size  # not half a line
    assert len([r for r in caplog.records if "will not replay" in r.message]) == 1
