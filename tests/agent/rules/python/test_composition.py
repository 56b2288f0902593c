"""Rules one after the other, as a strategy applies them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from speedwright.agent.rules.catalogue import propose
from speedwright.agent.situation import HotFile, Situation

SOURCE = '''\
"""Counts what a log says."""

import re


class Report:
    """What was seen."""

    def __init__(self):
        self.users = []
        self.bytes = 0

    def add(self, lines, hidden):
        # every line
        for line in lines:
            found = re.match(r"(\\\\w+) (\\\\d+)", line)
            if not found or found.group(1) in hidden:
                continue
            if found.group(1) not in self.users:
                self.users.append(found.group(1))
            self.bytes += int(found.group(2))


def words(lines):
    """Most frequent words."""
    counts = {}
    for line in lines:
        for word in line.split():
            if word.lower() in counts:
                counts[word.lower()] += 1
            else:
                counts[word.lower()] = 1
    return sorted(counts.items(), key=lambda item: item[1])[-1]


def joined(people, orders):
    text = ""
    for person in people:
        for order in orders:
            if order[0] == person:
                text += person + str(order[1])
    return text


def steps(n):
    if n < 2:
        return 1
    return steps(n - 1) + steps(n - 2)


def run():
    lines = ["ann 10", "bob 7", "Ann 3", "no", "bob 1"] * 3
    report = Report()
    report.add(lines, ["no"])
    return report.users, report.bytes, words(lines), joined(["ann", "bob"], [("bob", 1)]), steps(9)
'''


def _run(source: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(source, "target.py", "exec"), space)
    return deepcopy(space["run"]())


def test_all_rewrites_compose_and_come_to_an_end():
    wanted, source = _run(SOURCE), SOURCE
    tried: set[str] = set()
    applied: list[str] = []
    for _ in range(100):
        situation = Situation(files=(HotFile(path="a.py", source=source),), tried=frozenset(tried))
        rewrite = next(propose(situation), None)
        if rewrite is None:
            break
        tried.add(rewrite.fingerprint)
        assert _run(rewrite.source) == wanted, rewrite.source
        source = rewrite.source
        applied.append(rewrite.rule_id)
    else:
        raise AssertionError(f"no end: {applied[-10:]}")
    assert {
        "py-seen-set",
        "py-membership-set",
        "py-small-changes",  # the pattern among them
        "py-nested-loop-index",
        "py-cache-recursion",
        "py-string-join",
    } <= set(applied)
    assert len(applied) < 40
    assert "# every line" in source
