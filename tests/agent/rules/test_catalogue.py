"""The catalogue as a whole, and the model that reads from it."""

from __future__ import annotations

import re
from pathlib import Path

from speedwright.agent.messages import ModelRequest
from speedwright.agent.models.rules import NOTHING_LEFT, RulesModel
from speedwright.agent.rules.catalogue import catalogue, propose
from speedwright.agent.situation import HotFile, Situation
from speedwright.registry import resolve

TWO = "def f(xs):\n    return sorted(xs)[0]\n\n\ndef g(xs):\n    return sorted(xs)[-1]\n"


def _situation(source: str = TWO, **rest: object) -> Situation:
    return Situation(files=(HotFile(path="a.py", source=source, **rest),))


def test_ids_are_unique_and_tell_the_language():
    ids = [rule.id for rule in catalogue()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"(py|cpp)(-[a-z0-9]+)+", rule_id) for rule_id in ids)


def test_every_rule_explains_itself():
    for rule in catalogue():
        assert rule.detects.endswith("."), rule.id
        sentences = re.findall(r"[.!](?:\s|$)", rule.explanation)
        assert 2 <= len(sentences) <= 4, rule.id
        assert len(rule.explanation) > 60, rule.id


def test_the_hotter_file_comes_first_and_what_was_tried_is_not_repeated():
    files = (
        HotFile(path="cold.py", source=TWO, line_share={2: 0.1}),
        HotFile(path="hot.py", source=TWO, line_share={2: 0.3, 6: 0.6}),
    )
    found = list(propose(Situation(files=files)))
    assert [(r.path, r.line) for r in found] == [("hot.py", 6), ("hot.py", 2), ("cold.py", 2)]
    rest = propose(Situation(files=files, tried=frozenset({found[0].fingerprint})))
    assert list(rest) == found[1:]


def test_cold_lines_are_left_alone():
    assert [r.line for r in propose(_situation(line_share={6: 0.5, 2: 0.001}))] == [6]


def test_what_could_never_be_measured_is_not_proposed():
    source = "def f(xs):\n    return sum(x for x in xs)\n"
    assert list(propose(_situation(source, line_share={2: 0.02})))
    assert not list(propose(_situation(source, line_share={2: 0.012})))


def test_text_that_does_not_parse_yields_nothing():
    for source in ("def f(:\n", "\0", "x = 1\n  y = 2\n", "print 'old'\n", "(" * 5000):
        assert list(propose(_situation(source))) == []


def test_the_model_writes_submits_and_finally_finishes():
    model = resolve("models", "rules")()
    assert isinstance(model, RulesModel)
    tried: set[str] = set()
    summaries = []
    for _ in range(3):
        situation = Situation(files=_situation().files, tried=frozenset(tried))
        request = ModelRequest(system="", messages=(), situation=situation)
        reply = model.complete(request)
        assert (reply.cost_usd, reply.usage.tokens_in, reply.model) == (0.0, 0, "rules")
        calls = {call.name: call.arguments for call in reply.message.tool_calls}
        if "finish" in calls:
            summaries.append(calls["finish"]["summary"])
            continue
        assert list(calls) == ["write_file", "submit"]
        assert calls["write_file"]["path"] == "a.py"
        assert calls["write_file"]["text"] != TWO
        tried.add(calls["submit"]["fingerprint"])
        summaries.append(calls["submit"]["summary"].split(":")[0])
    assert summaries == ["py-sorted-first", "py-sorted-first", NOTHING_LEFT]


def test_without_a_situation_there_is_nothing_to_say():
    reply = RulesModel().complete(ModelRequest(system="", messages=()))
    assert [c.name for c in reply.message.tool_calls] == ["finish"]


def test_every_python_rule_is_seen_to_fire_and_to_hold_back():
    folder = Path(__file__).parent / "python"
    text = "".join(path.read_text() for path in folder.glob("test_*.py"))
    fires, holds_back = set(), set()
    for part in re.split(r"^(?=POSITIVE|NEGATIVE)", text, flags=re.M):
        seen = set(re.findall(r'"(py-[a-z0-9-]+)"', part))
        (fires if part.startswith("POSITIVE") else holds_back).update(seen)
    wanted = {rule.id for rule in catalogue() if rule.id.startswith("py-")}
    assert len(wanted) >= 28
    assert wanted <= fires
    assert wanted <= holds_back
