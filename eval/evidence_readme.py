"""The README of an evidence folder: the claim in words, and how a stranger checks it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from speedwright.profiler.shield import clean_line

FILES = {
    "evidence.json": "the claim, the base's commit and hash, commands, machine, versions, seed",
    "patch.diff": "the change",
    "base.tar.gz": "what it was measured against",
    "samples.json": "every timed run: round, order, seed, seconds, memory; of hold-outs too",
    "tests.json": "every test by id, with its outcome on the base and with the patch",
    "inputs.json": "what else was tried: calls replayed on both versions, a sample of them",
    "profiles/": "where the time went before and after; open them at speedscope.app",
    "workload/": "the workload's file, which is not part of the base",
}


def readme(
    *,
    name: str,
    claim: Mapping[str, Any],
    author: str,
    base: Mapping[str, Any],
    commands: Mapping[str, Sequence[str] | str | None],
    machine: Mapping[str, Any],
    versions: Mapping[str, str],
    notes: Sequence[str],
    files: Sequence[str],
) -> str:
    """The text.

    Args:
        name: Of the target.
        claim: The judgement as JSON.
        author: Of the patch.
        base: Identity of the base.
        commands: `workload` (words, or the file of a `workload()`), `build` and `test`.
        machine: Where it was measured.
        versions: Of programs.
        notes: What else there is to say.
        files: Names of files and folders that are in the folder.
    """
    speedup = claim.get("speedup")
    gain = f", {speedup:.3g}x" if speedup else ""
    dirty = " with uncommitted changes" if base["is_dirty"] else ""
    parts = [
        f"# {clean_line(name)}: `{claim['verdict']}`{gain}",
        _list(claim["reasons"]),
        f"Patch: `patch.diff` ({clean_line(author)}). Base: commit `{base['commit'] or 'none'}`"
        f"{dirty}, tree `{base['tree']}`.",
        "## Check it yourself",
        f"With speedwright ({versions['speedwright']}) installed, on any Linux machine:\n\n"
        "    speedwright verify .\n\n"
        "It unpacks the base, checks that it is the recorded one, applies the patch, runs the "
        "tests, compares behaviour, and measures both versions again in random order with new "
        "seeds. It ends with one sentence: whether the claim replicates.",
        _by_hand(commands, is_included=bool(base["is_included"])),
        "## What is here",
        _list(f"`{name}` {said}" for name, said in FILES.items() if name.rstrip("/") in files),
        "## What was checked",
        _list(_checks(claim)),
        "## What was not checked",
        _list([*claim["not_checked"], *notes]),
        "## Where",
        _list(f"{key.replace('_', ' ')}: {value}" for key, value in machine.items())
        + "\n"
        + _list(f"{key}: {value}" for key, value in versions.items()),
    ]
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _by_hand(commands: Mapping[str, Sequence[str] | str | None], *, is_included: bool) -> str:
    get = (
        "mkdir base && tar -xzf base.tar.gz -C base"
        if is_included
        else "git worktree add base COMMIT    # in a clone; the commit stands above"
    )
    lines = [get, "cp -r base patched && patch -p1 -d patched < patch.diff"]
    if commands["build"]:
        lines.append(f"(cd base && {_shown(commands['build'])}) # and in patched")
    if commands["test"]:
        lines.append(f"(cd patched && {_shown(commands['test'])})")
    workload = commands["workload"]
    if isinstance(workload, str):
        after = "then time workload() of " + workload + " in both, each time in a new process"
    else:
        lines.append(f"(cd base && time {_shown(workload)}) # and in patched")
        after = "Time the last line in both, each time in a new process"
    code = "\n".join(f"    {line}" for line in lines)
    return (
        f"Without it, in a box of your choice, since this is code of strangers:\n\n{code}\n\n"
        f"{after}: in turns, in random order, ten times or more, on an idle machine. Compare the "
        "two of each turn, not the best of all."
    )


def _shown(words: Sequence[str] | str | None) -> str:
    return clean_line(shlex.join(words or ()))


def _checks(claim: Mapping[str, Any]) -> list[str]:
    said = [f"{claim['tests_passed']} tests that pass on the base pass with the patch"]
    if claim["tests_flaky"]:
        said.append(f"not counted, since they fail now and then: {', '.join(claim['tests_flaky'])}")
    found = claim["differential"]
    if found:
        said.append(
            f"{found['calls_replayed']} recorded and {found['generated']} made-up calls of "
            f"{len(found['functions'])} changed functions, and {found['programs']} varied runs of "
            "the program, were compared on both versions"
        )
    if claim["pairs"]:
        said.append(f"{claim['pairs']} pairs of timed runs, with the same output in each pair")
    return said + [f"hold-out {h['workload']}: {h['verdict']}" for h in claim["holdout"]]


def _list(texts: Any) -> str:
    lines = [line for text in texts for line in str(text).splitlines()[:3]]
    return "\n".join(f"- {clean_line(line, max_length=400)}" for line in lines)
