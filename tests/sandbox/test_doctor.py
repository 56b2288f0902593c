from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from speedwright.sandbox import machine
from speedwright.sandbox.cgroup import BoxCounters, cgroup_version, counters_of
from speedwright.sandbox.counters import why_no_hardware_counters
from speedwright.sandbox.doctor import Check, Diagnosis, Status, diagnose, machine_facts


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    return diagnose()


def test_everything_is_looked_at(diagnosis: Diagnosis) -> None:
    names = [check.name for check in diagnosis.checks]
    assert len(names) == len(set(names))
    assert {
        "docker",
        "control groups",
        "bubblewrap",
        "user namespaces",
        "processor",
        "cores",
        "SMT",
        "frequency governor",
        "turbo",
        "steal since boot",
        "steal now",
        "load",
        "ASLR",
        "clock source",
        "hardware counters",
        "memory",
        "disk",
        "python",
        "git",
        "gcc",
        "g++",
        "valgrind",
        "gprofng",
        "py-spy",
        "nvcc",
        "GPU",
        "model keys",
    } <= set(names)


def test_what_is_not_fine_comes_with_a_remedy(diagnosis: Diagnosis) -> None:
    for check in diagnosis.checks:
        assert check.value, check
        assert bool(check.remedy) == (check.status is not Status.OK), check


def test_document_is_plain_and_versioned(diagnosis: Diagnosis) -> None:
    document = diagnosis.to_json()
    assert next(iter(document)) == "schema_version"
    assert json.loads(json.dumps(document)) == document


def test_keys_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    text = json.dumps(diagnose().to_json())
    assert "OPENAI_API_KEY" in text
    assert "ANTHROPIC_API_KEY" not in text
    assert "sk-very-secret" not in text


def test_missing_engine_and_programs_are_said_with_remedies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    monkeypatch.setenv("PATH", str(tmp_path))
    start = time.monotonic()
    found = {check.name: check for check in diagnose().checks}
    assert time.monotonic() - start < 10
    assert found["docker"].status is Status.MISSING
    assert "docker.io" in found["docker"].remedy
    assert found["valgrind"].status is Status.MISSING
    assert "apt install valgrind" in found["valgrind"].remedy


def test_git_is_required_and_a_gpu_is_not() -> None:
    git = Check(name="git", value="not found", status=Status.MISSING, remedy="x")
    gpu = Check(name="GPU", value="none", status=Status.MISSING, remedy="x")
    assert not Diagnosis(checks=(git, gpu)).is_usable
    assert Diagnosis(checks=(gpu,)).is_usable


def test_machine_facts_are_plain_and_cheap() -> None:
    start = time.perf_counter()
    facts = machine_facts()
    assert time.perf_counter() - start < 1.0
    assert all(type(value) in (str, int, float) for value in facts.values())
    assert facts["cores"] == os.cpu_count()
    assert facts["cgroup_version"] == cgroup_version()
    assert os.uname().nodename not in facts.values()


def test_steal_is_a_share_of_the_time_between() -> None:
    earlier = machine.CpuTicks(steal=10, total=1000)
    later = machine.CpuTicks(steal=30, total=1100)
    assert later.steal_share_since(earlier) == pytest.approx(0.2)
    assert later.steal_share_since(later) == 0.0
    assert 0.0 <= machine.CpuTicks.now().steal_share_since(machine.BOOT) <= 1.0


def test_hardware_counters_agree_with_perf() -> None:
    perf = ["perf", "stat", "-x,", "-e", "instructions:u", "true"]
    try:
        done = subprocess.run(perf, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no perf here to compare with")
    counted = done.returncode == 0 and done.stderr.split(",")[0].isdigit()
    assert (why_no_hardware_counters() == "") == counted


def test_counters_are_read_from_either_version(tmp_path: Path) -> None:
    old = tmp_path / "v1"
    old.mkdir()
    (old / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    (old / "cpuacct.usage").write_text("1234\n")
    folders = {name: old for name in ("memory", "pids", "cpuacct")}
    v1 = BoxCounters(version=1, folders=folders)
    assert (v1.oom_kills(), v1.cpu_ns(), v1.refused_forks()) == (3, 1234, None)
    new = tmp_path / "v2"
    new.mkdir()
    (new / "memory.events").write_text("low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n")
    (new / "memory.peak").write_text("4096\n")
    (new / "cpu.stat").write_text("usage_usec 5\nuser_usec 4\n")
    (new / "pids.events").write_text("max 7\n")
    v2 = BoxCounters(version=2, folders=dict.fromkeys(folders, new))
    assert (v2.oom_kills(), v2.cpu_ns(), v2.peak_memory_bytes()) == (1, 5000, 4096)
    assert v2.refused_forks() == 7


def test_counters_of_another_container_are_not_ours() -> None:
    assert counters_of(os.getpid(), container="no-such-container") is None
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert counters_of(process.pid, container="x") is None
